// Whose something is where several containers are made by one program, at once, or one after the other.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include "story_world.h"

namespace cttrace {
namespace {

using Words = std::vector<std::string>;
const NamespaceInodes kOwnMounts = with(kHost, {{CT_NS_MNT, 500}});

struct StoryWhose : testing::Test {
  StoryWorld world;

  void limits(const Task& runtime) {
    world.calls(runtime, "write", {4, "1", 1}, [&](Call& call) {
      call.args[0].file = File{.path = "/sys/fs/cgroup/web/pids.max", .fs_type = "cgroup2", .sb_magic = 0x63677270};
    });
  }
};

// --- Who makes several containers without executing itself

constexpr uint32_t kMountsOfTheNext = 700;

TEST_F(StoryWhose, WhoComesHomeHasMadeAContainerOfWhatItLeftThere) {
  const Task server = world.starts(50, {"/usr/bin/made-up"});
  for (const uint32_t tid : {51u, 52u}) {
    world.unshares(server, CLONE_NEWNS, kOwnMounts);
    world.runs_in(world.forks(server, tid), {"/bin/app"}, kOwnMounts, {tid});
    world.joins(server, CLONE_NEWNS, kHost[CT_NS_MNT], kHost);
  }
  EXPECT_EQ(world.told_of<Container>().size(), 2u);
}

TEST_F(StoryWhose, WhoComesHomeBeforeWhatItLeftThereBeginsHasMadeAContainer) {
  const Task server = world.starts(50, {"/usr/bin/made-up"});
  world.unshares(server, CLONE_NEWNS, kOwnMounts);
  const Task app = world.forks(server, 51);
  world.joins(server, CLONE_NEWNS, kHost[CT_NS_MNT], kHost);
  world.unshares(server, CLONE_NEWNS, with(kHost, {{CT_NS_MNT, kMountsOfTheNext}}));
  world.runs_in(app, {"/bin/app"}, kOwnMounts, {51});
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].set_up.argv, Words{"/bin/app"});
  EXPECT_EQ(told[1].set_up.ending, Ending::kNotComplete);
}

// Where its setns calls leave it between, nothing is set up.
TEST_F(StoryWhose, WhoComesHomeStepByStepHasMadeAContainerOfWhatBeganMeanwhile) {
  const NamespaceInodes own = with(kHost, {{CT_NS_MNT, 500}, {CT_NS_UTS, 501}});
  const Task server = world.starts(50, {"/usr/bin/made-up"});
  world.unshares(server, CLONE_NEWNS | CLONE_NEWUTS, own);
  const Task app = world.forks(server, 51);
  world.runs_in(app, {"/bin/app"}, own, {51});
  world.joins(server, CLONE_NEWNS, kHost[CT_NS_MNT], with(kHost, {{CT_NS_UTS, 501}}));
  const Task helper = world.forks(app, 52);
  world.runs_in(helper, {"/bin/helper"}, own, {52});
  world.joins(server, CLONE_NEWUTS, kHost[CT_NS_UTS], kHost);
  world.ends(app, 3 << 8);
  EXPECT_EQ(world.container().set_up.argv, Words{"/bin/app"});
  EXPECT_EQ(world.told_of<ContainerWentOn>().at(0).exit_code, 3u << 8);
}

// A daemon's thread goes into the container's network, and gives it its options there.
TEST_F(StoryWhose, WhatIsDoneInItsNetworkIsDoneForIt) {
  const Task daemon = world.starts(40, {"/usr/sbin/daemon"});
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  const NamespaceInodes inside = with(kInside, {{CT_NS_NET, 600}});
  const Task init = world.clones(runtime, 51, kMountsAndPids | CLONE_NEWNET, {51, 1}, inside);
  const auto gives = [&](const std::string& file) {
    world.calls(daemon, "write", {4, "1", 1}, [&](Call& call) {
      call.args[0].file = File{.path = "/proc/sys/net/ipv6/" + file, .fs_type = "proc", .sb_magic = 0x9fa0};
    });
  };
  gives("before");
  world.joins(daemon, CLONE_NEWNET, 600, with(kHost, {{CT_NS_NET, 600}}));
  world.joins(daemon, CLONE_NEWUTS, kHost[CT_NS_UTS], with(kHost, {{CT_NS_NET, 600}}));
  gives("inside");
  world.joins(daemon, CLONE_NEWNET, kHost[CT_NS_NET], kHost);
  gives("afterwards");
  world.runs_in(init, {"/bin/app"}, inside, {51, 1});
  std::vector<std::string> files;
  for (const Step& step : steps_of<ControlsWritten>(world.container().set_up))
    for (const auto& each : std::get<ControlsWritten>(step.facts).writes) files.push_back(each.file);
  EXPECT_EQ(files, Words{"/proc/sys/net/ipv6/inside"});
}

