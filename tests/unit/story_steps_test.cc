// Calls become steps: which phase, what is one, what failed and need not worry anybody.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "render/json_story.h"
#include "render/story_words.h"
#include "story_world.h"

namespace cttrace {
namespace {

struct StorySteps : testing::Test {
  StoryWorld world;
  const std::string rootfs = "/bundle/rootfs";
  Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"},
                              [](Snapshot& snapshot) { snapshot.cwd = File{.path = "/bundle", .inode = 3}; });
  Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);

  void mounts(const std::string& source, const std::string& target, const std::string& type, uint64_t flags,
              const std::string& data = {}) {
    world.calls(init, "mount", {source, target, type, flags, data}, [&](Call& call) {
      call.args[0].resolved = source;
      call.args[1].resolved = target;
    });
  }
  // Of a set-up that could not execute the program.
  SetUpStory failed_story() {
    world.ends(init, 0x100);
    world.ends(runtime, 0x100);
    return world.container().set_up;
  }
  SetUpStory story() {
    world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
    return world.container().set_up;
  }
};

// Which is a part of the signal to clone, and a namespace to clone3.
TEST_F(StorySteps, ATimeNamespaceIsMadeByClone3) {
  const clone_args args = {.flags = CLONE_NEWTIME | CLONE_NEWUTS, .exit_signal = SIGCHLD};
  world.forks(init, 52, args.flags, [](Fork& fork) {
    fork.child_pids = {52, 2};
    fork.child_namespaces = with(kInside, {{CT_NS_UTS, 700}, {CT_NS_TIME, 707}});
  });
  world.calls(init, "clone3", {memory_of(args), sizeof(args)}, [](Call& call) { call.created_tid = 52; });
  world.clones(init, 53, CLONE_NEWUTS | CLONE_NEWTIME, {53, 3}, with(kInside, {{CT_NS_UTS, 800}}));
  const SetUpStory told = story();
  const std::vector<Step> made = steps_of<ProcessMade>(told);
  ASSERT_EQ(made.size(), 3u);
  EXPECT_EQ(std::get<ProcessMade>(made[1].facts).flags, uint64_t{CLONE_NEWUTS | CLONE_NEWTIME});
  EXPECT_EQ(std::get<ProcessMade>(made[2].facts).flags, uint64_t{CLONE_NEWUTS});
}

TEST_F(StorySteps, PhasesAreInTheOrderOfWhatHappened) {
  mounts("none", "/", "", MS_SLAVE | MS_REC);
  mounts(rootfs, rootfs, "", MS_BIND | MS_REC);
  mounts("proc", rootfs + "/proc", "proc", 0);
  world.calls(init, "mknodat", {AT_FDCWD, rootfs + "/dev/null", S_IFCHR | 0666, 0x103},
              [&](Call& call) { call.args[1].resolved = rootfs + "/dev/null"; });
  world.pivots(init, rootfs);
  mounts("/dev/null", "/proc/kcore", "", MS_BIND);
  world.calls(init, "sethostname", {std::string("web"), 3});
  const SetUpStory told = story();
  std::vector<std::string> phases;
  for (const Step& step : told.steps)
    if (phases.empty() || phases.back() != phase_name(step.phase)) phases.emplace_back(phase_name(step.phase));
  EXPECT_EQ(phases, (std::vector<std::string>{"create", "namespaces", "rootfs", "mounts", "devices", "root switch",
                                              "masking", "identity", "hand-over"}));
}

TEST_F(StorySteps, PathsAreThoseThatTheContainerWillSee) {
  mounts("proc", rootfs + "/proc", "proc", 0);
  mounts("tmpfs", "/elsewhere", "tmpfs", 0);
  world.pivots(init, rootfs);
  mounts("tmpfs", "/tmp", "tmpfs", 0);
  const std::vector<Step> steps = steps_of<MountDone>(story());
  ASSERT_EQ(steps.size(), 3u);
  const auto target = [&](size_t i) { return std::get<MountDone>(steps[i].facts).mounts[0].target; };
  EXPECT_EQ(target(0).inside, "/proc");
  EXPECT_TRUE(target(1).outside);
  EXPECT_EQ(target(2).inside, "/tmp");
}

TEST_F(StorySteps, ABindThatIsThenMadeReadOnlyIsOneStep) {
  mounts("/data", rootfs + "/data", "", MS_BIND | MS_REC);
  mounts("", rootfs + "/data", "", MS_BIND | MS_REMOUNT | MS_RDONLY);
  world.pivots(init, rootfs);
  const std::vector<Step> steps = steps_of<MountDone>(story());
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].call_count, 2u);
  EXPECT_EQ(std::get<MountDone>(steps[0].facts).options, std::vector<std::string>{"ro"});
}

