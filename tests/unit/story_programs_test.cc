// Which program is the runtime itself, what a container was made for, or what was started for one that is there.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <functional>

#include "render/story_words.h"
#include "story_world.h"

namespace cttrace {
namespace {

using Words = std::vector<std::string>;
const NamespaceInodes kOwnMounts = with(kHost, {{CT_NS_MNT, 500}});

struct StoryPrograms : testing::Test {
  StoryWorld world;

  // A runtime whose file is /bin/box unshares its mounts, and executes what is that file, too.
  Task executes_its_file(const Words& own, const std::string& path, const Words& argv) {
    const auto box = [](const NamespaceInodes& namespaces) {
      return [namespaces](Snapshot& snapshot) {
        snapshot.exe = File{.path = "/bin/box", .inode = 900, .mode = 0100755};
        snapshot.namespaces = namespaces;
      };
    };
    const Task runtime = world.starts(50, own, box(kHost));
    world.unshares(runtime, CLONE_NEWNS, kOwnMounts);
    world.calls(runtime, "execve", {path, argv});
    world.apply(world.snapshot(runtime, box(kOwnMounts)));
    return runtime;
  }
  // A container that is told, named by `name`.
  Task container(uint32_t tid, const Words& argv, uint32_t mounts = 500) {
    const Task runtime = world.starts(tid, argv);
    const NamespaceInodes inside = with(kInside, {{CT_NS_MNT, mounts}, {CT_NS_PID, mounts + 5}});
    const Task init = world.clones(runtime, tid + 1, kMountsAndPids, {tid + 1, 1}, inside);
    world.runs_in(init, {"/bin/app"}, inside, {tid + 1, 1});
    world.ends(runtime);
    return init;
  }
  // What was started for which container, in order.
  std::vector<std::pair<uint32_t, Words>> served() const {
    std::vector<std::pair<uint32_t, Words>> all;
    for (const ContainerWentOn& news : world.told_of<ContainerWentOn>())
      if (news.service) all.emplace_back(news.container, news.service->runtime.argv);
    return all;
  }
};

TEST_F(StoryPrograms, WhatItWasToldToRunIsNotItself) {
  executes_its_file({"/bin/box", "--new", "/bin/box", "sh"}, "/bin/box", {"/bin/box", "sh"});
  EXPECT_EQ(world.container().set_up.argv, (Words{"/bin/box", "sh"}));
}

TEST_F(StoryPrograms, AnInterpreterWithAnotherScriptIsNotItself) {
  executes_its_file({"box", "launcher.py"}, "/bin/box", {"box", "app.py"});
  EXPECT_EQ(world.container().set_up.argv, (Words{"box", "app.py"}));
}

TEST_F(StoryPrograms, WithTheSameScriptItIs) {
  executes_its_file({"box", "launcher.py"}, "/bin/box", {"box", "launcher.py", "--inside"});
  EXPECT_EQ(world.container().set_up.ending, Ending::kNotComplete);
}

TEST_F(StoryPrograms, AnotherNameOfItsFileIsAnotherProgram) {
  executes_its_file({"sh", "setup.sh"}, "/proc/self/exe", {"sleep", "1"});
  EXPECT_EQ(world.container().set_up.argv, (Words{"sleep", "1"}));
}

TEST_F(StoryPrograms, ANameThatItsScriptHasIsOne) {
  executes_its_file({"box", "-c", "unshare -m; sleep 1"}, "/proc/self/exe", {"sleep", "1"});
  EXPECT_EQ(world.container().set_up.argv, (Words{"sleep", "1"}));
}

TEST_F(StoryPrograms, ANameThatItGivesItselfIsStillItself) {
  executes_its_file({"box", "--daemon"}, "/proc/self/exe", {"box-worker"});
  EXPECT_EQ(world.container().set_up.ending, Ending::kNotComplete);
}

TEST_F(StoryPrograms, WhoEnteredDoesNotEndTheContainer) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const Task entering = world.forks(runtime, 60);
  world.joins(entering, CLONE_NEWNS, 500, kOwnMounts);
  const Task entered = world.forks(entering, 61);
  world.runs_in(entered, {"/bin/ls"}, kOwnMounts, {61});
  world.ends(entered, 3 << 8);
  world.ends(entering);
  ASSERT_EQ(world.told_of<EntryMade>().size(), 1u);
  EXPECT_TRUE(world.told_of<ContainerWentOn>().empty());
  world.ends(init, 5 << 8);
  ASSERT_EQ(world.told_of<ContainerWentOn>().size(), 1u);
  EXPECT_EQ(world.told_of<ContainerWentOn>()[0].exit_code, 5u << 8);
}

TEST_F(StoryPrograms, WhoHelpedHasNotFailedWithTheStatusThatIsPassedOn) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task helper = world.forks(runtime, 51);
  world.calls(helper, "chroot", {"/var/tree"});
  world.ends(helper);
  const Task init = world.clones(runtime, 52, kMountsAndPids, {52, 1}, kInside);
  world.runs_in(init, {"/bin/app"}, kInside, {52, 1});
  world.ends(init, 3 << 8);
  world.ends(runtime, 3 << 8);
  EXPECT_EQ(world.container().set_up.argv, Words{"/bin/app"});
}