// What they did before they left the namespaces of their maker is theirs, of each one.
TEST_F(StoryWhose, WhatAProcessDidBeforeItsSetUpIsItsOwn) {
  const Task server = world.starts(50, {"/usr/bin/made-up"});
  for (const uint32_t tid : {51u, 52u, 53u}) {
    const Task child = world.forks(server, tid);
    const NamespaceInodes own_net = with(kHost, {{CT_NS_NET, 700 + tid}});
    world.calls(child, "prctl", {1 /* PR_SET_PDEATHSIG */, SIGKILL, 0, 0, 0});
    world.unshares(child, CLONE_NEWNET, own_net);
    const NamespaceInodes own = with(own_net, {{CT_NS_MNT, 800 + tid}});
    world.unshares(child, CLONE_NEWNS, own);
    world.runs_in(child, {"/bin/app"}, own, {tid});
  }
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 3u);
  for (const Container& each : told) {
    std::vector<uint32_t> made;
    for (const Step& step : steps_of<NamespacesChanged>(each.set_up))
      for (const auto& one : std::get<NamespacesChanged>(step.facts).namespaces) made.push_back(one.inode);
    const uint32_t tid = each.set_up.program.tid;
    EXPECT_EQ(made, (std::vector<uint32_t>{700 + tid, 800 + tid}));
    EXPECT_TRUE(steps_of<IdentityGiven>(each.set_up).empty());
  }
}

// A supervisor in a mount namespace of its own, and those that it makes are set up at the same time.
TEST_F(StoryWhose, ThoseThatAreMadeBesideEachOtherAreEachItsOwn) {
  const Task server = world.starts(50, {"/usr/bin/made-up"});
  world.unshares(server, CLONE_NEWNS, kOwnMounts);
  std::vector<Task> inits;
  const auto inside = [](uint32_t i) { return with(kInside, {{CT_NS_MNT, 700 + i}, {CT_NS_PID, 800 + i}}); };
  for (const uint32_t i : {0u, 1u, 2u}) {
    inits.push_back(world.clones(server, 51 + i, kMountsAndPids, {51 + i, 1}, inside(i)));
    world.calls(inits.back(), "sethostname", {"pod" + std::to_string(i), 4});
  }
  for (const uint32_t i : {1u, 2u, 0u})
    world.runs_in(inits[i], {"/bin/app" + std::to_string(i)}, inside(i), {51 + i, 1});
  std::map<std::string, Words> told;
  for (const Container& each : world.told_of<Container>()) told[each.hostname] = each.set_up.argv;
  EXPECT_EQ(told,
            (std::map<std::string, Words>{{"pod0", {"/bin/app0"}}, {"pod1", {"/bin/app1"}}, {"pod2", {"/bin/app2"}}}));
}

// A browser's, say: it executed itself in what it has made, and kills those that it makes there when their work is
// done.
TEST_F(StoryWhose, WorkersThatAreMadeBesideEachOtherAreDismissed) {
  const Words argv = {"/usr/bin/made-up"};
  const Task main = world.starts(50, argv);
  const Task zygote = world.clones(main, 51, kMountsAndPids, {51, 1}, kInside);
  world.runs_in(zygote, argv, kInside, {51, 1});
  std::vector<Task> workers;
  for (const uint32_t i : {0u, 1u, 2u})
    workers.push_back(
        world.clones(zygote, 60 + i, CLONE_NEWPID, {60 + i, 2 + i, 1}, with(kInside, {{CT_NS_PID, 800 + i}})));
  for (const Task& worker : workers) world.ends(worker, SIGKILL);
  world.ends(zygote);
  world.ends(main);
  EXPECT_TRUE(world.told().empty());
}