// What old programs give with the flags has bits of propagation and of options in it.
TEST_F(StorySteps, TheMagicNumberOfOldProgramsIsNoFlag) {
  mounts("sysfs", rootfs + "/sys", "sysfs", MS_MGC_VAL | MS_RDONLY);
  mounts("/data", rootfs + "/data", "", MS_MGC_VAL | MS_BIND);
  world.pivots(init, rootfs);
  const std::vector<Step> steps = steps_of<MountDone>(story());
  ASSERT_EQ(steps.size(), 2u);
  const auto& mounted = std::get<MountDone>(steps[0].facts);
  EXPECT_EQ(mounted.how, MountDone::How::kNew);
  EXPECT_EQ(mounted.options, std::vector<std::string>{"ro"});
  EXPECT_EQ(std::get<MountDone>(steps[1].facts).how, MountDone::How::kBind);
}

TEST_F(StorySteps, MasksAreFoldedAndWhatIsMissingIsNormal) {
  world.pivots(init, rootfs);
  mounts("/dev/null", "/proc/kcore", "", MS_BIND);
  world.calls(init, "mount", {"/dev/null", "/proc/missing", null(), MS_BIND, null()}, [](Call& call) {
    call.args[1].resolved = "/proc/missing";
    call.result = -ENOENT;
  });
  const SetUpStory told = story();
  const std::vector<Step> steps = steps_of<PathsMasked>(told);
  ASSERT_EQ(steps.size(), 1u);
  const auto& paths = std::get<PathsMasked>(steps[0].facts).paths;
  ASSERT_EQ(paths.size(), 2u);
  EXPECT_EQ((std::array{paths[0].error, paths[1].error}), (std::array{0, ENOENT}));
  EXPECT_EQ(steps[0].error, 0);
  EXPECT_EQ(told.normal_failures, 1u);
}

TEST_F(StorySteps, OfWhatIsDoneAlikeTheFirstAreListedAndTheOthersCounted) {
  for (int i = 0; i < 300; ++i)
    mounts("/data/" + std::to_string(i), rootfs + "/data/" + std::to_string(i), "", MS_BIND);
  const std::vector<Step> steps = steps_of<MountDone>(story());
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(std::get<MountDone>(steps[0].facts).mounts.size() + steps[0].left_out, 300u);
  EXPECT_EQ(steps[0].left_out, 44u);
  EXPECT_EQ(steps[0].call_count, 300u);
  EXPECT_NE(words_of(steps[0], {}).find("44 more, which are not listed"), std::string::npos);
  Container container;
  container.set_up.steps = steps;
  EXPECT_NE(json_news(container).dump().find(R"("left_out":44)"), std::string::npos);
}

// --- Numbers that are flags

TEST_F(StorySteps, CapabilitiesWithoutANameAndManyAreNotMistakenForEachOther) {
  constexpr uint64_t kMany = 0x1ffffff;
  const __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const __user_cap_data_struct data[2] = {{.effective = kMany, .permitted = kMany, .inheritable = 1},
                                          {.effective = 0, .permitted = 0, .inheritable = 1u << 31}};
  world.calls(init, "capset", {memory_of(header), memory_of(data)});
  const std::vector<Step> steps = steps_of<IdentityGiven>(story());
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(std::get<IdentityGiven>(steps[0].facts).changes[0].value, "25 of 41; inheritable CHOWN, unknown 63");
  const auto& sets = std::get<IdentityGiven>(steps[0].facts).changes[0].sets;
  ASSERT_TRUE(sets);
  EXPECT_EQ((std::array{sets->permitted, sets->effective, sets->inheritable}),
            (std::array{kMany, kMany, uint64_t{1} << 63 | 1}));
}

TEST_F(StorySteps, CapabilitiesThatAreRaisedAndDroppedAreKeptAsASet) {
  for (const uint64_t each : {1, 40})
    world.calls(init, "prctl", {PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, each, 0, 0},
                [](Call& call) { call.result = -EPERM; });
  for (const uint64_t each : {3, 5}) world.calls(init, "prctl", {PR_CAPBSET_DROP, each});
  std::map<IdentityGiven::What, uint64_t> sets;
  for (const Step& step : steps_of<IdentityGiven>(story()))
    for (const auto& each : std::get<IdentityGiven>(step.facts).changes) sets[each.what] |= each.capabilities;
  EXPECT_EQ(sets[IdentityGiven::What::kAmbientRaise], 2 | uint64_t{1} << 40);
  EXPECT_EQ(sets[IdentityGiven::What::kBounding], 1u << 3 | 1u << 5);
}