TEST_F(StoryPrograms, OfTwoContainersOfOneNameTheLatestIsServed) {
  const Words serve = {"/usr/bin/made-up", "delete", "web"};
  world.ends(container(50, {"/usr/bin/made-up", "run", "web"}));
  world.ends(world.starts(60, serve));
  world.ends(container(70, {"/usr/bin/made-up", "run", "web"}, 700));
  world.ends(world.starts(80, serve));
  EXPECT_EQ(served(), (std::vector<std::pair<uint32_t, Words>>{{1, serve}, {2, serve}}));
  // What was for the first one is no part of the second one's set-up.
  for (const Step& step : steps_of<ProgramRun>(world.told_of<Container>()[1].set_up))
    EXPECT_NE(std::get<ProgramRun>(step.facts).argv, serve);
}

void limits(StoryWorld& world, const Task& task, const std::string& cgroup) {
  world.calls(task, "write", {4, "64", 2}, [&](Call& call) {
    call.args[0].file = File{.path = "/sys/fs/cgroup/" + cgroup + "/pids.max", .fs_type = "cgroup2"};
  });
}

TEST_F(StoryPrograms, WhatItsRuntimeDoesToItLaterIsTold) {
  container(50, {"/usr/bin/made-up", "run", "web"});
  const Task update = world.starts(70, {"/usr/bin/made-up", "update", "web"});
  world.fails(update, "seccomp", {1, 0, null()}, EFAULT);
  limits(world, update, "web");
  world.ends(update);
  const std::vector<ContainerWentOn> told = world.told_of<ContainerWentOn>();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].container, 1u);
  ASSERT_TRUE(told[0].service);
  ASSERT_EQ(told[0].service->steps.size(), 1u);
  EXPECT_EQ(words_of(told[0].service->steps[0], {}), "pids.max = 64");
  EXPECT_EQ(told[0].service->ending, Ending::kHandedOver);
}

TEST_F(StoryPrograms, SoIsWhatIsDoneToOneThatWasThereBefore) {
  const auto writes = [&](uint32_t tid, const Words& argv, const std::string& cgroup) {
    const Task task = world.starts(tid, argv);
    limits(world, task, cgroup);
    world.ends(task, tid == 71 ? 1 << 8 : 0);
  };
  writes(70, {"/usr/bin/made-up", "update", "web"}, "system.slice/made-up-web.scope");
  writes(71, {"/usr/bin/made-up", "update", "other"}, "other");
  writes(72, {"/usr/bin/made-up", "run", "new"}, "new");
  writes(73, {"/bin/sh", "-c", "echo 64 > web/pids.max"}, "web");
  writes(74, {"/usr/bin/made-up", "--name", "third"}, "somewhere/else");
  std::vector<std::pair<std::string, Ending>> told;
  for (const ContainerWentOn& each : world.told_of<ContainerWentOn>()) {
    EXPECT_EQ(each.container, 0u);
    told.emplace_back(each.name, each.service ? each.service->ending : Ending::kNotComplete);
  }
  EXPECT_EQ(told,
            (std::vector<std::pair<std::string, Ending>>{{"web", Ending::kHandedOver}, {"other", Ending::kFailed}}));
}

// Between create and start; what it does is the container's.
TEST_F(StoryPrograms, WhatIsDoneToOneThatIsBeingMadeIsToldWithIt) {
  const Task create = world.starts(50, {"/usr/bin/made-up", "create", "web"});
  const Task init = world.clones(create, 51, kMountsAndPids, {51, 1}, kInside);
  world.ends(create);
  const Task update = world.starts(60, {"/usr/bin/made-up", "update", "web"});
  limits(world, update, "web");
  world.ends(update);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  EXPECT_TRUE(world.told_of<ContainerWentOn>().empty());
  EXPECT_EQ(steps_of<ControlsWritten>(world.container().set_up).size(), 1u);
}