// nix-build's: who sets something up starts a program that may do it elsewhere, and kills it as it may not.
TEST_F(StoryWhose, WhoWasAskedForHelpAndDismissedHasFailedNothing) {
  struct Given {
    MaybeKiller killer = {};
    Words argv = {"/usr/bin/helper"};
    bool mounts = false;
    bool sets_up = true;
    bool ends = true;
    uint64_t later_ns = 0;
  };
  const auto told_where = [](Given given) {
    StoryWorld world;
    const Task builder = world.starts(50, {"/usr/bin/builder", "all"});
    const Task helper = world.forks(builder, 51);
    world.runs(helper, given.argv);
    world.unshares(helper, CLONE_NEWNS, with(kHost, {{CT_NS_MNT, 700}}));
    if (given.mounts) world.calls(helper, "mount", {"proc", "/mnt", "proc", 0, null()});
    world.ends(helper, SIGKILL, given.killer);
    world.passes(given.later_ns);
    if (given.sets_up) {
      const Task init = world.clones(builder, 52, kMountsAndPids, {52, 1}, kInside);
      world.runs_in(init, {"/bin/app"}, kInside, {52, 1});
    }
    if (given.ends) world.ends(builder);
    std::vector<Ending> endings;
    for (const Container& each : world.told_of<Container>()) endings.push_back(each.set_up.ending);
    return endings;
  };
  using Endings = std::vector<Ending>;
  const Endings only_made = {Ending::kHandedOver}, also_failed = {Ending::kFailed, Ending::kHandedOver};
  const auto killed_by = [](uint32_t pid) { return Killer{.kind = Killer::Kind::kProcess, .pid = pid, .comm = ""}; };
  EXPECT_EQ(told_where({killed_by(50)}), only_made);
  EXPECT_EQ(told_where({}), only_made);
  EXPECT_EQ(told_where({killed_by(world.shell.tgid)}), also_failed);
  EXPECT_EQ(told_where({.argv = {"/usr/bin/helper", "run", "web"}}), also_failed);
  EXPECT_EQ(told_where({.mounts = true}), also_failed);
  EXPECT_EQ(told_where({.later_ns = 2'000'000'000}), also_failed);
  EXPECT_EQ(told_where({.sets_up = false}), Endings{Ending::kFailed});
  EXPECT_EQ(told_where({.sets_up = false, .ends = false}), Endings{Ending::kFailed});
}

// Two that were in the middle of it when tracing began, with the same folder for a root.
TEST_F(StoryWhose, ThoseThatWereBegunBeforeAreEachItsOwn) {
  std::vector<Task> tasks;
  for (const uint32_t i : {0u, 1u}) {
    const NamespaceInodes own = with(kHost, {{CT_NS_MNT, 700 + i}});
    tasks.push_back(world.found(70 + i, [&](Snapshot& snapshot) {
      snapshot.exe = File{.path = "/usr/bin/made-up", .inode = 99, .mode = 0100755};
      snapshot.namespaces = own;
      snapshot.root = File{.path = "/", .inode = 2};
    }));
  }
  for (const Task& task : tasks) world.calls(task, "mount", {"proc", "/bundle/rootfs/proc", "proc", 0, null()});
  for (const Task& task : tasks) world.pivots(task, "/bundle/rootfs");
  for (const uint32_t i : {0u, 1u})
    world.runs(tasks[i], {"/bin/app"}, [&](Snapshot& snapshot) {
      snapshot.namespaces = with(kHost, {{CT_NS_MNT, 700 + i}});
      snapshot.root = File{.path = "/", .inode = 77};
    });
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 2u);
  for (const Container& each : told) EXPECT_EQ(each.set_up.stages.size(), 1u);
}

// An init that executes nothing, and the program that it has made, which makes a container itself.
TEST_F(StoryWhose, WhatIsSetUpInAContainerIsAContainerInIt) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  const Task app = world.forks(init, 52, 0, [](Fork& fork) { fork.child_pids = {52, 2}; });
  world.runs_in(app, {"/bin/app"}, kInside, {52, 2});
  NamespaceInodes nested = kInside;
  nested[CT_NS_MNT] = kMountsOfTheNext;
  world.unshares(app, CLONE_NEWNS, nested);
  world.runs_in(app, {"/bin/inner"}, nested, {52, 2});
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].set_up.argv, Words{"/bin/app"});
  EXPECT_EQ(told[1].set_up.argv, Words{"/bin/inner"});
  EXPECT_EQ(told[1].parent, told[0].number);
}

TEST_F(StoryWhose, AnInitWithSeveralServicesIsAContainerOfTheFirst) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  const auto makes = [&](uint32_t tid, uint32_t pid) {
    return world.forks(init, tid, 0, [&](Fork& fork) { fork.child_pids = {tid, pid}; });
  };
  world.runs_in(makes(52, 2), {"/bin/first"}, kInside, {52, 2});
  const Task second = makes(53, 3);
  NamespaceInodes own = kInside;
  own[CT_NS_MNT] = kMountsOfTheNext;
  world.unshares(second, CLONE_NEWNS, own);
  world.runs_in(second, {"/bin/second"}, own, {53, 3});
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].set_up.argv, Words{"/bin/first"});
  EXPECT_EQ(told[1].set_up.argv, Words{"/bin/second"});
}

// It began to be made before the first one ran, and goes on while that does: nobody waits for it as for a hook.
TEST_F(StoryWhose, WhatGoesOnBesideAProgramThatRunsMakesNoHookOfIt) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  const auto makes = [&](uint32_t tid, uint32_t pid) {
    return world.forks(init, tid, 0, [&](Fork& fork) { fork.child_pids = {tid, pid}; });
  };
  const Task first = makes(52, 2), second = makes(53, 3);
  world.runs_in(first, {"/bin/first"}, kInside, {52, 2});
  world.calls(second, "mount", {"none", "/tmp", "tmpfs", 0, null()});
  world.runs_in(second, {"/bin/second"}, kInside, {53, 3});
  EXPECT_EQ(world.container().set_up.argv, Words{"/bin/first"});
}

// --- A runtime in what another one has made to work in