TEST_F(StorySteps, APersonalityIsToldWithItsFlags) {
  for (const uint64_t persona : {0x40000, 0x40008, 0, 0x40})
    world.calls(init, "personality", {persona}, [](Call& call) { call.result = 0; });
  const std::vector<Step> steps = steps_of<IdentityGiven>(story());
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(std::get<IdentityGiven>(steps[0].facts).changes[0].value,
            "PER_LINUX|ADDR_NO_RANDOMIZE, PER_LINUX32|ADDR_NO_RANDOMIZE, PER_LINUX, 0x40");
}

TEST_F(StorySteps, SecurebitsAreToldByName) {
  world.calls(init, "prctl", {PR_SET_SECUREBITS, 0x1113});
  world.calls(init, "prctl", {PR_SET_SECUREBITS, 0});
  const std::vector<Step> steps = steps_of<IdentityGiven>(story());
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(std::get<IdentityGiven>(steps[0].facts).changes[0].value,
            "SECBIT_NOROOT SECBIT_NOROOT_LOCKED SECBIT_KEEP_CAPS SECBIT_EXEC_RESTRICT_FILE 0x1000, none");
}

// --- Where paths led

TEST_F(StorySteps, TheKernelSaysWhereALinkLed) {
  world.calls(init, "mount", {"tmpfs", "/proc/self/cwd/tmp", "tmpfs", 0, null()}, [&](Call& call) {
    call.args[1].resolved = "/proc/self/cwd/tmp";
    call.after.target = File{.path = rootfs + "/tmp", .fs_type = "ext4", .mount_id = 20, .mount_ns = 500};
  });
  world.pivots(init, rootfs);
  const std::vector<Step> steps = steps_of<MountDone>(story());
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(std::get<MountDone>(steps[0].facts).mounts[0].target.inside, "/tmp");
  EXPECT_EQ(steps[0].phase, Phase::kMounts);
}

// One tree comes into another, which is attached then.
TEST_F(StorySteps, WhatIsPutIntoADetachedTreeIsWhereThatComesToBe) {
  const auto detached = [](uint32_t id, int fd) {
    return File{.fd = fd, .path = "/", .fs_type = "tmpfs", .mount_id = id, .mount_parent_id = id, .detached = true};
  };
  const auto makes = [&](uint32_t id, int fd) {
    world.calls(init, "fsopen", {"tmpfs", 0}, [&](Call& call) { call.result = fd + 10; });
    world.calls(init, "fsmount", {fd + 10, 0, 0}, [&](Call& call) {
      call.result = fd;
      call.returned_file = detached(id, fd);
    });
  };
  makes(70, 3);
  makes(71, 4);
  world.calls(init, "move_mount", {4, "", 3, "inner", MOVE_MOUNT_F_EMPTY_PATH}, [&](Call& call) {
    call.args[0].file = detached(71, 4);
    call.args[3].base = detached(70, 3);
    call.args[3].resolved = "(detached tmpfs)/inner";
  });
  world.calls(init, "move_mount", {3, "", AT_FDCWD, rootfs + "/tmp", MOVE_MOUNT_F_EMPTY_PATH}, [&](Call& call) {
    call.args[0].file = detached(70, 3);
    call.args[3].resolved = rootfs + "/tmp";
  });
  world.pivots(init, rootfs);
  std::vector<std::string> places;
  for (const Step& step : steps_of<MountDone>(story()))
    places.push_back(std::get<MountDone>(step.facts).mounts[0].target.inside);
  EXPECT_EQ(places, (std::vector<std::string>{"/tmp", "/tmp/inner"}));
}

TEST_F(StorySteps, WhatIsBoundWhereItIsMasksNothing) {
  mounts("/sys/kernel/tracing", rootfs + "/sys/kernel/tracing", "", MS_BIND);
  mounts("/sys/kernel/debug", rootfs + "/sys/kernel/debug", "", MS_BIND | MS_REC);
  world.pivots(init, rootfs);
  mounts("/dev/null", "/proc/kcore", "", MS_BIND);
  mounts("/sys/firmware", "/sys/firmware", "", MS_BIND);
  const SetUpStory told = story();
  for (const Step& step : steps_of<MountDone>(told)) EXPECT_EQ(step.phase, Phase::kMounts);
  EXPECT_EQ(steps_of<MountDone>(told).size(), 3u);
  EXPECT_EQ(steps_of<PathsMasked>(told).size(), 1u);
}

