// Failures are normal of whom the table says so, and of which of its versions; of others they stand out.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "story/callers.h"
#include "story_world.h"

namespace cttrace {
namespace {

// The errors that stand out in the set-up of a container by this runtime.
std::vector<int> errors(const std::string& executable, const std::function<void(StoryWorld&, const Task& init)>& fail) {
  StoryWorld world;
  const Task runtime = world.starts(50, {executable, "run", "web"},
                                    [](Snapshot& snapshot) { snapshot.cwd = File{.path = "/bundle", .inode = 3}; });
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.pivots(init, "/bundle/rootfs");
  fail(world, init);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const SetUpStory told = world.container().set_up;
  std::vector<int> found;
  for (const Step& step : told.steps)
    if (step.error) found.push_back(step.error);
  return found;
}

void masks_a_folder(StoryWorld& world, const Task& init) {
  world.calls(init, "mount", {"/dev/null", "/proc/acpi", null(), MS_BIND, null()}, [](Call& call) {
    call.args[1].resolved = "/proc/acpi";
    call.result = -ENOTDIR;
  });
}

void makes_no_mount_private(StoryWorld& world, const Task& init) {
  world.fails(init, "mount", {null(), "/bundle", null(), MS_PRIVATE, null()}, EINVAL);
}

void joins_its_users(StoryWorld& world, const Task& init) {
  world.calls(init, "setns", {3, 0}, [](Call& call) {
    call.args[0].file = namespace_file(CLONE_NEWUSER, 4026531837);
    call.result = -EINVAL;
  });
}

void goes_back(StoryWorld& world, const Task& init) { world.fails(init, "chdir", {"/bundle"}, ENOENT); }

void is_interrupted(StoryWorld& world, const Task& init) { world.fails(init, "clone", {SIGCHLD, 0, 0, 0, 0}, 513); }

void keeps_an_owner(StoryWorld& world, const Task& init) {
  world.fails(init, "fchownat", {5, "x", UINT32_MAX, UINT32_MAX, 0}, ENOENT);
}

void gives_an_owner(StoryWorld& world, const Task& init) {
  world.fails(init, "fchownat", {5, "x", 1000, UINT32_MAX, 0}, ENOENT);
}

void sets_title(StoryWorld& world, const Task& init) { world.fails(init, "prctl", {PR_SET_MM, 8, 0, 0, 0}, EPERM); }

void wants_to_be_spared(StoryWorld& world, const Task& init) {
  world.calls(init, "write", {4, "-1000", 5}, [](Call& call) {
    call.args[0].file =
        File{.path = "/proc/51/oom_score_adj", .fs_type = "proc", .sb_magic = PROC_SUPER_MAGIC, .mode = 0100644};
    call.result = -EACCES;
  });
}

// A thread, and another process.
void makes_nobody(StoryWorld& world, const Task& init, int error) {
  world.fails(init, "clone", {CLONE_VM | CLONE_THREAD | CLONE_SIGHAND, null(), null(), null(), 0}, error);
  world.fails(init, "vfork", {}, error);
}

using Errors = std::vector<int>;

TEST(NormalFailures, WhoIsEndingMakesNobody) {
  const auto fail = [](int error) {
    return [error](StoryWorld& world, const Task& init) { makes_nobody(world, init, error); };
  };
  EXPECT_EQ(errors("/usr/bin/runc", fail(EINTR)), Errors());
  EXPECT_EQ(errors("/usr/bin/runc", fail(EAGAIN)), (Errors{EAGAIN, EAGAIN}));
}

TEST(NormalFailures, WhoIsInterruptedIsGivenTheCallAgain) {
  EXPECT_EQ(errors("/usr/bin/made-up", is_interrupted), Errors());
}

TEST(NormalFailures, OfWhoAsksForNoOtherOwner) {
  EXPECT_EQ(errors("/usr/bin/made-up", keeps_an_owner), Errors());
  EXPECT_EQ(errors("/usr/bin/made-up", gives_an_owner), Errors{ENOENT});
}

// The same namespaces, by another call.
TEST(NormalFailures, OfAProcessThatIsMadeAfterAll) {
  const auto makes = [](uint64_t flags) {
    return [flags](StoryWorld& world, const Task& init) {
      world.fails(init, "clone", {CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0}, EINVAL);
      world.clones(init, 60, flags, {60, 2}, kInside);
    };
  };
  EXPECT_EQ(errors("/usr/bin/made-up", makes(CLONE_NEWUTS)), Errors());
  EXPECT_EQ(errors("/usr/bin/made-up", makes(CLONE_NEWIPC)), Errors{EINVAL});
}

TEST(NormalFailures, OfOneRuntimeAreNotThoseOfAnother) {
  EXPECT_EQ(errors("/usr/bin/runc", masks_a_folder), Errors());
  EXPECT_EQ(errors("/usr/bin/docker-runc", masks_a_folder), Errors());
  EXPECT_EQ(errors("/usr/bin/youki", masks_a_folder), Errors());
  EXPECT_EQ(errors("/usr/bin/crun", masks_a_folder), Errors{ENOTDIR});
  EXPECT_EQ(errors("/usr/bin/made-up", masks_a_folder), Errors{ENOTDIR});

  EXPECT_EQ(errors("/usr/bin/crun", makes_no_mount_private), Errors());
  EXPECT_EQ(errors("/usr/bin/youki", makes_no_mount_private), Errors{EINVAL});

  EXPECT_EQ(errors("/usr/bin/crun", joins_its_users), Errors());
  EXPECT_EQ(errors("/usr/bin/runc", joins_its_users), Errors{EINVAL});

  for (const char* const who : {"/usr/bin/bwrap", "/usr/bin/lxc-attach"}) EXPECT_EQ(errors(who, goes_back), Errors());
  EXPECT_EQ(errors("/usr/bin/runc", goes_back), Errors{ENOENT});

  for (const char* const who : {"/usr/bin/systemd-nspawn", "/usr/bin/lxc-start"})
    EXPECT_EQ(errors(who, sets_title), Errors());
  EXPECT_EQ(errors("/usr/bin/runc", sets_title), Errors{EPERM});

  EXPECT_EQ(errors("/usr/bin/conmon", wants_to_be_spared), Errors());
  EXPECT_EQ(errors("/usr/bin/runc", wants_to_be_spared), Errors{EACCES});
}

TEST(NormalFailures, OfAVersionAreNotThoseOfTheNext) {
  const auto runc = [](const std::string& version) { return "/opt/runc-" + version + "/bin/runc"; };
  for (const char* const version : {"1.0.0", "1.1.15", "1.2.7", "1.3.0", "1.3.2"})
    EXPECT_EQ(errors(runc(version), masks_a_folder), Errors()) << version;
  for (const char* const version : {"1.2.8", "1.2.10", "1.3.3", "1.4.0", "2.0"})
    EXPECT_EQ(errors(runc(version), masks_a_folder), Errors{ENOTDIR}) << version;
  for (const char* const version : {"1.1.15", "1.2.0", "1.10.1"})
    EXPECT_EQ(errors(runc(version), makes_no_mount_private), Errors()) << version;
  for (const char* const version : {"1.0.3", "1.1.5", "1.1.14"})
    EXPECT_EQ(errors(runc(version), makes_no_mount_private), Errors{EINVAL}) << version;
}

// Nobody could say that it is none of those.
TEST(NormalFailures, OfAVersionThatIsNotKnownMayBeNormal) {
  EXPECT_EQ(errors("/usr/bin/runc", makes_no_mount_private), Errors());
}

// Who looks for the kernel's last capability finds it so; it is not told as done.
TEST(NormalFailures, OfACapabilityThatTheKernelHasNot) {
  const auto asks = [](uint64_t option, uint64_t second, uint64_t third, uint64_t fourth) {
    return [=](StoryWorld& world, const Task& init) {
      world.fails(init, "prctl", {option, second, third, fourth, 0}, EINVAL);
    };
  };
  EXPECT_EQ(errors("/usr/bin/made-up", asks(PR_CAPBSET_DROP, 41, 0, 0)), Errors());
  EXPECT_EQ(errors("/usr/bin/made-up", asks(PR_CAPBSET_DROP, 64, 0, 0)), Errors{EINVAL});
  EXPECT_EQ(errors("/usr/bin/made-up", asks(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 41, 0)), Errors());
  EXPECT_EQ(errors("/usr/bin/made-up", asks(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 41, 1)), Errors{EINVAL});
  EXPECT_EQ(errors("/usr/bin/made-up", asks(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 1, 0)), Errors{EINVAL});
}

// "0 1000 1" would be the only map that such a user could write: that it is refused is no matter of course.
TEST(NormalFailures, OfAMapThatHandsAllIdsOn) {
  const auto writes = [](const std::string& map, int error = EPERM) {
    return [=](StoryWorld& world, const Task& init) {
      world.calls(init, "write", {4, map, map.size()}, [&](Call& call) {
        call.args[0].file =
            File{.path = "/proc/51/uid_map", .fs_type = "proc", .sb_magic = PROC_SUPER_MAGIC, .mode = 0100644};
        call.result = -error;
      });
    };
  };
  EXPECT_EQ(errors("/usr/bin/podman", writes("0 0 1\n1 1 4294967294\n")), Errors());
  EXPECT_EQ(errors("/usr/bin/podman", writes("0 1000 1\n")), Errors{EPERM});
  EXPECT_EQ(errors("/usr/bin/podman", writes("0 0 1\n", EINVAL)), Errors{EINVAL});
  EXPECT_EQ(errors("/usr/bin/bwrap", writes("0 0 1\n1 1 4294967294\n")), Errors{EPERM});
}

// Who asks for another's ids, or for root's and another's, has not made sure of anything.
TEST(NormalFailures, OfAskingForRootsIds) {
  const auto asks = [](const char* call, std::vector<Given> ids) {
    return [=](StoryWorld& world, const Task& init) { world.fails(init, call, ids, EPERM); };
  };
  constexpr uint64_t kUnchanged = UINT32_MAX;
  EXPECT_EQ(errors("/usr/sbin/sshd", asks("setuid", {0})), Errors());
  EXPECT_EQ(errors("/usr/sbin/sshd", asks("setresgid", {kUnchanged, 0, kUnchanged})), Errors());
  EXPECT_EQ(errors("/usr/sbin/sshd", asks("setuid", {7})), Errors{EPERM});
  EXPECT_EQ(errors("/usr/sbin/sshd", asks("setresuid", {7, 0, kUnchanged})), Errors{EPERM});
  EXPECT_EQ(errors("/usr/sbin/sshd", asks("setresuid", {kUnchanged, kUnchanged, kUnchanged})), Errors{EPERM});
  EXPECT_EQ(errors("/usr/bin/made-up", asks("setuid", {0})), Errors{EPERM});
}

TEST(NormalFailures, OfBindingWhatIsOptional) {
  const auto binds = [](StoryWorld& world, const Task& init) {
    world.fails(init, "mount", {"/var/lib/extrausers", "/tmp/x", null(), MS_BIND, null()}, ENOENT);
  };
  EXPECT_EQ(errors("/usr/lib/snapd/snap-confine", binds), Errors());
  EXPECT_EQ(errors("/usr/bin/made-up", binds), Errors{ENOENT});
}

TEST(NormalFailures, OfAskingForACookieOfCoreScheduling) {
  const auto schedules = [](uint64_t command) {
    return [=](StoryWorld& world, const Task& init) {
      world.fails(init, "prctl", {62 /* PR_SCHED_CORE */, command, 50, 0, 0x1000}, EINVAL);
    };
  };
  EXPECT_EQ(errors("/usr/bin/lxc-attach", schedules(0 /* PR_SCHED_CORE_GET */)), Errors());
  EXPECT_EQ(errors("/usr/bin/lxc-attach", schedules(1 /* PR_SCHED_CORE_CREATE */)), Errors{EINVAL});
}

TEST(NormalFailures, OfBringingSelinux) {
  const auto brings = [](const std::string& what) {
    return [=](StoryWorld& world, const Task& init) {
      const auto fails = [&](const std::string& source, uint64_t flags, int error) {
        world.calls(init, "mount", {source, "/root" + what, null(), flags, null()}, [&](Call& call) {
          if (!source.empty()) call.args[0].resolved = source;
          call.args[1].resolved = "/root" + what;
          call.result = -error;
        });
      };
      fails(what, MS_BIND, ENOENT);
      fails("", MS_BIND | MS_REMOUNT | MS_RDONLY, EINVAL);
    };
  };
  EXPECT_EQ(errors("/usr/bin/systemd-nspawn", brings("/sys/fs/selinux")), Errors());
  EXPECT_EQ(errors("/usr/bin/systemd-nspawn", brings("/sys/fs/other")), (Errors{ENOENT, EINVAL}));
  EXPECT_EQ(errors("/usr/bin/runc", brings("/sys/fs/selinux")), (Errors{ENOENT, EINVAL}));
}

// Of each path that the protection of a service names, there or not: it asks for it, not whether the kernel knows the
// call.
TEST(NormalFailures, OfMakingNosuidWhatIsNotThere) {
  const auto told_of = [](const std::string& executable) {
    StoryWorld world;
    const Task init = world.clones(world.starts(50, {executable}), 51, CLONE_NEWNS, {51}, kInside);
    world.fails(init, "mount_setattr", {AT_FDCWD, "/nosuch", 0, null(), 32}, ENOENT);
    world.runs_in(init, {"/bin/app"}, kInside, {51});
    const SetUpStory told = world.container().set_up;
    return std::ranges::count_if(told.steps, [](const Step& step) {
      return std::ranges::any_of(step.names, [](const auto& each) { return each.first == "mount_setattr"; });
    });
  };
  EXPECT_EQ(told_of("/lib/systemd/systemd"), 0);
  EXPECT_EQ(told_of("/usr/bin/runc"), 1);
}

TEST(NormalFailures, OfBindingAFileInMemory) {
  const auto binds = [](const std::string& source) {
    return [=](StoryWorld& world, const Task& init) {
      world.calls(init, "mount", {"/proc/self/fd/7", "/tmp/itself", null(), MS_BIND, null()}, [&](Call& call) {
        call.args[0].resolved = source;
        call.args[1].resolved = "/tmp/itself";
        call.result = -ENOENT;
      });
    };
  };
  EXPECT_EQ(errors("/usr/bin/buildah", binds("/memfd:itself (deleted)")), Errors());
  EXPECT_EQ(errors("/usr/bin/buildah", binds("/usr/bin/itself (deleted)")), Errors{ENOENT});
  EXPECT_EQ(errors("/usr/bin/runc", binds("/memfd:itself (deleted)")), Errors{ENOENT});
}

// systemd goes round until nothing is left.
TEST(NormalFailures, OfWhatIsTakenAwayLater) {
  const auto takes = [](const std::vector<int>& results, bool mounts_another = false) {
    return [=](StoryWorld& world, const Task& init) {
      const auto on_proc = [](Call& call) { call.args[call.row->name == "mount"].resolved = "/proc"; };
      world.calls(init, "mount", {"proc", "/proc", "proc", 0, null()}, on_proc);
      for (const int error : results) {
        world.calls(init, "umount2", {"/proc", UMOUNT_NOFOLLOW}, [&](Call& call) {
          on_proc(call);
          call.result = -error;
        });
        if (error && mounts_another) world.calls(init, "mount", {"tmpfs", "/proc", "tmpfs", 0, null()}, on_proc);
      }
    };
  };
  EXPECT_EQ(errors("/lib/systemd/systemd", takes({EBUSY, EBUSY, 0})), Errors());
  EXPECT_EQ(errors("/lib/systemd/systemd", takes({0, EBUSY})), Errors{EBUSY});
  EXPECT_EQ(errors("/lib/systemd/systemd", takes({EPERM, 0})), Errors{EPERM});
  EXPECT_EQ(errors("/lib/systemd/systemd", takes({EBUSY, 0}, true)), Errors{EBUSY});
}

TEST(Callers, AreMeantByAWordOfTheirName) {
  const Callers runc{.name = "runc"};
  for (const char* const name : {"runc", "docker-runc", "runc-1.1.15", "runc.amd64", "crun-runc"})
    EXPECT_TRUE(means(runc, {.name = name})) << name;
  for (const char* const name : {"", "crun", "run", "runcx", "xrunc", "runc2"})
    EXPECT_FALSE(means(runc, {.name = name})) << name;
  for (const char* const name : {"", "crun"}) EXPECT_TRUE(means({.name = kAnyCaller}, {.name = name})) << name;
}

TEST(Callers, AreMeantFromAVersionUntilAnother) {
  const Callers some{.name = "runc", .from = "1.1.15", .until = "1.3"};
  for (const char* const version : {"1.1.15", "1.1.15+ds1", "v1.2", "1.2.99", "1.1.100", "", "unknown"})
    EXPECT_TRUE(means(some, {.name = "runc", .version = version})) << version;
  for (const char* const version : {"0.9", "1", "1.1", "1.1.14", "1.3", "1.3.0", "1.3.0-rc.1", "1.10", "2"})
    EXPECT_FALSE(means(some, {.name = "runc", .version = version})) << version;
  EXPECT_FALSE(means(some, {.name = "crun", .version = "1.2"}));
  EXPECT_TRUE(means({.name = kAnyCaller, .from = "2"}, {.name = "crun", .version = "2.0"}));
  EXPECT_FALSE(means({.name = kAnyCaller, .from = "2"}, {.name = "crun", .version = "1.9"}));
}

}  // namespace
}  // namespace cttrace