const NamespaceInodes kWorkplace = with(kHost, {{CT_NS_MNT, 800}});

// What the runtime below sets up there, and executes.
void sets_up_there(StoryWorld& world, const Task& runtime) {
  const NamespaceInodes inside = with(kInside, {{CT_NS_MNT, 500}});
  const Task init = world.clones(runtime, 70, kMountsAndPids, {70, 1}, inside);
  world.runs_in(init, {"/bin/app"}, inside, {70, 1});
}

TEST_F(StoryWhose, WhoExecutesItselfAgainHasMadeAPlaceToWorkIn) {
  const Words argv = {"/usr/bin/engine", "start", "web"};
  const Task engine = world.starts(50, argv);
  const Task again = world.clones(engine, 51, CLONE_NEWNS, {51}, kWorkplace);
  world.runs_in(again, argv, kWorkplace, {51});
  const Task runtime = world.forks(again, 60);
  world.runs_in(runtime, {"/usr/bin/made-up", "/bin/app"}, kWorkplace, {60});
  sets_up_there(world, runtime);
  world.ends(runtime);
  world.ends(again);
  world.ends(engine);
  EXPECT_EQ(world.container().set_up.runtime.name, "made-up");
  EXPECT_TRUE(world.told_of<EntryMade>().empty());
}

// ... with a daemon that holds it, and a runtime whose makers have ended. That one is not made beside the engine.
TEST_F(StoryWhose, NorIsThatPlaceAContainerOfADaemonThatIsLeftThere) {
  const Words argv = {"/usr/bin/engine", "start", "web"};
  const Task engine = world.starts(50, argv);
  const Task again = world.clones(engine, 51, CLONE_NEWNS, {51}, kWorkplace);
  const Task between = world.forks(again, 52), pause = world.forks(between, 53);
  world.ends(between);
  world.runs_in(again, argv, kWorkplace, {51});
  world.runs_in(pause, {"/usr/bin/pause"}, kWorkplace, {53});
  const Task monitor = world.forks(again, 59), runtime = world.forks(monitor, 60);
  world.ends(monitor);
  world.runs_in(runtime, {"/usr/bin/made-up", "create", "web"}, kWorkplace, {60});
  sets_up_there(world, runtime);
  for (const Task& each : {runtime, again, engine}) world.ends(each);
  EXPECT_EQ(world.container().set_up.runtime.name, "made-up");
}

TEST_F(StoryWhose, WhoIsToldToMakeAContainerIsNone) {
  const Task engine = world.starts(50, {"/usr/bin/engine", "web"});
  world.unshares(engine, CLONE_NEWNS, kWorkplace);
  const Task runtime = world.forks(engine, 60);
  world.runs_in(runtime, {"/usr/bin/made-up", "create", "web"}, kWorkplace, {60});
  sets_up_there(world, runtime);
  world.ends(runtime);
  world.ends(engine);
  EXPECT_EQ(world.container().set_up.runtime.name, "made-up");
}

// What the runtime did before it made its own namespaces, and what a monitor did for it, is the container's.
TEST_F(StoryWhose, WhatARuntimeDoesThereFromItsBeginningIsTheContainers) {
  const Task engine = world.starts(50, {"/usr/bin/engine", "web"});
  world.unshares(engine, CLONE_NEWNS, kWorkplace);
  const Task monitor = world.forks(engine, 59);
  world.runs_in(monitor, {"/usr/bin/monitor", "web"}, kWorkplace, {59});
  const Task runtime = world.forks(monitor, 60);
  world.runs_in(runtime, {"/usr/bin/made-up", "create", "web"}, kWorkplace, {60});
  limits(runtime);
  sets_up_there(world, runtime);
  limits(runtime);
  world.ends(runtime);
  world.ends(monitor);
  world.ends(engine);
  const SetUpStory story = world.container().set_up;
  EXPECT_EQ(steps_of<ControlsWritten>(story).size(), 1u);
  const auto begins = [&](const std::string& path) {
    return std::ranges::any_of(steps_of<ProgramRun>(story),
                               [&](const Step& step) { return std::get<ProgramRun>(step.facts).path == path; });
  };
  EXPECT_TRUE(begins("/usr/bin/made-up"));
  EXPECT_TRUE(begins("/usr/bin/monitor"));
}

// crun makes device nodes where nobody sees them, while what it has made waits.
TEST_F(StoryWhose, WhatARuntimeDoesOnAVisitIsItsContainers) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  limits(runtime);
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.unshares(runtime, CLONE_NEWNS, kWorkplace);
  world.calls(runtime, "mount", {"tmpfs", "/devices", "tmpfs", 0, null()});
  world.joins(runtime, CLONE_NEWNS, kHost[CT_NS_MNT], kHost);
  limits(runtime);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const SetUpStory story = world.container().set_up;
  EXPECT_EQ(steps_of<MountDone>(story).size(), 1u);
  size_t limited = 0;
  for (const Step& step : steps_of<ControlsWritten>(story)) limited += step.call_count;
  EXPECT_EQ(limited, 2u);
  EXPECT_EQ(story.steps[0].phase, Phase::kCreate);
}