// nspawn has an empty tmpfs on /sys, and brings to it what the container may see; bubblewrap from the old root.
TEST_F(StorySteps, WhatIsBroughtFromSysfsOfAnotherPlaceMasksNothing) {
  mounts("/oldroot/sys/class", rootfs + "/sys/class", "", MS_BIND | MS_REC);
  mounts("", rootfs + "/sys/class", "", MS_BIND | MS_REMOUNT | MS_RDONLY);
  world.pivots(init, rootfs);
  mounts("/sys/full/block", "/sys/block", "", MS_BIND);
  mounts("/sys/full/block", "/sys/other", "", MS_BIND);
  const SetUpStory told = story();
  const std::vector<Step> brought = steps_of<MountDone>(told), masked = steps_of<PathsMasked>(told);
  for (const Step& step : brought) EXPECT_EQ(step.phase, Phase::kMounts);
  EXPECT_EQ(brought.size(), 2u);
  ASSERT_EQ(masked.size(), 1u);
  EXPECT_EQ(std::get<PathsMasked>(masked[0].facts).paths[0].path.inside, "/sys/other");
}

// A volume on /proc is there to be read; what nobody but its owner may read hides what is below it.
TEST_F(StorySteps, AClosedFolderOverWhatTheKernelShowsMasksIt) {
  const auto lays = [&](const std::string& target, uint32_t mode) {
    world.calls(init, "mount", {"/run/empty", target, null(), MS_BIND | MS_REC, null()}, [&](Call& call) {
      call.args[0].resolved = "/run/empty";
      call.args[1].resolved = target;
      call.after.newest_mount = File{.path = target, .mode = mode, .mount_id = 90, .mount_ns = 500};
    });
  };
  world.pivots(init, rootfs);
  lays("/proc/irq", 0040400);
  lays("/proc/lxcfs", 0040755);
  lays("/boot", 0040400);
  const SetUpStory told = story();
  const std::vector<Step> masked = steps_of<PathsMasked>(told);
  EXPECT_EQ(steps_of<MountDone>(told).size(), 2u);
  ASSERT_EQ(masked.size(), 1u);
  const PathsMasked::One& one = std::get<PathsMasked>(masked[0].facts).paths[0];
  EXPECT_EQ(one.path.inside, "/proc/irq");
  EXPECT_EQ(one.source, "/run/empty");
}

// By another process's working directory: the words lead to nowhere in the caller's own mounts.
TEST_F(StorySteps, ARootInAnotherMountNamespaceIsToldAsThat) {
  world.pivots(init, rootfs);
  world.calls(init, "chroot", {"."}, [](Call& call) {
    call.args[0].resolved = "/";
    call.after.root = File{.path = "/", .mount_id = 129, .mount_ns = 600, .other_ns = true};
  });
  const std::vector<Step> steps = steps_of<RootSwitched>(story());
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(std::get<RootSwitched>(steps[0].facts).in_other_namespace, "");
  EXPECT_EQ(std::get<RootSwitched>(steps[1].facts).in_other_namespace, "/");
  EXPECT_EQ(words_of(steps[1], {}), "chroot(\".\"): the root of another mount namespace becomes /");
}

// Options that it does not name stay: it is no part of what gave all of them.
TEST_F(StorySteps, AChangeOfSomeOptionsIsAStepOfItsOwn) {
  mounts("tmpfs", rootfs + "/tmp", "tmpfs", MS_NOEXEC);
  world.calls(init, "mount_setattr",
              {AT_FDCWD, rootfs + "/tmp", 0, memory_of(mount_attr{.attr_set = MOUNT_ATTR_NOSUID}), sizeof(mount_attr)},
              [&](Call& call) { call.args[1].resolved = rootfs + "/tmp"; });
  const std::vector<Step> steps = steps_of<MountDone>(story());
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(std::get<MountDone>(steps[0].facts).options, std::vector<std::string>{"noexec"});
  EXPECT_EQ(std::get<MountDone>(steps[1].facts).options, std::vector<std::string>{"nosuid"});
}

TEST_F(StorySteps, AMountBeneathAnotherIsNotTheOneThatItsPathLeadsTo) {
  mounts("tmpfs", rootfs, "tmpfs", 0);
  world.calls(init, "move_mount", {3, "", AT_FDCWD, rootfs, MOVE_MOUNT_F_EMPTY_PATH | 0x200}, [&](Call& call) {
    call.args[0].file = File{.fd = 3, .path = "/", .fs_type = "ext4", .mount_id = 72, .detached = true};
    call.args[3].resolved = rootfs;
  });
  mounts("", rootfs, "", MS_BIND | MS_REMOUNT | MS_RDONLY);
  const std::vector<Step> steps = steps_of<MountDone>(story());
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_TRUE(std::get<MountDone>(steps[1].facts).beneath);
  EXPECT_TRUE(std::get<MountDone>(steps[1].facts).options.empty());
}

