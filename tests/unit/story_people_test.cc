// Who is who: containers and their people are told apart, whatever a recording says of them.
#include <gtest/gtest.h>

#include "story_world.h"

namespace cttrace {
namespace {

class StoryPeople : public testing::Test {
 protected:
  using Words = StoryWorld::Words;
  StoryWorld world;

  // With these namespaces, by a runtime that is given a name; its program runs on.
  Task container(uint32_t tid, const Words& argv, const NamespaceInodes& inside, uint64_t flags = kMountsAndPids) {
    const Task runtime = world.starts(tid, argv);
    const Task init = world.clones(runtime, tid + 1, flags, {tid + 1, 1}, inside);
    world.runs_in(init, {"/bin/app"}, inside, {tid + 1, 1});
    world.ends(runtime);
    return init;
  }
};

TEST_F(StoryPeople, WhoJoinsOnlyALesserNamespaceOfAContainerEntersIt) {
  constexpr uint32_t kNewTime = 0x80;
  const NamespaceInodes inside =
      with(kInside, {{CT_NS_CGROUP, 507}, {CT_NS_TIME, 508}, {CT_NS_TIME_FOR_CHILDREN, 508}});
  container(50, {"/usr/bin/made-up", "run", "web"}, inside, kMountsAndPids | CLONE_NEWCGROUP | kNewTime);
  uint32_t tid = 60;
  for (const auto& [type, which, inode] :
       {std::tuple(kNewTime, CT_NS_TIME, 508u), {CLONE_NEWCGROUP, CT_NS_CGROUP, 507u}}) {
    const Task entering = world.starts(++tid, {"/usr/bin/enter"});
    const NamespaceInodes there = with(kHost, {{which, inode}});
    world.joins(entering, type, inode, there);
    world.runs_in(entering, {"/bin/date"}, there, {tid});
  }
  EXPECT_EQ(world.told_of<Container>().size(), 1u);
  const std::vector<EntryMade> entries = world.told_of<EntryMade>();
  ASSERT_EQ(entries.size(), 2u);
  for (const EntryMade& each : entries) EXPECT_EQ(each.container_name, "web");
}

TEST_F(StoryPeople, WhoMadeWhomMayBeACircle) {
  const auto root = [](Snapshot& snapshot) {
    snapshot.root = snapshot.cwd = File{.path = "/", .fs_type = "ext4", .mount_id = 20, .mount_ns = kHost[CT_NS_MNT]};
  };
  const Task first = world.found(40, root);
  world.apply(Mounts{.mount_ns = kHost[CT_NS_MNT],
                     .time_ns = world.now(),
                     .mountinfo = "20 1 0:20 / / rw - ext4 /dev/vda rw\n21 20 0:21 / /new rw - tmpfs new rw\n"});
  const Task second = world.forks(first, 41);
  world.apply(Fork{.task = second, .child = first, .child_pids = {40}, .time_ns = world.now()});
  world.apply(Fork{.task = second, .child = second, .child_pids = {41}, .time_ns = world.now()});
  world.pivots(first, "/new");
  world.pivots(second, "/new");
  world.runs(first, {"/bin/app"});
  EXPECT_LE(world.told_of<Container>().size(), 2u);
}

TEST_F(StoryPeople, AProgramThatWasThatOfSeveralEndsAll) {
  const NamespaceInodes other = with(kHost, {{CT_NS_MNT, 700}, {CT_NS_PID, 705}, {CT_NS_PID_FOR_CHILDREN, 705}});
  const Task first = container(50, {"/usr/bin/made-up", "run", "first"}, kInside);
  container(60, {"/usr/bin/made-up", "run", "second"}, other);
  // It enters its neighbour, and makes a container of itself there.
  world.joins(first, CLONE_NEWNS, 700, with(kInside, {{CT_NS_MNT, 700}}));
  world.runs_in(first, {"/bin/shell"}, with(kInside, {{CT_NS_MNT, 700}}), {51, 1});
  const NamespaceInodes nested = with(kInside, {{CT_NS_MNT, 800}});
  world.unshares(first, CLONE_NEWNS, nested);
  world.runs_in(first, {"/bin/nested"}, nested, {51, 1});
  world.ends(first);
  std::vector<std::string> ended;
  for (const ContainerWentOn& each : world.told_of<ContainerWentOn>())
    if (each.exit_code) ended.push_back(each.name);
  ASSERT_EQ(world.told_of<Container>().size(), 3u);
  EXPECT_EQ(ended, (std::vector<std::string>{"nested", "first"}));
}

TEST_F(StoryPeople, AThreadThatBecomesTheLeaderIsOneOfTheSetUpOnce) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  Task thread{.tid = 52, .tgid = 51, .start_ns = world.now()};
  world.apply(Fork{.task = init, .child = thread, .child_pids = {52, 2}, .time_ns = world.now()});
  // It executes its own program again, as the leader, which has ended; and fails.
  world.apply(TaskExit{.task = init, .time_ns = world.now()});
  world.calls(thread, "execve", {"/proc/self/exe", Words{"made-up", "init"}});
  world.apply(world.snapshot(init, [&](Snapshot& snapshot) {
    snapshot.old_tid = 52;
    snapshot.namespaces = kInside;
    snapshot.pids = {51, 1};
    snapshot.exe = File{.path = "/usr/bin/made-up", .inode = 101, .mode = 0100755};
  }));
  world.ends(init, 1 << 8);
  world.ends(runtime, 1 << 8);
  const Container failed = world.container();
  EXPECT_EQ(failed.set_up.ending, Ending::kFailed);
}

TEST_F(StoryPeople, AnIdIsTheNameOrWhatTheCgroupEndsWith) {
  const std::string id(64, 'a');
  const auto told = [&](const std::string& name, const std::string& cgroup) {
    StoryWorld other;
    const Task runtime = other.starts(50, {"/usr/bin/made-up", "run", name});
    const Task init = other.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
    other.runs(init, {"/bin/app"}, [&](Snapshot& snapshot) {
      snapshot.namespaces = kInside;
      snapshot.pids = {51, 1};
      snapshot.cgroup = cgroup;
    });
    other.ends(init);
    EXPECT_EQ(other.told_of<ContainerWentOn>().at(0).id, other.container().id);
    return other.container().id;
  };
  EXPECT_EQ(told("web", "/pods/libpod-" + id + ".scope"), id);
  EXPECT_EQ(told("web", "/pods/" + id), id);
  EXPECT_EQ(told("web", "/pods/" + id + "/inner"), "");
  EXPECT_EQ(told("web", "/pods/cafe"), "");
  EXPECT_EQ(told(std::string(64, 'b'), "/pods/" + id), std::string(64, 'b'));
}

// The path of its folder ends with what the cgroup is called that is made for those who enter.
TEST_F(StoryPeople, AHiddenCgroupIsNotWhatAContainerIsCalled) {
  const auto told = [&](const Words& argv, const std::string& cgroup) {
    StoryWorld other;
    const Task enters = other.starts(50, argv);
    other.joins(enters, CLONE_NEWNS, 500, with(kHost, {{CT_NS_MNT, 500}}));
    other.runs(enters, {"/bin/ls"}, [&](Snapshot& snapshot) {
      snapshot.namespaces = with(kHost, {{CT_NS_MNT, 500}});
      snapshot.cgroup = cgroup;
    });
    return other.told_of<EntryMade>().at(0).container_name;
  };
  const Words argv = {"/usr/bin/made-up", "-P", "/srv/made", "-n", "web", "--", "/bin/ls"};
  EXPECT_EQ(told(argv, "/payload.web/.made"), "web");
  EXPECT_EQ(told(argv, "/payload.web/.made/.deeper"), "web");
  EXPECT_EQ(told(argv, "/pods/made"), "made");
  EXPECT_EQ(told(argv, "/.made"), "");
  EXPECT_EQ(told(argv, ".made"), "made");
}

TEST_F(StoryPeople, WordsOfAProgramThatCouldNotBeExecutedNameNoContainer) {
  const auto named = [](const Words& runtimes, const Words& program) {
    StoryWorld other;
    const Task runtime = other.starts(50, runtimes);
    const Task init = other.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
    for (const char* const folder : {"/usr/bin/", "/bin/"})
      other.fails(init, "execve", {folder + program[0], program}, ENOENT);
    other.ends(init, 1 << 8);
    other.ends(runtime, 1 << 8);
    return other.container().name;
  };
  EXPECT_EQ(named({"/usr/bin/made-up", "-m", "nosuch", "run", "a", "bit"}, {"nosuch", "run", "a", "bit"}), "nosuch");
  EXPECT_EQ(named({"/usr/bin/made-up", "run", "web"}, {"nosuch", "run", "a"}), "web");
}

TEST_F(StoryPeople, WhoGoesOnAfterManyOthersIsLookedAtAgain) {
  const std::string name = "web-of-a-long-name";
  const auto mounts_of = [&](bool goes_on) {
    StoryWorld busy;
    const Task manager = busy.starts(40, {"/bin/manager"});
    const auto prepares = [&](const std::string& what) {
      busy.calls(manager, "mount", {"tmpfs", "/srv/" + name + "/" + what, "tmpfs", 0, null()});
    };
    prepares("early");
    for (uint32_t i = 0; i < 5000; ++i) busy.calls(busy.starts(1000 + i, {"/bin/worker"}), "sethostname", {"x", 1});
    if (goes_on) prepares("late");
    const Task runtime = busy.starts(50, {"/usr/bin/made-up", "run", name});
    const Task init = busy.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
    busy.runs_in(init, {"/bin/app"}, kInside, {51, 1});
    std::vector<std::string> targets;
    for (const Step& step : steps_of<MountDone>(busy.container().set_up))
      for (const MountDone::One& each : std::get<MountDone>(step.facts).mounts) targets.push_back(each.target.path);
    return targets;
  };
  EXPECT_EQ(mounts_of(true), (std::vector<std::string>{"/srv/" + name + "/early", "/srv/" + name + "/late"}));
  EXPECT_TRUE(mounts_of(false).empty());
}

}  // namespace
}  // namespace cttrace