TEST_F(StoryWhose, WhoIsStillAwayMakesSomethingElse) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.unshares(runtime, CLONE_NEWNS, kWorkplace);
  world.calls(runtime, "mount", {"tmpfs", "/devices", "tmpfs", 0, null()});
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_TRUE(steps_of<MountDone>(told[0].set_up).empty());
}

TEST_F(StoryWhose, WhatFailsThereIsToldOfWhoFailed) {
  const Task engine = world.starts(50, {"/usr/bin/engine", "web"});
  world.unshares(engine, CLONE_NEWNS, kWorkplace);
  const Task runtime = world.forks(engine, 60);
  world.runs_in(runtime, {"/usr/bin/made-up", "create", "web"}, kWorkplace, {60});
  world.ends(world.clones(runtime, 70, kMountsAndPids, {70, 1}, kInside));
  world.ends(runtime, 1 << 8);
  world.ends(engine);
  EXPECT_EQ(world.container().set_up.ending, Ending::kFailed);
  EXPECT_EQ(world.container().set_up.runtime.name, "made-up");
}

// Nobody is in it any more: nothing goes on, and what was done for it is the engine's.
TEST_F(StoryWhose, APlaceThatEverybodyHasLeftDoesNotGoOn) {
  const Task engine = world.starts(50, {"/usr/bin/engine", "web"});
  const Task maker = world.clones(engine, 51, CLONE_NEWNS, {51}, kWorkplace);
  const Task runtime = world.forks(maker, 60);
  world.runs_in(runtime, {"/usr/bin/made-up", "create", "web"}, kWorkplace, {60});
  world.ends(maker);
  EXPECT_EQ(world.going_on(), 1u);
  world.unshares(runtime, CLONE_NEWNS, kOwnMounts);
  EXPECT_EQ(world.going_on(), 1u);
  world.runs_in(world.forks(runtime, 70), {"/bin/app"}, kOwnMounts, {70});
  world.ends(runtime);
  EXPECT_EQ(world.going_on(), 0u);
  world.ends(engine);
  EXPECT_EQ(world.container().set_up.runtime.name, "made-up");
}

// --- What is another's

TEST_F(StoryWhose, AnotherOfTheSameProgramIsNoPartOfIt) {
  const auto makes = [&](uint32_t tid) { return world.starts(tid, {"/usr/bin/made-up", "/bin/app"}); };
  const Task one = makes(50), other = makes(60);
  world.runs_in(world.clones(one, 51, kMountsAndPids, {51, 1}, kInside), {"/bin/app"}, kInside, {51, 1});
  for (const Stage& stage : world.container().set_up.stages) EXPECT_NE(stage.task.tid, other.tid);
}

TEST_F(StoryWhose, ANumberThatWasGivenToAnotherBeforeIsNoSign) {
  const Task stranger = world.starts(60, {"/usr/bin/stranger"});
  world.unshares(stranger, CLONE_NEWNS, kOwnMounts);
  world.ends(stranger);
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  world.unshares(runtime, CLONE_NEWNS, kOwnMounts);
  world.runs_in(runtime, {"/bin/app"}, kOwnMounts, {50});
  for (const Stage& stage : world.container().set_up.stages) EXPECT_NE(stage.task.tid, stranger.tid);
}

// Both containers have a pid 2.
TEST_F(StoryWhose, PidsAreThoseOfThePidNamespaceOfWhoSaysThem) {
  const NamespaceInodes first = kInside;
  const NamespaceInodes second = with(kHost, {{CT_NS_MNT, 600}, {CT_NS_PID, 605}, {CT_NS_PID_FOR_CHILDREN, 605}});
  const Task server = world.starts(50, {"/usr/bin/made-up"});
  const Task one = world.clones(server, 51, kMountsAndPids, {51, 1}, first);
  world.clones(one, 52, 0, {52, 2}, first);
  const Task other = world.clones(server, 61, kMountsAndPids, {61, 1}, second);
  world.clones(other, 62, 0, {62, 2}, second);
  world.calls(other, "write", {4, "0 0 1", 5}, [](Call& call) {
    call.args[0].file = File{.path = "/proc/2/uid_map", .fs_type = "proc", .sb_magic = 0x9fa0};
    call.result = 5;
  });
  world.calls(other, "mount", {"/proc/2/ns/net", "/run/net", null(), MS_BIND, null()},
              [](Call& call) { call.args[0].resolved = "/proc/2/ns/net"; });
  world.runs_in(other, {"/bin/app"}, second, {61, 1});
  const SetUpStory story = world.told_of<Container>().at(0).set_up;
  const std::vector<Step> maps = steps_of<MapsWritten>(story), mounts = steps_of<MountDone>(story);
  ASSERT_EQ(maps.size(), 1u);
  EXPECT_EQ(std::get<MapsWritten>(maps[0].facts).pid, 62u);
  ASSERT_EQ(mounts.size(), 1u);
  EXPECT_EQ(std::get<MountDone>(mounts[0].facts).mounts[0].source_pid, 62u);
}