// It began before the container had its program, and did what it was for when that ran.
TEST(StoryServices, WhatGoesOnBesideTheHandOverIsTold) {
  const auto told_where = [](const std::function<void(StoryWorld&, const Task&)>& then, uint32_t ends) {
    StoryWorld world;
    const Task create = world.starts(50, {"/usr/bin/made-up", "create", "web"});
    const Task init = world.clones(create, 51, kMountsAndPids, {51, 1}, kInside);
    world.ends(create);
    const Task update = world.forks(world.shell, 60);
    world.runs(update, {"/usr/bin/made-up", "update", "web"});
    limits(world, update, "web");
    world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
    then(world, update);
    world.ends(update, ends);
    EXPECT_EQ(steps_of<ControlsWritten>(world.container().set_up).size(), 1u);
    std::vector<SetUpStory> told;
    for (const ContainerWentOn& each : world.told_of<ContainerWentOn>()) {
      EXPECT_EQ(each.container, 1u);
      if (each.service) told.push_back(*each.service);
    }
    return told;
  };
  const auto limits_again = [](StoryWorld& world, const Task& update) { limits(world, update, "web/below"); };
  const std::vector<SetUpStory> told = told_where(limits_again, 0);
  ASSERT_EQ(told.size(), 1u);
  ASSERT_EQ(told[0].steps.size(), 1u);
  EXPECT_EQ(words_of(told[0].steps[0], {}), "pids.max = 64");
  EXPECT_EQ(told[0].ending, Ending::kHandedOver);
  EXPECT_EQ(told[0].runtime.argv, (Words{"/usr/bin/made-up", "update", "web"}));
  const auto nothing = [](StoryWorld&, const Task&) {};
  EXPECT_TRUE(told_where(nothing, 0).empty());
  const std::vector<SetUpStory> failed = told_where(nothing, 1 << 8);
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].ending, Ending::kFailed);
  ASSERT_EQ(failed[0].stages.size(), 1u);
  EXPECT_EQ(failed[0].stages[0].task.tid, 60u);
}

// A shim, that had the runtime make it and waits for it; and a runtime that waits itself.
TEST(StoryServices, WhoServesAContainerAndIsKilledIsTold) {
  const Killer killer{.kind = Killer::Kind::kProcess, .pid = 7, .comm = "bash"};
  const auto told_where = [&](bool shim_waits, bool ended, uint32_t ends, Killer::Kind kind, uint32_t by_pid = 7) {
    StoryWorld world;
    const Task shim = world.starts(40, {"/usr/bin/shim", "-id", "web"});
    const Task runtime = world.forks(shim, 50);
    world.runs(runtime, {"/usr/bin/made-up", "run", "web"});
    const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
    world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
    if (shim_waits) world.ends(runtime);
    if (ended) world.ends(init);
    Killer by = killer;
    by.kind = kind;
    by.pid = by_pid;
    const Task other = world.forks(world.shell, 90);
    world.runs(other, {shim_waits ? "/usr/bin/shim" : "/usr/bin/made-up", "stop"});
    world.ends(shim_waits ? shim : runtime, ends, by);
    std::vector<ContainerWentOn> told = world.told_of<ContainerWentOn>();
    std::erase_if(told, [](const ContainerWentOn& each) { return !each.service; });
    return told;
  };
  for (const bool shim_waits : {false, true}) {
    const std::vector<ContainerWentOn> told = told_where(shim_waits, false, SIGKILL, Killer::Kind::kProcess);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].container, 1u);
    const SetUpStory& service = *told[0].service;
    EXPECT_EQ(service.runtime.pid, shim_waits ? 40u : 50u);
    ASSERT_EQ(service.stages.size(), 1u);
    EXPECT_EQ(service.stages[0].exit_code, static_cast<uint32_t>(SIGKILL));
    EXPECT_EQ(service.stages[0].killed_by->comm, "bash");
    EXPECT_TRUE(service.steps.empty());
    // The container was not there any more; or all of a pid namespace are not; or it gave up; or its own program did
    // it.
    EXPECT_TRUE(told_where(shim_waits, false, SIGKILL, Killer::Kind::kProcess, 90).empty());
    EXPECT_TRUE(told_where(shim_waits, true, SIGKILL, Killer::Kind::kProcess).empty());
    EXPECT_TRUE(told_where(shim_waits, false, SIGKILL, Killer::Kind::kPidNamespace).empty());
    EXPECT_TRUE(told_where(shim_waits, false, 1 << 8, Killer::Kind::kProcess).empty());
  }
}