// ... and is not one of several that are alike.
TEST_F(StorySteps, AMountBeneathAnotherIsToldForItself) {
  const auto moves = [&](uint32_t id, const std::string& source, uint64_t flags) {
    const File tree = {
        .fd = 3, .path = "/", .fs_type = "ext4", .mount_id = id, .mount_parent_id = id, .detached = true};
    world.calls(init, "open_tree", {AT_FDCWD, source, OPEN_TREE_CLONE}, [&](Call& call) {
      call.args[1].resolved = source;
      call.result = 3;
      call.returned_file = tree;
    });
    world.calls(init, "move_mount", {3, "", AT_FDCWD, rootfs + "/mnt", MOVE_MOUNT_F_EMPTY_PATH | flags},
                [&](Call& call) {
                  call.args[0].file = tree;
                  call.args[3].resolved = rootfs + "/mnt";
                });
  };
  moves(72, "/a", 0);
  moves(73, "/b", 0x200);
  world.pivots(init, rootfs);
  const std::vector<Step> steps = steps_of<MountDone>(story());
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_FALSE(std::get<MountDone>(steps[0].facts).beneath);
  EXPECT_TRUE(std::get<MountDone>(steps[1].facts).beneath);
}

// --- Failures

TEST_F(StorySteps, AProbeThatCannotSucceedIsNoFailure) {
  world.calls(init, "seccomp", {1, 1, null()}, [](Call& call) { call.result = -EFAULT; });
  const SetUpStory told = story();
  EXPECT_EQ(told.normal_failures, 1u);
  for (const Step& step : told.steps) EXPECT_EQ(step.error, 0);
}

TEST_F(StorySteps, WhatIsNotExpectedToFailIsAFailure) {
  world.fails(init, "mount", {"proc", "/proc", "proc", 0, null()}, EPERM);
  std::vector<int> errors;
  for (const Step& step : story().steps)
    if (step.error) errors.push_back(step.error);
  EXPECT_EQ(errors, std::vector<int>{EPERM});
}

TEST_F(StorySteps, WhatTheMountCallsFailedWithIsSaid) {
  const auto fails = [&](std::string_view name, const std::vector<Given>& arguments, int error,
                         const World::EditCall& edit = {}) {
    world.calls(init, name, arguments, [&](Call& call) {
      call.result = -error;
      if (edit) edit(call);
    });
  };
  const File context = {.kind = FileKind::kFsContext, .fd = 3, .fs_type = "overlay"};
  const auto of_context = [&](Call& call) { call.args[0].file = context; };
  fails("fsopen", {"nosuchfs", 0}, ENODEV);
  fails("fsconfig", {3, FSCONFIG_SET_STRING, "lowerdir", "/none", 0}, ENOENT, of_context);
  fails("fsconfig", {3, FSCONFIG_SET_FLAG, "x", null(), 0}, EINVAL, of_context);
  fails("fsconfig", {3, FSCONFIG_CMD_CREATE, null(), null(), 0}, EPERM, of_context);
  fails("fsmount", {3, 0, 0}, EBUSY, of_context);
  fails("mount_setattr", {AT_FDCWD, "/data", 0, memory_of(mount_attr{}), sizeof(mount_attr)}, ENOENT,
        [&](Call& call) { call.args[1].resolved = "/data"; });
  fails("move_mount", {3, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH}, ENOENT,
        [&](Call& call) { call.args[3].resolved = "/mnt"; });
  std::vector<std::string> about;
  for (const Step& step : steps_of<CallMade>(story()))
    if (step.error) about.push_back(std::get<CallMade>(step.facts).about);
  EXPECT_EQ(about, (std::vector<std::string>{"nosuchfs", "fscontext:[overlay] lowerdir=/none", "fscontext:[overlay] x",
                                             "fscontext:[overlay] FSCONFIG_CMD_CREATE", "fscontext:[overlay]", "/data",
                                             "/mnt"}));
}

