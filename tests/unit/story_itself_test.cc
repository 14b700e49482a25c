// Runtimes that execute no other program, and go on in what they have set up.
#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <algorithm>

#include "story_world.h"

namespace cttrace {
namespace {

using Words = std::vector<std::string>;
constexpr uint64_t kSecond_ns = 1'000'000'000;
const NamespaceInodes kOwnMounts = with(kHost, {{CT_NS_MNT, 500}});
const NamespaceInodes kHelpers = with(kHost, {{CT_NS_MNT, 600}, {CT_NS_NET, 601}});

// As gVisor does it: its sandbox, and before that a helper, switch their roots and execute the runtime again.
class StoryItself : public testing::Test {
 protected:
  StoryWorld world;
  Words command = {"/usr/bin/boxes", "run", "web"};
  Task runtime = world.starts(50, command);

  void settles(const Task& task, const NamespaceInodes& in, const std::string& root, const std::string& does) {
    world.pivots(task, root);
    again(task, in, {"/usr/bin/boxes", does});
  }
  void again(const Task& task, const NamespaceInodes& in, const Words& argv) {
    world.calls(task, "execve", {"/proc/self/exe", argv});
    world.apply(world.snapshot(task, [&](Snapshot& snapshot) {
      snapshot.namespaces = in;
      for (const Event& event : world.events)
        if (const auto* before = std::get_if<Snapshot>(&event); before && before->task.tid == 50)
          snapshot.exe = before->exe;
    }));
  }
  Task helper() {
    const Task task = world.clones(runtime, 51, CLONE_NEWNS | CLONE_NEWNET, {51}, kHelpers);
    settles(task, kHelpers, "/tmp/files", "gofer");
    return task;
  }
  Task sandbox() {
    const Task task = world.clones(runtime, 52, CLONE_NEWNS, {52}, kOwnMounts);
    settles(task, kOwnMounts, "/tmp/box", "boot");
    return task;
  }
  bool tells_of_others_mounts(bool mounts_its_root) {
    const Task daemon = world.found(40);
    world.calls(daemon, "mount", {"tmpfs", "/tmp/box/other", "tmpfs", 0, null()});
    const Task box = world.clones(runtime, 52, CLONE_NEWNS, {52}, kOwnMounts);
    if (mounts_its_root) world.calls(box, "mount", {"tmpfs", "/tmp/box", "tmpfs", 0, null()});
    settles(box, kOwnMounts, "/tmp/box", "boot");
    world.ends(box);
    world.ends(runtime);
    const std::vector<Stage> stages = world.container().set_up.stages;
    return std::ranges::any_of(stages, [&](const Stage& stage) { return stage.task == id_of(daemon); });
  }
  void gives_privileges_up(const Task& task) { world.calls(task, "prctl", {PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0}); }
};

TEST_F(StoryItself, IsOneContainerOfItAndItsHelpers) {
  const Task gofer = helper(), box = sandbox();
  gives_privileges_up(box);
  world.ends(box, 3 << 8);
  world.ends(gofer);
  world.ends(runtime, 3 << 8);
  const Container container = world.container();
  EXPECT_EQ(container.name, "web");
  EXPECT_EQ(container.rootfs, "/tmp/box");
  EXPECT_EQ(container.set_up.ending, Ending::kHandedOver);
  EXPECT_EQ(container.set_up.program, id_of(box));
  EXPECT_EQ(container.set_up.argv, (Words{"/usr/bin/boxes", "boot"}));
  EXPECT_EQ(container.set_up.stages.size(), 3u);
  EXPECT_TRUE(
      std::ranges::any_of(container.set_up.stages, [&](const Stage& each) { return each.task == id_of(gofer); }));
  const std::vector<Step> steps = steps_of<HandedOver>(container.set_up);
  ASSERT_EQ(steps.size(), 1u);
  const HandedOver& handed = std::get<HandedOver>(steps[0].facts);
  EXPECT_TRUE(handed.itself);
  EXPECT_TRUE(handed.no_new_privs);
  EXPECT_EQ(container.set_up.steps.back().phase, Phase::kHandOver);
  const std::vector<ContainerWentOn> ends = world.told_of<ContainerWentOn>();
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(ends[0].exit_code, 3u << 8);
}

TEST_F(StoryItself, IsToldWhileItRunsOnceItTakesNoMoreSteps) {
  const Task box = sandbox();
  gives_privileges_up(box);
  EXPECT_EQ(world.going_on(), 1u);
  world.passes(2 * kSecond_ns);
  world.goes_on(world.shell);
  EXPECT_EQ(world.going_on(), 0u);
  EXPECT_EQ(world.container().set_up.ending, Ending::kHandedOver);
  EXPECT_TRUE(world.told_of<ContainerWentOn>().empty());
}

// What it does beside it is no step of its own.
TEST_F(StoryItself, IsNotKeptWaitingByWhatItMakes) {
  const Task box = sandbox();
  world.passes(kSecond_ns / 2);
  gives_privileges_up(world.clones(box, 60, 0, {60}));
  world.passes(kSecond_ns / 2);
  world.goes_on(world.shell);
  world.passes(kSecond_ns / 2);
  world.goes_on(world.shell);
  EXPECT_EQ(world.going_on(), 0u);
  const Container container = world.container();
  EXPECT_EQ(container.set_up.stages.back().task, id_of(box));
}

TEST_F(StoryItself, IsNotToldWhileAnotherOfItsProcessesSetsUp) {
  sandbox();
  world.passes(kSecond_ns / 2);
  const Task other = world.clones(runtime, 53, CLONE_NEWNS, {53}, kHelpers);
  world.passes(2 * kSecond_ns);
  world.goes_on(world.shell);
  EXPECT_EQ(world.going_on(), 2u);
  settles(other, kHelpers, "/tmp/other", "boot");
  world.passes(2 * kSecond_ns);
  world.goes_on(world.shell);
  world.passes(2 * kSecond_ns);
  world.goes_on(world.shell);
  EXPECT_EQ(world.container().set_up.program, id_of(other));
}

TEST_F(StoryItself, HasFailedWhereItsRuntimeKilledItAndGaveUp) {
  const Task gofer = helper(), box = sandbox();
  const MaybeKiller killer = Killer{.kind = Killer::Kind::kProcess, .pid = 50, .comm = "boxes"};
  world.ends(box, 9, killer);
  world.ends(gofer, 9, killer);
  world.ends(runtime, 128 << 8);
  const Container container = world.container();
  EXPECT_EQ(container.set_up.ending, Ending::kFailed);
  EXPECT_EQ(container.set_up.stages.size(), 3u);
  EXPECT_TRUE(world.told_of<ContainerWentOn>().empty());
}

TEST_F(StoryItself, HasFailedWhereItsRuntimeSaysWhyAndGaveUp) {
  const Task box = sandbox();
  world.ends(box, 1 << 8);
  const std::string text = "boxes: web: cannot boot\n";
  world.calls(runtime, "write", {2, text, text.size()}, [&](Call& call) {
    call.row = &row_for_stderr(*call.row);
    call.result = static_cast<int64_t>(text.size());
  });
  world.ends(runtime, 1 << 8);
  EXPECT_EQ(world.container().set_up.ending, Ending::kFailed);
}

// What is done to it before it is told is no part of its set-up.
TEST_F(StoryItself, IsServedByWhatBeginsAfterItsLastStep) {
  const Task box = sandbox();
  const Task kill = world.starts(70, {"/usr/bin/boxes", "kill", "web"});
  world.ends(kill);
  world.ends(box, 9);
  world.ends(runtime);
  EXPECT_EQ(world.container().set_up.stages.size(), 2u);
  size_t services = 0;
  for (const ContainerWentOn& went_on : world.told_of<ContainerWentOn>()) services += went_on.service.has_value();
  EXPECT_EQ(services, 1u);
}

// Warnings are no reason why it failed, and a status is passed on.
TEST_F(StoryItself, HasNotFailedForWhatItsRuntimeSaidBefore) {
  const Task box = sandbox();
  const std::string text = "warning\n";
  world.calls(runtime, "write", {2, text, text.size()}, [&](Call& call) {
    call.row = &row_for_stderr(*call.row);
    call.result = static_cast<int64_t>(text.size());
  });
  world.ends(box, 3 << 8);
  world.ends(runtime, 3 << 8);
  EXPECT_EQ(world.container().set_up.ending, Ending::kHandedOver);
}

TEST_F(StoryItself, IsOneBesideWhatItsHookMakes) {
  const Task hook = world.forks(runtime, 60);
  world.runs(hook, {"/usr/bin/hook"});
  world.calls(hook, "chroot", {"/tmp/files"});
  world.runs(hook, {"/sbin/ldconfig"}, [](Snapshot& snapshot) { snapshot.root = File{.path = "/", .inode = 77}; });
  world.ends(hook);
  const Task box = sandbox();
  world.ends(box);
  world.ends(runtime);
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back().name, "web");
  EXPECT_EQ(told.back().set_up.ending, Ending::kHandedOver);
}

TEST_F(StoryItself, IsNoneThatExecutesAnotherProgramThen) {
  const Task box = sandbox();
  world.runs(box, {"/bin/app"}, [](Snapshot& snapshot) { snapshot.namespaces = kOwnMounts; });
  world.ends(box);
  world.ends(runtime);
  const Container container = world.container();
  EXPECT_EQ(container.set_up.argv, Words{"/bin/app"});
  EXPECT_FALSE(std::get<HandedOver>(steps_of<HandedOver>(container.set_up).at(0).facts).itself);
}

TEST_F(StoryItself, WhatOthersDoBelowWhatBecomesItsRootIsForIt) { EXPECT_TRUE(tells_of_others_mounts(false)); }

// Its root is mounted where others have something else.
TEST_F(StoryItself, WhatOthersDoWhereItsRootIsForItAloneIsTheirs) { EXPECT_FALSE(tells_of_others_mounts(true)); }

// A daemon that shuts itself in is made for nobody.
TEST_F(StoryItself, IsNoDaemonThatIsToldToMakeNothing) {
  const Task daemon = world.starts(80, {"/usr/bin/boxes", "serve"});
  world.unshares(daemon, CLONE_NEWNS, kOwnMounts);
  settles(daemon, kOwnMounts, "/tmp/box", "serve");
  world.ends(daemon);
  EXPECT_TRUE(world.told_of<Container>().empty());
}

// A virtual machine, WebAssembly: the first process of the container does it all.
struct StoryInOneProcess : StoryItself {
  Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
};

TEST_F(StoryInOneProcess, IsToldWhenItHasEndedWell) {
  world.pivots(init, "/tmp/box");
  gives_privileges_up(init);
  world.ends(init);
  world.ends(runtime);
  const Container container = world.container();
  EXPECT_EQ(container.name, "web");
  EXPECT_EQ(container.set_up.ending, Ending::kHandedOver);
  EXPECT_EQ(container.set_up.pids, (std::vector<uint32_t>{51, 1}));
  const HandedOver handed = std::get<HandedOver>(steps_of<HandedOver>(container.set_up).at(0).facts);
  EXPECT_TRUE(handed.itself && handed.no_new_privs && handed.argv.empty());
  EXPECT_EQ(world.told_of<ContainerWentOn>().at(0).exit_code, 0u);
}

TEST_F(StoryInOneProcess, HasHelpedWhereAnotherOneIsTheContainer) {
  world.pivots(init, "/tmp/box");
  world.ends(init);
  const NamespaceInodes next = with(kInside, {{CT_NS_MNT, 700}, {CT_NS_PID, 705}, {CT_NS_PID_FOR_CHILDREN, 705}});
  const Task program = world.clones(runtime, 53, kMountsAndPids, {53, 1}, next);
  world.runs_in(program, {"/bin/app"}, next, {53, 1});
  world.ends(program);
  world.ends(runtime);
  EXPECT_EQ(world.container().set_up.argv, Words{"/bin/app"});
}

TEST_F(StoryInOneProcess, HasFailedWhereItEndsBadly) {
  world.pivots(init, "/tmp/box");
  world.ends(init, 1 << 8);
  world.ends(runtime, 1 << 8);
  EXPECT_EQ(world.container().set_up.ending, Ending::kFailed);
}

TEST_F(StoryInOneProcess, IsToldWhateverThreadEndsLast) {
  world.pivots(init, "/tmp/box");
  const Task thread = world.forks(init, 52, CLONE_THREAD | CLONE_VM | CLONE_SIGHAND);
  world.apply(TaskExit{.task = init, .time_ns = world.now()});
  world.passes(kSecond_ns);
  world.goes_on(world.shell);
  world.ends(thread);
  world.ends(runtime);
  EXPECT_EQ(world.container().set_up.ending, Ending::kHandedOver);
}

// Each is told while the supervisor lives.
TEST_F(StoryInOneProcess, OfSeveralEachIsOne) {
  world.pivots(init, "/tmp/box");
  world.ends(init);
  world.passes(2 * kSecond_ns);
  world.goes_on(world.shell);
  const NamespaceInodes next = with(kInside, {{CT_NS_MNT, 700}, {CT_NS_PID, 705}, {CT_NS_PID_FOR_CHILDREN, 705}});
  const Task other = world.clones(runtime, 53, kMountsAndPids, {53, 1}, next);
  world.pivots(other, "/tmp/next");
  world.ends(other);
  world.passes(2 * kSecond_ns);
  world.goes_on(world.shell);
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1].rootfs, "/tmp/next");
}

// It goes on with the set-up when it is started.
struct StoryCreated : StoryItself {
  Task creator = world.starts(90, {"/usr/bin/boxes", "create", "web"});
  Task box = world.clones(creator, 91, CLONE_NEWNS, {91}, kOwnMounts);
};

TEST_F(StoryCreated, IsSetUpWhenItHasBeenStarted) {
  settles(box, kOwnMounts, "/tmp/box", "boot");
  world.ends(creator);
  world.passes(5 * kSecond_ns);
  world.goes_on(world.shell);
  EXPECT_EQ(world.going_on(), 1u);
  const Task start = world.starts(95, {"/usr/bin/boxes", "start", "web"});
  gives_privileges_up(box);
  world.ends(start);
  world.passes(2 * kSecond_ns);
  world.goes_on(world.shell);
  world.passes(2 * kSecond_ns);
  world.goes_on(world.shell);
  EXPECT_EQ(world.going_on(), 0u);
  const Container container = world.container();
  EXPECT_TRUE(std::get<HandedOver>(steps_of<HandedOver>(container.set_up).at(0).facts).no_new_privs);
}

}  // namespace
}  // namespace cttrace