// A hook that the runtime executes when the program runs already, or has ended.
TEST(StoryServices, AHookThatFailsBehindTheHandOverIsTold) {
  const auto told_where = [](const Words& runtime_argv, uint32_t ends, bool by_another = false) {
    StoryWorld world;
    const Task runtime = world.starts(50, runtime_argv);
    const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
    world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
    world.ends(init);
    const Task hook = world.forks(by_another ? world.shell : runtime, 60);
    world.runs(hook, {"/bin/hook", "poststop"});
    const std::string text = "hook: no such device\n";
    world.calls(hook, "write", {2, text, text.size()}, [&](Call& call) {
      call.row = &row_for_stderr(*call.row);
      call.result = static_cast<int64_t>(text.size());
    });
    const Task of_hook = world.forks(hook, 61);
    world.runs(of_hook, {"/bin/grep"});
    world.ends(of_hook, 1 << 8);
    world.ends(hook, ends);
    world.ends(runtime);
    std::vector<ContainerWentOn> told = world.told_of<ContainerWentOn>();
    std::erase_if(told, [](const ContainerWentOn& each) { return !each.service; });
    return told;
  };
  const Words run = {"/usr/bin/made-up", "run", "web"};
  const std::vector<ContainerWentOn> told = told_where(run, 3 << 8);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].container, 1u);
  const SetUpStory& service = *told[0].service;
  EXPECT_EQ(service.ending, Ending::kFailed);
  EXPECT_EQ(service.runtime.argv, (Words{"/bin/hook", "poststop"}));
  ASSERT_EQ(service.stages.size(), 1u);
  EXPECT_EQ(service.stages[0].said.text, "hook: no such device\n");
  EXPECT_TRUE(told_where(run, 0).empty());
  EXPECT_TRUE(told_where(run, 3 << 8, true).empty());
  // Whatever else it does is for nobody that is known.
  EXPECT_TRUE(told_where({"/usr/bin/supervisor"}, 3 << 8).empty());
}

// --- What gives up, and has set nothing up

TEST(StoryFailures, WhatFailedWhereNothingWasSetUpIsTold) {
  const auto told_where = [](uint32_t ends, int error) {
    StoryWorld world;
    const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
    const Task child = world.forks(runtime, 51);
    world.fails(child, "unshare", {CLONE_NEWNS | CLONE_NEWPID}, error);
    world.ends(child, 1 << 8);
    world.ends(runtime, ends);
    return world.told();
  };
  const std::vector<News> told = told_where(1 << 8, ENOSPC);
  ASSERT_EQ(told.size(), 1u);
  const auto& failed = std::get<ProgramFailed>(told[0]);
  EXPECT_EQ(failed.program.argv, (Words{"/usr/bin/made-up", "run", "web"}));
  EXPECT_EQ(failed.exit_code, 1u << 8);
  ASSERT_EQ(failed.failures.size(), 1u);
  EXPECT_EQ(failed.stages.at(failed.failures[0].stage).task.tid, 51u);
  EXPECT_EQ(failed.failures[0].error, ENOSPC);
  // It went on without.
  EXPECT_TRUE(told_where(0, ENOSPC).empty());
}

// Beside a daemon that lives on, and a container that comes later.
TEST_F(StoryPrograms, WhatFailedIsToldASecondLater) {
  const Task daemon = world.starts(50, {"/usr/sbin/daemon"});
  const Task failing = world.forks(daemon, 51);
  world.runs(failing, {"/usr/bin/made-up", "run", "web"});
  world.fails(failing, "unshare", {CLONE_NEWNS}, ENOSPC);
  const uint64_t ended_ns = world.now();
  world.ends(failing, 1 << 8);
  world.passes(2'000'000'000);
  world.goes_on(daemon);
  container(60, {"/usr/bin/other", "run", "later"});
  const std::vector<News> told = world.told();
  ASSERT_EQ(told.size(), 2u);
  ASSERT_TRUE(std::holds_alternative<ProgramFailed>(told[0]));
  EXPECT_EQ(std::get<ProgramFailed>(told[0]).time_ns, ended_ns);
}

// A hook of who goes on is told with what that sets up.
TEST_F(StoryPrograms, WhatFailsInAHelperIsTheContainers) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  const Task hook = world.forks(runtime, 60);
  world.runs(hook, {"/bin/hook"});
  world.fails(hook, "mount", {"t", "/mnt", "tmpfs", 0, null()}, ENOENT);
  world.ends(hook, 1 << 8);
  world.passes(2'000'000'000);
  world.goes_on(runtime);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  world.ends(runtime);
  EXPECT_TRUE(world.told_of<ProgramFailed>().empty());
  const std::vector<Step> steps = steps_of<MountDone>(world.container().set_up);
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].error, ENOENT);
}