TEST_F(StorySteps, AFilesystemThatCannotBeMadeIsToldWithWhatItWasToBe) {
  const auto of_context = [&](Call& call) {
    call.args[0].file = File{.kind = FileKind::kFsContext, .fd = 3, .fs_type = "overlay"};
  };
  world.calls(init, "fsopen", {"overlay", 0}, [&](Call& call) { call.result = 3; });
  world.calls(init, "fsconfig", {3, FSCONFIG_SET_STRING, "lowerdir", "/none", 0}, of_context);
  world.calls(init, "fsconfig", {3, FSCONFIG_CMD_CREATE, null(), null(), 0}, [&](Call& call) {
    of_context(call);
    call.result = -ENOENT;
  });
  const std::vector<Step> steps = steps_of<CallMade>(story());
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(words_of(steps[0], {}),
            "fsconfig fscontext:[overlay] FSCONFIG_CMD_CREATE (lowerdir=/none): failed: ENOENT (No such "
            "file or directory)");
}

TEST_F(StorySteps, AMountThatCannotBePlacedOrChangedIsToldWithWhatItIs) {
  const File detached = {.fd = 4, .mount_id = 900, .detached = true};
  world.calls(init, "fsopen", {"tmpfs", 0}, [&](Call& call) { call.result = 3; });
  world.calls(init, "fsmount", {3, 0, 0}, [&](Call& call) {
    call.args[0].file = File{.kind = FileKind::kFsContext, .fd = 3, .fs_type = "tmpfs"};
    call.result = 4;
    call.returned_file = detached;
  });
  world.calls(init, "move_mount", {4, "", AT_FDCWD, "/mnt/nope", 4 /* MOVE_MOUNT_F_EMPTY_PATH */}, [&](Call& call) {
    call.args[0].file = detached;
    call.result = -ENOENT;
  });
  const std::vector<Step> steps = steps_of<CallMade>(failed_story());
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(words_of(steps[0], {}), "move_mount /mnt/nope (tmpfs): failed: ENOENT (No such file or directory)");
}

TEST_F(StorySteps, AProgramThatCannotBeExecutedWasToBeHandedOverTo) {
  mounts("proc", rootfs + "/proc", "proc", 0);
  world.fails(init, "execve", {"/opt/bin/server", std::vector<std::string>{"init", "--flag"}}, ENOENT);
  const std::vector<Step> steps = steps_of<ProgramRun>(failed_story());
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].phase, Phase::kCreate);
  EXPECT_EQ(steps[1].phase, Phase::kHandOver);
  EXPECT_EQ(steps[1].error, ENOENT);
  EXPECT_EQ(std::get<ProgramRun>(steps[1].facts).path, "/opt/bin/server");
  EXPECT_EQ(std::get<ProgramRun>(steps[1].facts).given, "/opt/bin/server");
}

// Somebody else has become the program.
TEST_F(StorySteps, AHelperThatCannotBeExecutedWasNotToBeHandedOverTo) {
  const Task helper = world.forks(init, 60);
  world.fails(helper, "execve", {"/usr/sbin/nscd", std::vector<std::string>{"nscd"}}, ENOENT);
  world.ends(helper, 0x7f00);
  const std::vector<Step> steps = steps_of<ProgramRun>(story());
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[1].phase, Phase::kCreate);
}

TEST_F(StorySteps, WhatWasToBeJoinedOrMadeIsSaid) {
  const auto joins = [&](File target) {
    world.calls(init, "setns", {3, CLONE_NEWNET}, [&](Call& call) {
      call.args[0].file = std::move(target);
      call.result = -EINVAL;
    });
  };
  joins(File{.path = "/etc/hostname"});
  File other = namespace_file(CLONE_NEWUTS, 4026531838);
  other.path = "uts:[4026531838]";
  joins(other);
  world.fails(init, "clone", {CLONE_NEWNS | CLONE_NEWPID, null(), null(), null(), 0}, ENOSPC);
  const SetUpStory failed = failed_story();
  std::vector<std::string> words;
  for (const Step& step : failed.steps)
    if (step.error) words.push_back(words_of(step, {.stages = &failed.stages}));
  const std::string invalid = ": failed: EINVAL (Invalid argument";
  EXPECT_EQ(
      words,
      (std::vector<std::string>{
          "joins net by /etc/hostname" + invalid + ")",
          "joins net by uts:[4026531838]" + invalid + ": it is a namespace of type uts)",
          "a new process with new mnt, pid: failed: ENOSPC (No space left on device: there are as many as allowed "
          "(user.max_mnt_namespaces, user.max_pid_namespaces), or too many levels of them)"}));
}

// A hook that is not there is no program of the container's: who was to execute it stays outside.
TEST_F(StorySteps, AHelperOfWhoStaysOutsideWasNotToBeHandedOverTo) {
  const Task helper = world.forks(runtime, 60);
  world.fails(helper, "execve", {"/hook", std::vector<std::string>{"hook"}}, ENOENT);
  world.ends(helper, 1 << 8);
  for (const Step& step : steps_of<ProgramRun>(failed_story())) EXPECT_EQ(step.phase, Phase::kCreate);
}

