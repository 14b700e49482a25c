// Why calls are refused. tests/e2e/test_refusals.py asks the kernel; here is what it is not asked for.
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "mount_world.h"

namespace cttrace {
namespace {

constexpr uint32_t kInitialUserNamespace = 0xEFFFFFFD;

class ModelRefusals : public testing::Test {
 protected:
  std::string refuses(const Task& task, std::string_view name, const std::vector<Given>& arguments, int error,
                      const World::EditCall& edit = {}) {
    world_.calls(task, name, arguments, [&](Call& call) {
      call.result = -error;
      if (edit) edit(call);
    });
    const std::vector<CallRefused> all = world_.all<CallRefused>();
    return all.empty() ? "" : all[0].why;
  }
  std::string cannot(const Task& task, std::string_view name, const std::vector<Given>& arguments) const {
    return world_.model().why_impossible(world_.made(task, name, arguments));
  }
  // A task without any capability.
  Task unprivileged(uint32_t tid, uint32_t user_namespace = kHost[CT_NS_USER]) {
    return world_.found(tid, [&](Snapshot& there) {
      there.cap_effective = there.cap_permitted = 0;
      there.namespaces[CT_NS_USER] = user_namespace;
    });
  }

  MountWorld world_{"20 1 0:20 / / rw - ext4 /dev/vda rw\n21 20 0:21 / /srv rw - tmpfs srv rw\n"};
};

TEST_F(ModelRefusals, WhatSucceedsOrDoesNotReturnIsNotExplained) {
  EXPECT_EQ(refuses(unprivileged(11), "sethostname", {"x", 1}, 0), "");
  EXPECT_EQ(refuses(unprivileged(12), "sethostname", {"x", 1}, EPERM,
                    [](Call& call) { call.outcome = Outcome::kDeniedBySeccomp; }),
            "");
  EXPECT_EQ(refuses(unprivileged(13), "sethostname", {"x", 1}, EPERM), "no CAP_SYS_ADMIN");
}

TEST_F(ModelRefusals, AnErrorThatTheReasonDoesNotMakeIsNotExplained) {
  EXPECT_EQ(refuses(unprivileged(11), "sethostname", {"x", 1}, EFAULT), "");
  EXPECT_EQ(refuses(world_.host, "sethostname", {"x", 1}, EPERM), "");
}

TEST_F(ModelRefusals, StrangersAreNotExplained) {
  const Task stranger{.tid = 14, .tgid = 14, .start_ns = 1, .stranger = true};
  Snapshot there = world_.snapshot(stranger);
  there.cap_effective = 0;
  there.at_start = true;
  world_.apply(there);
  EXPECT_EQ(refuses(stranger, "umount2", {"/srv", 0}, EPERM), "");
}

TEST_F(ModelRefusals, WhatIsNotKnownIsNoReason) {
  // A task that nobody has told of.
  const Task unknown{.tid = 15, .tgid = 15, .start_ns = 1};
  EXPECT_EQ(refuses(unknown, "sethostname", {"x", 1}, EPERM), "");
  EXPECT_EQ(refuses(unknown, "umount2", {"/nothing", 0}, EINVAL), "");
  // After a loss the mounts may be others.
  EXPECT_EQ(refuses(world_.host, "umount2", {"/nothing", 0}, EINVAL), "nothing is mounted there");
  Loss loss;
  loss.counts[CT_LOSS_RING_FULL] = 1;
  world_.apply(loss);
  EXPECT_EQ(refuses(world_.host, "umount2", {"/nothing", 0}, EINVAL), "");
}

TEST_F(ModelRefusals, MountsThatAreUnmountedLazilyMayHaveOthersOnThem) {
  world_.mounts(world_.host, "t", "/srv/below", "tmpfs");
  EXPECT_EQ(cannot(world_.host, "umount2", {"/srv", 0}), "mounts are on it: /srv/below");
  EXPECT_EQ(cannot(world_.host, "umount2", {"/srv", MNT_DETACH}), "");
  // A root is made read-only instead.
  EXPECT_EQ(cannot(world_.host, "umount2", {"/", 0}), "");
}

TEST_F(ModelRefusals, OfManyMountsSomeAreNamed) {
  for (const char* each : {"/srv/a", "/srv/b", "/srv/c", "/srv/d", "/srv/e", "/srv/f"})
    world_.mounts(world_.host, "t", each, "tmpfs");
  EXPECT_EQ(cannot(world_.host, "umount2", {"/srv", 0}),
            "mounts are on it: /srv/a, /srv/b, /srv/c, /srv/d, and 2 more");
}

// The caller's, or one above that; nobody else's counts.
TEST_F(ModelRefusals, WhoseUserNamespaceItIs) {
  const Task outside = world_.found(11, [](Snapshot& there) { there.namespaces[CT_NS_USER] = kInitialUserNamespace; });
  EXPECT_EQ(cannot(outside, "mknod", {"/null", S_IFCHR | 0666, 0x103}), "");
  const Task inside = world_.forks(outside, 12, CLONE_NEWUSER);
  EXPECT_EQ(cannot(inside, "mknod", {"/null", S_IFCHR | 0666, 0x103}), "");  // which one it is, is not known yet
  world_.executes(inside, [](Snapshot& there) { there.namespaces[CT_NS_USER] = 777; });
  EXPECT_EQ(cannot(inside, "mknod", {"/null", S_IFCHR | 0666, 0x103}),
            "it takes CAP_MKNOD in the host's user namespace, and it is in another one");
  EXPECT_EQ(cannot(inside, "mknod", {"/whiteout", S_IFCHR | 0666, 0}), "");
  EXPECT_EQ(cannot(inside, "mknod", {"/fifo", S_IFIFO | 0666, 0}), "");
}

}  // namespace
}  // namespace cttrace