// A server's session, in a chroot: its client has gone away.
TEST(StorySessions, WhoConfinesItselfSetsUpNoContainer) {
  const auto told_where = [](const std::function<void(StoryWorld&, const Task&)>& then) {
    StoryWorld world;
    const Task server = world.starts(50, {"/usr/sbin/server"});
    const Task session = world.forks(server, 51);
    world.calls(session, "chroot", {"/var/empty"});
    world.calls(session, "setuid", {100});
    world.fails(session, "setuid", {0}, EPERM);
    then(world, session);
    world.ends(session, 255 << 8);
    world.ends(server);
    return world.told_of<Container>().size();
  };
  EXPECT_EQ(told_where([](StoryWorld&, const Task&) {}), 0u);
  EXPECT_EQ(told_where([](StoryWorld& world, const Task& session) {
              world.fails(session, "execve", {"/bin/app", Words{"app"}}, ENOENT);
            }),
            1u);
  EXPECT_EQ(
      told_where([](StoryWorld& world, const Task& session) { world.fails(session, "chdir", {"/home"}, ENOENT); }), 1u);
}

// In its user namespace, which another program has made that is not there any more.
TEST_F(StoryPrograms, WhatFailedIsOfWhoEndedWithIt) {
  const Task task = world.starts(50, {"/usr/bin/unshare", "-r", "chroot", "/nosuch"});
  const NamespaceInodes own = with(kHost, {{CT_NS_USER, 600}});
  world.unshares(task, CLONE_NEWUSER, own);
  world.runs(task, {"/usr/sbin/chroot", "/nosuch"}, [&](Snapshot& snapshot) { snapshot.namespaces = own; });
  world.fails(task, "chroot", {"/nosuch"}, ENOENT);
  world.ends(task, 125 << 8);
  const std::vector<ProgramFailed> told = world.told_of<ProgramFailed>();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].program.name, "chroot");
}

// The shell executes what is no program.
TEST_F(StoryPrograms, AScriptWithoutAnInterpreterHasNotFailed) {
  const Task starter = world.starts(50, {"/usr/bin/make"});
  const Task script = world.forks(starter, 51);
  world.fails(script, "execve", {"./script", Words{"./script"}}, ENOEXEC);
  world.runs(script, {"/bin/sh", "./script"});
  world.ends(script, 3 << 8);
  world.ends(starter);
  EXPECT_TRUE(world.told().empty());
}

// It was not for what failed that it ended.
TEST_F(StoryPrograms, WhoIsKilledHasNotGivenUp) {
  const Task daemon = world.starts(50, {"/usr/sbin/daemon"});
  world.fails(daemon, "mount", {"t", "/mnt", "tmpfs", 0, null()}, ENOENT);
  world.ends(daemon, SIGTERM);
  EXPECT_TRUE(world.told().empty());
}

// ... but was to make a container, and has made none.
TEST_F(StoryPrograms, WhoIsKilledBeforeItHasMadeItsContainerIsTold) {
  const Killer killer{.kind = Killer::Kind::kProcess, .pid = 7, .comm = "bash"};
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  world.ends(runtime, SIGKILL, killer);
  const std::vector<ProgramFailed> told = world.told_of<ProgramFailed>();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].exit_code, static_cast<uint32_t>(SIGKILL));
  ASSERT_EQ(told[0].stages.size(), 1u);
  EXPECT_EQ(told[0].stages[0].killed_by->comm, "bash");
}

// docker run: others have made it.
TEST_F(StoryPrograms, WhoIsKilledBesideWhatOthersHaveMadeForItIsNot) {
  const Task client = world.starts(40, {"/usr/bin/client", "run", "image"});
  container(50, {"/usr/bin/made-up", "create", "web"});
  world.ends(client, SIGKILL);
  EXPECT_TRUE(world.told_of<ProgramFailed>().empty());
}

TEST_F(StoryPrograms, ASearchThatEndsInAnotherProgramHasNotFailed) {
  const Task starter = world.starts(50, {"/usr/bin/timeout", "2", "app"});
  const Task app = world.forks(starter, 51);
  world.fails(app, "execve", {"/usr/local/bin/app", Words{"app"}}, ENOENT);
  world.runs(app, {"/bin/app"});
  world.ends(app);
  world.ends(starter, 124 << 8);
  EXPECT_TRUE(world.told().empty());
}