TEST_F(StorySteps, AProgramWhosePathCannotBeReadHasNone) {
  world.fails(init, "execve", {faulted(), null()}, EFAULT);
  const std::vector<Step> steps = steps_of<ProgramRun>(failed_story());
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(std::get<ProgramRun>(steps[1].facts).given, std::nullopt);
}

// execvp(3): what may not be executed is passed over, and is what it says in the end.
TEST_F(StorySteps, ASearchAlongPathIsOneStep) {
  const std::vector<std::string> argv = {"app"};
  world.fails(init, "execve", {"/usr/local/bin/app", argv}, ENOENT);
  world.fails(init, "execve", {"/usr/bin/app", argv}, EACCES);
  world.fails(init, "execve", {"/sbin/app", argv}, ENOTDIR);
  world.fails(init, "execve", {"/bin/app", argv}, ENOENT);
  const std::vector<Step> steps = steps_of<ProgramRun>(failed_story());
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[1].call_count, 4u);
  EXPECT_EQ(steps[1].error, EACCES);
  EXPECT_EQ(std::get<ProgramRun>(steps[1].facts).path, "/usr/bin/app");
}

// The shell's executable has another name than the link that it is called by.
TEST_F(StorySteps, ASearchThatFindsALinkIsOneStep) {
  const std::vector<std::string> argv = {"sh"};
  const Task helper = world.forks(init, 60);
  world.fails(helper, "execve", {"/usr/local/bin/sh", argv}, ENOENT);
  world.calls(helper, "execve", {"/bin/sh", argv});
  world.apply(world.snapshot(helper, [](Snapshot& snapshot) {
    snapshot.exe = File{.path = "/usr/bin/dash", .inode = 901, .mode = 0100755};
    snapshot.namespaces = kInside;
  }));
  world.ends(helper);
  world.calls(init, "prctl", {38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0});
  const std::vector<Step> steps = steps_of<ProgramRun>(failed_story());
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[1].error, 0);
  EXPECT_EQ(steps[1].call_count, 2u);
}

TEST_F(StorySteps, ASearchAlongPathEndsWithWhatItDoesNotPassOver) {
  const std::vector<std::string> argv = {"app"};
  world.fails(init, "execve", {"/usr/bin/app", argv}, EACCES);
  world.fails(init, "execve", {"/bin/app", argv}, ENOEXEC);
  world.fails(init, "execve", {"/sbin/app", argv}, ENOENT);
  const std::vector<Step> steps = steps_of<ProgramRun>(failed_story());
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[1].error, ENOEXEC);
  EXPECT_EQ(std::get<ProgramRun>(steps[1].facts).path, "/bin/app");
  EXPECT_EQ(steps[2].error, ENOENT);
}

// A folder of the starter's may not be there any more; one that was asked for must be.
TEST(StoryFolders, OnlyTheWayBackMayLeadNowhere) {
  StoryWorld world;
  const Task runtime = world.starts(50, {"/usr/bin/bwrap"},
                                    [](Snapshot& snapshot) { snapshot.cwd = File{.path = "/bundle", .inode = 3}; });
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.fails(init, "chdir", {"/bundle"}, ENOENT);
  world.fails(init, "chdir", {"/work/dir"}, ENOENT);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const SetUpStory told = world.container().set_up;
  std::vector<std::string> failed;
  for (const Step& step : told.steps)
    if (step.error) failed.push_back(std::get<CallMade>(step.facts).about);
  EXPECT_EQ(failed, std::vector<std::string>{"/work/dir"});
  EXPECT_EQ(told.normal_failures + told.quiet_calls, 1u);
}

TEST_F(StorySteps, SigsysIsNoErrorNumber) {
  world.calls(init, "mount", {"proc", "/proc", "proc", 0, null()},
              [](Call& call) { call.outcome = Outcome::kSigsysBySeccomp; });
  std::vector<Step> failed;
  for (const Step& step : story().steps)
    if (step.error) failed.push_back(step);
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_TRUE(failed[0].killed);
  EXPECT_TRUE(failed[0].denied);
}

TEST_F(StorySteps, AFailureThatIsTriedAgainIsForgotten) {
  world.calls(init, "mount", {"sysfs", rootfs + "/sys", "sysfs", 0, null()}, [&](Call& call) {
    call.args[1].resolved = rootfs + "/sys";
    call.result = -EPERM;
  });
  mounts("/sys", rootfs + "/sys", "", MS_BIND | MS_REC);
  world.pivots(init, rootfs);
  const SetUpStory told = story();
  for (const Step& step : told.steps) EXPECT_EQ(step.error, 0) << step.reason;
  EXPECT_EQ(told.normal_failures, 1u);
}