TEST_F(StoryWhose, WhatWasMountedInOneThatHadTheNumberBeforeIsNotIts) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task helper = world.forks(runtime, 60);
  world.joins(helper, CLONE_NEWNS, kInside[CT_NS_MNT], with(kHost, {{CT_NS_MNT, kInside[CT_NS_MNT]}}));
  world.calls(helper, "mount", {"tmpfs", "/other", "tmpfs", 0, null()});
  world.ends(helper);
  const Task other = world.starts(70, {"/usr/bin/made-up"});
  const Task init = world.clones(other, 71, kMountsAndPids, {71, 1}, kInside);
  world.runs_in(init, {"/bin/app"}, kInside, {71, 1});
  EXPECT_TRUE(steps_of<MountDone>(world.container().set_up).empty());
}

TEST_F(StoryWhose, AnotherAttemptIsNoPartOfIt) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  const auto into_cgroup = [&](const Task& task) {
    world.calls(runtime, "write", {3, std::to_string(task.tid), 2}, [&](Call& call) {
      call.args[0].file = File{.path = "/sys/fs/cgroup/web/cgroup.procs", .fs_type = "cgroup2"};
    });
  };
  const Task first = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  into_cgroup(first);
  world.ends(first, 1 << 8);
  const Task next = world.clones(runtime, 52, kMountsAndPids, {52, 1}, kInside);
  into_cgroup(next);
  world.runs_in(next, {"/bin/app"}, kInside, {52, 1});
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 2u);
  ASSERT_EQ(told[0].set_up.argv, Words{"/bin/app"});
  const std::vector<Step> moves = steps_of<CgroupJoined>(told[0].set_up);
  ASSERT_EQ(moves.size(), 1u);
  EXPECT_EQ(std::get<CgroupJoined>(moves[0].facts).pid, next.tid);
}

// What a helper sees as its root is not the container's.
TEST_F(StoryWhose, AHelpersRootIsNotTheContainers) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  world.unshares(runtime, CLONE_NEWNS, kOwnMounts);
  const Task helper = world.forks(runtime, 51);
  world.runs_in(helper, {"/usr/sbin/chroot"}, kOwnMounts, {51});
  world.calls(helper, "chroot", {"/tree"});
  world.ends(helper);
  world.calls(runtime, "mount", {"none", "/tmp", "tmpfs", 0, null()},
              [](Call& call) { call.args[1].resolved = "/tmp"; });
  world.runs_in(runtime, {"/bin/app"}, kOwnMounts, {50});
  const Container told = world.container();
  EXPECT_EQ(told.rootfs, "");
  for (const Step& step : steps_of<MountDone>(told.set_up)) {
    EXPECT_FALSE(std::get<MountDone>(step.facts).mounts[0].target.outside);
    EXPECT_EQ(step.phase, Phase::kMounts);
  }
}

TEST_F(StoryWhose, TheRootOfWhoMadeTheProgramIsTheContainers) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  world.unshares(runtime, CLONE_NEWNS, kOwnMounts);
  world.calls(runtime, "chroot", {"/tree"});
  const Task app = world.forks(runtime, 51);
  world.ends(runtime);
  world.runs_in(app, {"/bin/app"}, kOwnMounts, {51});
  EXPECT_EQ(world.container().rootfs, "/tree");
}

// --- What is joined

TEST_F(StoryWhose, WhatWasMadeBeforeIsJoined) {
  const Task maker = world.starts(60, {"/usr/bin/ip", "netns", "add", "blue"});
  NamespaceInodes network = kHost;
  network[CT_NS_NET] = 600;
  world.unshares(maker, CLONE_NEWNET, network);
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  world.joins(runtime, CLONE_NEWNET, 600, network);
  network[CT_NS_MNT] = 500;
  world.unshares(runtime, CLONE_NEWNS, network);
  world.runs_in(runtime, {"/bin/app"}, network, {50});
  for (const ContainerNamespace& each : world.container().set_up.namespaces)
    if (each.type == CLONE_NEWNET) EXPECT_EQ(each.how, ContainerNamespace::How::kJoined);
}

TEST_F(StoryWhose, WhoHelpsInsideWhatIsSetUpMakesNoEntry) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  const Task helper = world.forks(runtime, 52);
  world.runs_in(helper, {"/usr/bin/nsenter"}, kHost, {52});
  NamespaceInodes inside = kHost;
  inside[CT_NS_MNT] = kInside[CT_NS_MNT];
  world.joins(helper, CLONE_NEWNS, kInside[CT_NS_MNT], inside);
  world.runs_in(helper, {"/bin/mount"}, inside, {52});
  world.ends(helper);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  EXPECT_TRUE(world.told_of<EntryMade>().empty());
  EXPECT_EQ(world.container().set_up.argv, Words{"/bin/app"});
}