TEST_F(StoryPrograms, WhatIsForOneThatIsBeingMadeIsNotForTheLast) {
  world.ends(container(50, {"/usr/bin/made-up", "run", "web"}));
  const Task runtime = world.starts(70, {"/usr/bin/made-up", "create", "web"});
  const Task init = world.clones(runtime, 71, kMountsAndPids, {71, 1}, with(kInside, {{CT_NS_MNT, 700}}));
  world.ends(runtime);
  world.ends(world.starts(80, {"/usr/bin/made-up", "start", "web"}));
  world.runs_in(init, {"/bin/app"}, with(kInside, {{CT_NS_MNT, 700}}), {71, 1});
  EXPECT_EQ(world.told_of<Container>().size(), 2u);
  EXPECT_TRUE(served().empty());
}

TEST_F(StoryPrograms, WhoEntersANumberThatIsGivenAgainEntersTheLatest) {
  world.ends(container(50, {"/usr/bin/made-up", "run", "one"}));
  container(60, {"/usr/bin/made-up", "run", "two"});
  const Task second = world.starts(70, {"/usr/bin/made-up", "exec", "two", "/bin/ls"});
  world.joins(second, CLONE_NEWNS, 500, kOwnMounts);
  world.runs_in(second, {"/bin/ls"}, kOwnMounts, {70});
  ASSERT_EQ(world.told_of<EntryMade>().size(), 1u);
  EXPECT_EQ(world.told_of<EntryMade>()[0].container_name, "two");
}

TEST_F(StoryPrograms, WhoHelpsBehindTheContainerHasNotFailedWithIt) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task init = world.clones(runtime, 52, kMountsAndPids, {52, 1}, kInside);
  world.runs_in(init, {"/bin/app"}, kInside, {52, 1});
  world.ends(init, 3 << 8);
  const Task helper = world.forks(runtime, 53);
  world.calls(helper, "chroot", {"/var/tree"});
  world.ends(helper);
  world.ends(runtime, 3 << 8);
  EXPECT_EQ(world.container().set_up.argv, Words{"/bin/app"});
}

TEST_F(StoryPrograms, ANameThatNobodyGaveIsNoSign) {
  container(50, {"/usr/bin/made-up", "/bin/app"});
  ASSERT_EQ(world.container().name, "app");
  world.ends(world.starts(60, {"/usr/bin/made-up", "--version", "app"}));
  EXPECT_TRUE(served().empty());
}

TEST_F(StoryPrograms, NorIsOneThatAnotherIsToBeMadeOf) {
  const Words image = {"/usr/bin/made-up", "run", "image"};
  container(50, image);
  world.ends(world.starts(60, image));
  EXPECT_TRUE(served().empty());
}

TEST_F(StoryPrograms, WhatFailsInADaemonIsToldWhileItLives) {
  const Task daemon = world.starts(50, {"/usr/sbin/daemon"});
  const Task worker = world.clones(daemon, 51, CLONE_NEWNS, {51}, kOwnMounts);
  world.apply(CgroupAttach{.task = worker, .moved = worker, .time_ns = world.now(), .path = "/jobs/first"});
  const uint64_t ended_ns = world.now();
  world.ends(worker, 1 << 8);
  world.goes_on(daemon);
  world.passes(2'000'000'000);
  world.goes_on(daemon);
  const Container failed = world.container();
  EXPECT_EQ(failed.set_up.ending, Ending::kFailed);
  EXPECT_EQ(failed.set_up.end_ns, ended_ns);
  EXPECT_EQ(failed.name, "first");
}

TEST_F(StoryPrograms, WhatWasMadeLeftAndEnteredAgainIsItsOwn) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  world.unshares(runtime, CLONE_NEWNS, kOwnMounts);
  world.joins(runtime, CLONE_NEWNS, kHost[CT_NS_MNT], kHost);
  world.joins(runtime, CLONE_NEWNS, 500, kOwnMounts);
  world.runs_in(runtime, {"/bin/app"}, kOwnMounts, {50});
  for (const ContainerNamespace& each : world.container().set_up.namespaces)
    if (each.type == CLONE_NEWNS) {
      EXPECT_EQ(each.how, ContainerNamespace::How::kMade);
    }
}

}  // namespace
}  // namespace cttrace