// What is there instead is not what was to be there.
TEST_F(StorySteps, AnotherFilesystemInItsPlaceIsNoRetry) {
  const auto fails = [&](const std::string& type, const std::string& data) {
    world.calls(init, "mount", {"none", rootfs + "/data", type, 0, data}, [&](Call& call) {
      call.args[1].resolved = rootfs + "/data";
      call.result = -ENOENT;
    });
  };
  fails("overlay", "lowerdir=/none");
  fails("tmpfs", "size=1");
  mounts("none", rootfs + "/data", "tmpfs", 0);
  mounts("/srv", rootfs + "/data", "", MS_BIND);
  world.pivots(init, rootfs);
  const SetUpStory told = story();
  std::vector<std::string> failed;
  for (const Step& step : told.steps)
    if (step.error) failed.push_back(std::get<MountDone>(step.facts).type);
  EXPECT_EQ(failed, std::vector<std::string>{"overlay"});
  EXPECT_EQ(told.normal_failures, 1u);
}

TEST(StoryUnmounts, UnmountingNothingIsNormalAndUnmountingAMountInVainIsNot) {
  StoryWorld world;
  const File root = {.path = "/", .fs_type = "ext4", .mode = 040755, .mount_id = 21, .mount_ns = kHost[CT_NS_MNT]};
  const Task task = world.found(80, [&](Snapshot& snapshot) { snapshot.root = snapshot.cwd = root; });
  world.apply(Mounts{.mount_ns = kHost[CT_NS_MNT],
                     .mountinfo = "21 1 0:1 / / rw - ext4 /dev/vda rw\n22 21 0:5 / /mnt rw - tmpfs tmpfs rw\n"});
  const Task other = world.forks(task, 81);
  world.runs(other, {"/usr/bin/made-up", "run", "other"}, [&](Snapshot& snapshot) { snapshot.root = root; });
  const NamespaceInodes own = with(kHost, {{CT_NS_MNT, 700}});
  world.unshares(other, CLONE_NEWNS, own);
  for (const char* const path : {"/mnt", "/srv"})
    world.calls(other, "umount2", {path, 0}, [&](Call& call) {
      call.args[0].base = root;
      call.args[0].resolved = path;
      call.result = -EINVAL;
    });
  world.runs_in(other, {"/bin/app"}, own, {81});
  std::vector<std::string> failed;
  for (const Container& container : world.told_of<Container>())
    for (const Step& step : container.set_up.steps)
      if (step.error) failed.push_back(std::get<MountDone>(step.facts).mounts[0].target.path);
  EXPECT_EQ(failed, std::vector<std::string>{"/mnt"});
}

// Nobody knows whether it did anything, so it is not told as done.
TEST_F(StorySteps, ACallWhoseReturnWasLostHasDoneNothingForSure) {
  mounts("proc", rootfs + "/proc", "proc", 0);
  world.calls(init, "mount", {"tmpfs", rootfs + "/tmp", "tmpfs", 0, ""},
              [](Call& call) { call.outcome = Outcome::kReturnLost; });
  const SetUpStory told = story();
  const std::vector<Step> done = steps_of<MountDone>(told);
  ASSERT_EQ(done.size(), 1u);
  EXPECT_EQ(std::get<MountDone>(done[0].facts).type, "proc");
  const std::vector<Step> others = steps_of<CallMade>(told);
  ASSERT_EQ(others.size(), 1u);
  EXPECT_EQ(std::get<CallMade>(others[0].facts).name, "mount");
}

// How much of it is done when the program begins is chance: both go on at the same time.
TEST_F(StorySteps, WhatTheRuntimeDoesToItselfAfterItHasMadeTheLastComesToNobody) {
  const auto drops = [&](const Task& task) { world.calls(task, "setuid", {1000}); };
  drops(runtime);
  drops(init);
  const SetUpStory told = story();
  const std::vector<Step> given = steps_of<IdentityGiven>(told);
  ASSERT_EQ(given.size(), 1u);
  EXPECT_EQ(told.stages.at(given[0].stage).task.tid, init.tid);
}

// A loss makes what is told doubtful, and says so.
TEST_F(StorySteps, AfterALossTheStoryIsInDoubt) {
  Loss loss;
  loss.counts[CT_LOSS_RING_FULL] = 3;
  world.apply(loss);
  EXPECT_FALSE(story().doubt.empty());
}

}  // namespace
}  // namespace cttrace