// What is mounted in a container that is being set up, by those who have entered it, is where its program sees it; also
// where several do it at a time.
TEST_F(StoryWhose, WhatHelpersMountInsideIsTheContainers) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.pivots(init, "/bundle/rootfs");
  std::vector<Task> helpers;
  for (const uint32_t tid : {60u, 61u}) {
    helpers.push_back(world.forks(runtime, tid));
    world.joins(helpers.back(), CLONE_NEWNS, kInside[CT_NS_MNT], with(kHost, {{CT_NS_MNT, kInside[CT_NS_MNT]}}));
  }
  for (const Task& helper : helpers)
    world.calls(helper, "mount", {"tmpfs", "/data" + std::to_string(helper.tid), "tmpfs", 0, null()});
  for (const Task& helper : helpers) {
    world.joins(helper, CLONE_NEWNS, kHost[CT_NS_MNT], kHost);
    world.ends(helper);
  }
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  Words inside;
  for (const Step& step : steps_of<MountDone>(world.container().set_up))
    for (const MountDone::One& each : std::get<MountDone>(step.facts).mounts) inside.push_back(each.target.inside);
  EXPECT_EQ(inside, (Words{"/data60", "/data61"}));
}

// What it joins or makes for itself besides is not the container's; what it cannot join is nothing.
TEST_F(StoryWhose, WhoHelpsInsideMayJoinAndMakeOthers) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  const Task helper = world.starts(60, {"/usr/bin/helper"});
  NamespaceInodes there = with(kHost, {{CT_NS_MNT, kInside[CT_NS_MNT]}});
  world.joins(helper, CLONE_NEWNS, kInside[CT_NS_MNT], there);
  world.calls(helper, "setns", {99, 0}, [](Call& call) { call.result = -EBADF; });
  there[CT_NS_UTS] = 901;
  world.unshares(helper, CLONE_NEWUTS, there);
  // Then it makes mounts of its own, and what it mounts is in those.
  there[CT_NS_MNT] = 902;
  world.unshares(helper, CLONE_NEWNS, there);
  world.calls(helper, "mount", {"tmpfs", "/own", "tmpfs", 0, null()});
  world.ends(helper);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 1u);
  for (const Step& step : told[0].set_up.steps) {
    EXPECT_FALSE(std::holds_alternative<MountDone>(step.facts));
    if (const auto* changed = std::get_if<NamespacesChanged>(&step.facts)) {
      EXPECT_NE(changed->namespaces.at(0).inode, 901u);
    }
  }
}

TEST_F(StoryWhose, WhoGoesBackToWhereAllBeganEntersNoContainer) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  world.unshares(runtime, CLONE_NEWNS, kOwnMounts);
  world.runs_in(runtime, {"/bin/app"}, kOwnMounts, {50});
  const Task back = world.forks(runtime, 51);
  world.joins(back, CLONE_NEWNS, kHost[CT_NS_MNT], kHost);
  world.runs_in(back, {"/bin/hostname"}, kHost, {51});
  const std::vector<EntryMade> entries = world.told_of<EntryMade>();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_TRUE(entries[0].starters);
  EXPECT_FALSE(entries[0].there_before);
}

// --- How entries end

struct StoryEntries : StoryWhose {
  Task runtime = world.starts(50, {"/usr/bin/made-up"});
  Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  Task enters;

  StoryEntries() {
    world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
    enters = world.starts(60, {"/usr/bin/enter"});
    const NamespaceInodes there = with(kHost, {{CT_NS_MNT, kInside[CT_NS_MNT]}});
    world.joins(enters, CLONE_NEWNS, kInside[CT_NS_MNT], there);
    world.runs_in(enters, {"/bin/look"}, there, {60});
  }
};

TEST_F(StoryEntries, TheEndOfAnEntryIsTold) {
  world.ends(enters, 4 << 8);
  const std::vector<EntryEnded> ended = world.told_of<EntryEnded>();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].container, world.container().number);
  EXPECT_EQ(ended[0].number, 1u);
  EXPECT_EQ(ended[0].program.tid, 60u);
  EXPECT_EQ(ended[0].exit_code, 4u << 8);
}

TEST_F(StoryEntries, WhoKilledThemIsTold) {
  world.ends(enters, SIGKILL, Killer{.kind = Killer::Kind::kProcess, .pid = 50, .comm = "made-up"});
  world.ends(init, SIGKILL, Killer{.kind = Killer::Kind::kOutOfMemory});
  const MaybeKiller entrys = world.told_of<EntryEnded>().at(0).killed_by;
  ASSERT_TRUE(entrys);
  EXPECT_EQ(entrys->pid, 50u);
  const MaybeKiller inits = world.told_of<ContainerWentOn>().at(0).killed_by;
  ASSERT_TRUE(inits);
  EXPECT_EQ(inits->kind, Killer::Kind::kOutOfMemory);
}

