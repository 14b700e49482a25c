// What fails as usual is told as a failure where it has ended a set-up.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include <cerrno>

#include "story_world.h"

namespace cttrace {
namespace {

using Errors = std::vector<int>;

constexpr uint32_t kOne = 1 << 8;

struct StoryBlame : testing::Test {
  StoryWorld world;
  Task runtime = world.starts(50, {"/usr/bin/bwrap", "run", "web"},
                              [](Snapshot& snapshot) { snapshot.cwd = File{.path = "/bundle", .inode = 3}; });
  Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);

  StoryBlame() { world.pivots(init, "/bundle/rootfs"); }

  void masks(const Task& task, const std::string& path, int error = 0) {
    world.calls(task, "mount", {"/dev/null", path, null(), MS_BIND, null()}, [&](Call& call) {
      call.args[1].resolved = path;
      call.result = -error;
    });
  }
  void mounts(const Task& task, const std::string& path) {
    world.calls(task, "mount", {"tmpfs", path, "tmpfs", 0, null()}, [&](Call& call) { call.args[1].resolved = path; });
  }
  void takes_away(const Task& task, const std::string& path, int error = 0) {
    world.calls(task, "umount2", {path, 0}, [&](Call& call) {
      call.args[0].resolved = path;
      call.result = -error;
    });
  }
  void gives_up() {
    world.ends(init, kOne);
    world.ends(runtime, kOne);
  }
  SetUpStory story() const { return world.container().set_up; }
  Errors errors() const {
    Errors found;
    for (const Step& step : story().steps)
      if (step.error) found.push_back(step.error);
    return found;
  }
};

TEST_F(StoryBlame, WhatFailedLastBeforeItsProcessEndedWithAnErrorIsTold) {
  world.fails(init, "chdir", {"/bundle"}, ENOENT);
  gives_up();
  EXPECT_EQ(errors(), Errors{ENOENT});
  EXPECT_EQ(story().normal_failures, 0u);
  ASSERT_FALSE(steps_of<CallMade>(story()).empty());
  EXPECT_EQ(steps_of<CallMade>(story()).back().reason, "");
  EXPECT_EQ(steps_of<CallMade>(story()).back().phase, Phase::kRootSwitch);
}

TEST_F(StoryBlame, WhereTheProgramRunsNothingIs) {
  world.fails(init, "chdir", {"/bundle"}, ENOENT);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  world.ends(init, kOne);
  world.ends(runtime, kOne);
  EXPECT_EQ(errors(), Errors());
}

TEST_F(StoryBlame, NorWhereItWentOn) {
  world.fails(init, "chdir", {"/bundle"}, ENOENT);
  mounts(init, "/tmp");
  gives_up();
  EXPECT_EQ(errors(), Errors());
}

TEST_F(StoryBlame, NorWhereTheSameWasDoneElsewhere) {
  world.fails(init, "chdir", {"/bundle"}, ENOENT);
  world.calls(init, "chdir", {"/"});
  gives_up();
  EXPECT_EQ(errors(), Errors());
}

TEST_F(StoryBlame, NorWhereAnotherFailureStandsOut) {
  world.fails(init, "chdir", {"/bundle"}, ENOENT);
  world.fails(init, "mount", {"tmpfs", "/tmp", "tmpfs", 0, null()}, EPERM);
  gives_up();
  EXPECT_EQ(errors(), Errors{EPERM});
}

TEST_F(StoryBlame, NorWhereItsProcessEndedWell) {
  world.fails(init, "chdir", {"/bundle"}, ENOENT);
  world.ends(init);
  world.ends(runtime, kOne);
  EXPECT_EQ(errors(), Errors());
}

TEST_F(StoryBlame, CleaningUpIsNotGoingOn) {
  mounts(init, "/tmp");
  masks(init, "/proc/acpi", ENOENT);
  takes_away(init, "/tmp");
  gives_up();
  EXPECT_EQ(errors(), Errors{ENOENT});
  EXPECT_EQ(steps_of<PathsMasked>(story()).size(), 1u);
}

TEST_F(StoryBlame, OfFoldedMasksTheLastIsTakenOut) {
  mounts(init, "/tmp");
  masks(init, "/proc/keys");
  masks(init, "/proc/timer_list", ENOENT);
  masks(init, "/proc/latency_stats");
  masks(init, "/proc/acpi", ENOENT);
  takes_away(init, "/tmp");
  gives_up();
  const std::vector<Step> masked = steps_of<PathsMasked>(story());
  EXPECT_EQ(errors(), Errors{ENOENT});
  uint32_t calls = 0;
  for (const Step& step : masked) {
    calls += step.error ? 0 : step.call_count;
    for (const PathsMasked::One& each : std::get<PathsMasked>(step.facts).paths)
      EXPECT_TRUE(step.error || each.path.path != "/proc/acpi");
  }
  EXPECT_EQ(calls, 3u);
  EXPECT_EQ(story().normal_failures, 1u);
}

TEST_F(StoryBlame, WhatTheKernelCanDoIsAskedInVain) {
  world.fails(init, "prctl", {PR_CAPBSET_READ, 63}, EINVAL);
  world.fails(init, "seccomp", {1, 0, null()}, EFAULT);
  gives_up();
  EXPECT_EQ(errors(), Errors());
}

// Its maker may care or not.
TEST_F(StoryBlame, OfAProgramThatHelpedWhereNobodyGoesOn) {
  const Task helper = world.forks(runtime, 60);
  world.runs(helper, {"/bin/umount", "/mnt"});
  takes_away(helper, "/mnt", EINVAL);
  world.ends(helper, 32 << 8);
  gives_up();
  EXPECT_EQ(errors(), Errors{EINVAL});
}

TEST_F(StoryBlame, NotOfAProgramThatHelpedWhereItsMakerGoesOn) {
  const Task helper = world.forks(runtime, 60);
  world.runs(helper, {"/bin/umount", "/mnt"});
  takes_away(helper, "/mnt", EINVAL);
  world.ends(helper, 32 << 8);
  mounts(init, "/tmp");
  gives_up();
  EXPECT_EQ(errors(), Errors());
}

// What its parent finds gone when it cleans up is not why.
TEST_F(StoryBlame, NotWhereAnotherEndedBeforeForWhatStandsOut) {
  world.fails(init, "mount", {"tmpfs", "/tmp", "tmpfs", 0, null()}, EPERM);
  world.ends(init, kOne);
  takes_away(runtime, "/bundle/rootfs", EINVAL);
  world.ends(runtime, kOne);
  EXPECT_EQ(errors(), Errors{EPERM});
}

}  // namespace
}  // namespace cttrace