// It was not the program that ended so: who waits for it passes on a status.
TEST_F(StoryWhose, WhomMemoryRanOutForIsToldWithTheEnd) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const Task chosen = world.clones(init, 52, 0, {52, 2}, kInside);
  const Task other = world.clones(init, 53, 0, {53, 3}, kInside);
  world.ends(chosen, SIGKILL, Killer{.kind = Killer::Kind::kOutOfMemory});
  world.ends(other, SIGKILL, Killer{.kind = Killer::Kind::kProcess, .pid = 51});
  world.ends(init, 137 << 8);
  const ContainerWentOn end = world.told_of<ContainerWentOn>().at(0);
  EXPECT_FALSE(end.killed_by);
  ASSERT_EQ(end.out_of_memory.size(), 1u);
  EXPECT_EQ(end.out_of_memory[0].task.tid, 52u);
  EXPECT_EQ(end.out_of_memory[0].program, "app");
}

TEST_F(StoryWhose, VeryManyOfThoseAreCounted) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  for (uint32_t i = 0; i < 70; ++i)
    world.ends(world.clones(init, 60 + i, 0, {60 + i, 2 + i}, kInside), SIGKILL,
               Killer{.kind = Killer::Kind::kOutOfMemory});
  world.ends(init, 137 << 8);
  const ContainerWentOn end = world.told_of<ContainerWentOn>().at(0);
  EXPECT_EQ(end.out_of_memory.size() + end.out_of_memory_dropped, 70u);
  EXPECT_GT(end.out_of_memory_dropped, 0u);
}

// A runtime that gives up kills its own init: no memory ran out.
TEST_F(StoryWhose, WhoKilledAStageIsTold) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.calls(init, "sethostname", {std::string("web"), 3});
  world.ends(init, SIGKILL, Killer{.kind = Killer::Kind::kProcess, .pid = 50, .comm = "made-up"});
  world.ends(runtime, 1 << 8);
  const std::vector<Stage> stages = world.container().set_up.stages;
  const auto killed = std::ranges::find(stages, 51u, [](const Stage& stage) { return stage.task.tid; });
  ASSERT_TRUE(killed != stages.end() && killed->killed_by);
  EXPECT_EQ(killed->killed_by->pid, 50u);
}

// --- Mounts that others have made before

// unshare(1) executes chroot(1) in a pid namespace, and that the command: a container in a container.
struct StoryMountedBefore : StoryWhose {
  static constexpr uint32_t kOwnPids = 505;

  void mounts(uint32_t tid, const std::string& target, const NamespaceInodes& where = kHost) {
    const Task helper = world.starts(tid, {"/bin/mount"}, [&](Snapshot& snapshot) { snapshot.namespaces = where; });
    world.calls(helper, "mount", {"tmpfs", target, "tmpfs", 0, null()},
                [&](Call& call) { call.args[1].resolved = target; });
    world.ends(helper);
  }
  // The targets of what is told of the mounts of each container.
  std::vector<Words> told() {
    const Task runtime = world.starts(60, {"/usr/bin/unshare"});
    const Task init = world.clones(runtime, 61, CLONE_NEWPID, {61, 1}, inside);
    world.runs_in(init, {"/usr/sbin/chroot", "/srv/tree", "/bin/app"}, inside, {61, 1});
    world.calls(init, "chroot", {"/srv/tree"});
    world.runs_in(init, {"/bin/app"}, inside, {61, 1});
    std::vector<Words> all;
    for (const Container& each : world.told_of<Container>()) {
      all.emplace_back();
      for (const Step& step : steps_of<MountDone>(each.set_up))
        for (const MountDone::One& mount : std::get<MountDone>(step.facts).mounts)
          all.back().push_back(mount.target.shown());
    }
    return all;
  }
  const NamespaceInodes inside = with(kHost, {{CT_NS_PID, kOwnPids}, {CT_NS_PID_FOR_CHILDREN, kOwnPids}});
};

TEST_F(StoryMountedBefore, BelowTheRootAreItsContainers) {
  mounts(50, "/srv/tree/proc");
  mounts(51, "/srv/treehouse/proc");
  mounts(52, "/srv/tree/tmp");
  EXPECT_EQ(told(), (std::vector<Words>{{}, {"/proc", "/tmp"}}));
}

TEST_F(StoryMountedBefore, InAnotherMountNamespaceAreNot) {
  mounts(50, "/srv/tree/proc", kOwnMounts);
  EXPECT_EQ(told(), (std::vector<Words>{{}, {}}));
}

}  // namespace
}  // namespace cttrace
