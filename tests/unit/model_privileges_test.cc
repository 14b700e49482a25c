// Capabilities, securebits, no_new_privs, seccomp; and what an execve makes of them (security/commoncap.c).
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>

#include "model_world.h"

namespace cttrace {
namespace {

constexpr uint64_t bit(unsigned capability) { return uint64_t{1} << capability; }

struct ModelPrivileges : testing::Test {
  World world;
  Task task = world.found(10);

  const Identity::Capabilities& sets() const { return world.identity(task).capabilities.value; }

  void capset(uint64_t effective, uint64_t permitted, uint64_t inheritable,
              uint32_t version = _LINUX_CAPABILITY_VERSION_3) {
    const __user_cap_header_struct header = {version, 0};
    const auto low = [](uint64_t set) { return static_cast<uint32_t>(set); };
    const auto high = [](uint64_t set) { return static_cast<uint32_t>(set >> 32); };
    const __user_cap_data_struct data[2] = {{low(effective), low(permitted), low(inheritable)},
                                            {high(effective), high(permitted), high(inheritable)}};
    world.calls(task, "capset", {memory_of(header), memory_of(data)});
  }
};

TEST_F(ModelPrivileges, CapsetSetsThreeSetsAndTakesAwayAmbientOnes) {
  capset(kAllCapabilities, kAllCapabilities, bit(CAP_CHOWN) | bit(CAP_KILL) | bit(CAP_BPF));
  for (const unsigned capability : {CAP_CHOWN, CAP_KILL, CAP_BPF})
    world.calls(task, "prctl", {PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability});
  EXPECT_EQ(sets().ambient, bit(CAP_CHOWN) | bit(CAP_KILL) | bit(CAP_BPF));
  capset(bit(CAP_KILL), bit(CAP_KILL) | bit(CAP_BPF), bit(CAP_CHOWN) | bit(CAP_BPF) | bit(63));
  EXPECT_EQ(sets().effective, bit(CAP_KILL));
  EXPECT_EQ(sets().permitted, bit(CAP_KILL) | bit(CAP_BPF));
  EXPECT_EQ(sets().inheritable, bit(CAP_CHOWN) | bit(CAP_BPF));  // the kernel has no 63
  EXPECT_EQ(sets().ambient, bit(CAP_BPF));
  EXPECT_EQ(sets().bounding, kAllCapabilities);
}

TEST_F(ModelPrivileges, TheFirstVersionOfCapsetHasHalfTheSets) {
  capset(UINT64_MAX, UINT64_MAX, UINT64_MAX, _LINUX_CAPABILITY_VERSION_1);
  EXPECT_EQ(sets().permitted, 0xffffffffu);
  world.calls(task, "capset", {faulted(), faulted()});
  EXPECT_FALSE(world.identity(task).capabilities.known());
}

TEST_F(ModelPrivileges, CapabilitiesFollowTheUids) {
  world.calls(task, "setresuid", {UINT32_MAX, 1000, UINT32_MAX});  // from an effective root
  EXPECT_EQ(sets().effective, 0u);
  EXPECT_EQ(sets().permitted, kAllCapabilities);
  world.calls(task, "setresuid", {UINT32_MAX, 0, UINT32_MAX});  // and back
  EXPECT_EQ(sets().effective, kAllCapabilities);
  world.calls(task, "setfsuid", {1000});
  EXPECT_EQ(sets().effective & bit(CAP_CHOWN), 0u);
  EXPECT_NE(sets().effective & bit(CAP_SYS_ADMIN), 0u);
  world.calls(task, "setfsuid", {0});
  EXPECT_EQ(sets().effective, kAllCapabilities);
  world.calls(task, "setuid", {1000});  // for good
  EXPECT_EQ(sets().permitted, 0u);
  EXPECT_EQ(sets().bounding, kAllCapabilities);
  ASSERT_EQ(world.all<IdentityChanged>().size(), 1u);
  EXPECT_EQ(world.all<IdentityChanged>()[0].fields, (std::vector<std::string>{"uids", "capabilities"}));
}

TEST_F(ModelPrivileges, UnlessKeepcapsOrSecurebitsKeepThem) {
  world.calls(task, "prctl", {PR_SET_KEEPCAPS, 1});
  world.calls(task, "setuid", {1000});
  EXPECT_EQ(sets().permitted, kAllCapabilities);
  EXPECT_EQ(sets().effective, 0u);
  const Task fixed =
      world.found(11, [](Snapshot& snapshot) { snapshot.securebits = issecure_mask(SECURE_NO_SETUID_FIXUP); });
  world.calls(fixed, "setuid", {1000});
  EXPECT_EQ(world.identity(fixed).capabilities.value.effective, kAllCapabilities);
}

TEST_F(ModelPrivileges, WhoStaysWhoItIsKeepsThemWhateverItsSecurebitsAre) {
  const Task unseen = world.found(11, [](Snapshot& snapshot) { snapshot.securebits.reset(); });
  world.calls(unseen, "setuid", {0});
  world.calls(unseen, "setfsuid", {0});
  EXPECT_TRUE(world.identity(unseen).capabilities.known());
  EXPECT_EQ(world.identity(unseen).capabilities.value.effective, kAllCapabilities);
  world.calls(unseen, "setuid", {1000});
  EXPECT_FALSE(world.identity(unseen).capabilities.known());
}

TEST_F(ModelPrivileges, InAUserNamespaceRootIsWhoItMapsToZero) {
  const Task inside = world.found(11, [](Snapshot& snapshot) {
    snapshot.namespaces[CT_NS_USER] = 209;
    snapshot.uid = snapshot.euid = snapshot.suid = snapshot.fsuid = 100000;
    snapshot.uid_map = snapshot.gid_map = {{0, 100000, 1000}};
  });
  world.calls(inside, "setuid", {7});
  EXPECT_EQ(world.identity(inside).uids.value[0], 100007u);
  EXPECT_EQ(world.identity(inside).capabilities.value.permitted, 0u);
  // Where nobody is mapped to zero, nobody is root.
  const Task nobody = world.found(12, [](Snapshot& snapshot) {
    snapshot.namespaces[CT_NS_USER] = 309;
    snapshot.uid_map = snapshot.gid_map = {{5, 0, 10}};
  });
  world.calls(nobody, "setuid", {7});
  EXPECT_EQ(world.identity(nobody).uids.value[0], 2u);
  EXPECT_EQ(world.identity(nobody).capabilities.value.permitted, kAllCapabilities);
}

TEST_F(ModelPrivileges, PrctlSetsBitsAndTakesCapabilities) {
  world.calls(task, "prctl", {PR_CAPBSET_DROP, CAP_SYS_ADMIN});
  EXPECT_EQ(sets().bounding, kAllCapabilities & ~bit(CAP_SYS_ADMIN));
  world.calls(task, "prctl", {PR_SET_SECUREBITS, issecure_mask(SECURE_NOROOT)});
  EXPECT_EQ(world.identity(task).securebits.value, issecure_mask(SECURE_NOROOT));
  world.calls(task, "prctl", {PR_SET_KEEPCAPS, 1});
  EXPECT_EQ(world.identity(task).securebits.value, issecure_mask(SECURE_NOROOT) | issecure_mask(SECURE_KEEP_CAPS));
  world.calls(task, "prctl", {PR_SET_KEEPCAPS, 0});
  world.calls(task, "prctl", {PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0});
  EXPECT_TRUE(world.identity(task).no_new_privs.value);
  capset(kAllCapabilities, kAllCapabilities, bit(CAP_KILL) | bit(CAP_BPF));
  world.calls(task, "prctl", {PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL});
  world.calls(task, "prctl", {PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_BPF});
  world.calls(task, "prctl", {PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_KILL});
  EXPECT_EQ(sets().ambient, bit(CAP_BPF));
  world.calls(task, "prctl", {PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_BPF}, [](Call& call) { call.result = 1; });
  EXPECT_TRUE(world.changes.empty());
  world.calls(task, "prctl", {PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0});
  EXPECT_EQ(sets().ambient, 0u);
}

TEST_F(ModelPrivileges, FiltersAreCounted) {
  world.calls(task, "prctl", {PR_SET_SECCOMP, SECCOMP_MODE_FILTER, 0});
  world.calls(task, "seccomp", {SECCOMP_SET_MODE_FILTER, 0, 0});
  EXPECT_EQ(world.identity(task).seccomp_mode.value, unsigned{SECCOMP_MODE_FILTER});
  EXPECT_EQ(world.identity(task).seccomp_filters.value, 2u);
  // A descriptor that listens is a success; a thread that could not follow is none.
  world.calls(task, "seccomp", {SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, 0},
              [](Call& call) { call.result = 5; });
  world.calls(task, "seccomp", {SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, 0},
              [](Call& call) { call.result = 11; });
  EXPECT_EQ(world.identity(task).seccomp_filters.value, 3u);
  const Task child = world.forks(task, 11);
  EXPECT_EQ(world.identity(child).seccomp_filters.value, 3u);
  const Task strict = world.found(12);
  world.calls(strict, "seccomp", {SECCOMP_SET_MODE_STRICT, 0, 0});
  EXPECT_EQ(world.identity(strict).seccomp_mode.value, unsigned{SECCOMP_MODE_STRICT});
}

TEST_F(ModelPrivileges, SynchronizedFiltersAreThoseOfAllThreads) {
  const Task thread = world.forks(task, 11, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD);
  world.calls(thread, "prctl", {PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0});
  EXPECT_FALSE(world.identity(task).no_new_privs.value);
  world.calls(thread, "seccomp", {SECCOMP_SET_MODE_FILTER, 0, 0});
  EXPECT_EQ(world.identity(task).seccomp_filters.value, 0u);
  world.calls(thread, "seccomp", {SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, 0});
  EXPECT_EQ(world.identity(task).seccomp_filters.value, 2u);
  EXPECT_EQ(world.identity(task).seccomp_mode.value, unsigned{SECCOMP_MODE_FILTER});
  EXPECT_TRUE(world.identity(task).no_new_privs.value);
}

// --- execve

TEST_F(ModelPrivileges, RootGetsWhatItsBoundsAllow) {
  world.calls(task, "prctl", {PR_CAPBSET_DROP, CAP_SYS_ADMIN});
  capset(bit(CAP_KILL), kAllCapabilities, bit(CAP_CHOWN));
  world.executes(task, [](Snapshot& snapshot) {
    snapshot.cap_inheritable = bit(CAP_CHOWN);
    snapshot.cap_bounding = snapshot.cap_permitted = snapshot.cap_effective = kAllCapabilities & ~bit(CAP_SYS_ADMIN);
  });
  EXPECT_TRUE(world.all<Contradicted>().empty());
  EXPECT_EQ(world.agreements().at("capabilities").confirmed, 1u);
}

TEST_F(ModelPrivileges, ButNotMoreThanItHasWithoutNewPrivileges) {
  capset(bit(CAP_KILL), bit(CAP_KILL) | bit(CAP_CHOWN), 0);
  world.calls(task, "prctl", {PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0});
  world.executes(task, [](Snapshot& snapshot) {
    snapshot.no_new_privs = true;
    snapshot.cap_permitted = snapshot.cap_effective = bit(CAP_KILL) | bit(CAP_CHOWN);
  });
  EXPECT_TRUE(world.all<Contradicted>().empty());
  EXPECT_EQ(world.agreements().at("capabilities").confirmed, 1u);
}

TEST_F(ModelPrivileges, AnotherAnswerIsAContradiction) {
  world.executes(task, [](Snapshot& snapshot) { snapshot.cap_effective &= ~bit(CAP_KILL); });
  ASSERT_EQ(world.all<Contradicted>().size(), 1u);
  EXPECT_EQ(world.all<Contradicted>()[0].what, "capabilities of 10");
  EXPECT_NE(world.all<Contradicted>()[0].kernel.find("effective 0x1ffffffffdf"), std::string::npos);
  EXPECT_EQ(sets().effective, kAllCapabilities & ~bit(CAP_KILL));
}

TEST_F(ModelPrivileges, AUserMayGetWhatTheFileHasAndNotMore) {
  const auto user = [](Snapshot& snapshot) {
    snapshot.uid = snapshot.euid = snapshot.suid = snapshot.fsuid = 1000;
    snapshot.cap_permitted = snapshot.cap_effective = 0;
    snapshot.cap_bounding = bit(CAP_NET_RAW) | bit(CAP_KILL);
  };
  const Task ping = world.found(11, user);
  world.executes(ping, [&](Snapshot& snapshot) {
    user(snapshot);
    snapshot.cap_permitted = snapshot.cap_effective = bit(CAP_NET_RAW);
  });
  EXPECT_TRUE(world.all<Contradicted>().empty());
  world.executes(ping, [&](Snapshot& snapshot) {
    user(snapshot);
    snapshot.cap_permitted = snapshot.cap_effective = bit(CAP_SYS_ADMIN);  // out of its bounds
  });
  EXPECT_EQ(world.all<Contradicted>().size(), 1u);
}

TEST_F(ModelPrivileges, ASetuidProgramMakesAnybodyOfAnybody) {
  const Task user = world.found(11, [](Snapshot& snapshot) {
    snapshot.uid = snapshot.euid = snapshot.suid = snapshot.fsuid = 1000;
    snapshot.cap_permitted = snapshot.cap_effective = 0;
  });
  world.executes(user, [](Snapshot& snapshot) {
    snapshot.exe->mode = 0104755;
    snapshot.uid = 1000;
  });
  EXPECT_TRUE(world.all<Contradicted>().empty());
  EXPECT_EQ(world.identity(user).uids.value, (std::array<uint32_t, 4>{1000, 0, 0, 0}));
  // Another program makes nobody of anybody.
  const Task other = world.found(12, [](Snapshot& snapshot) {
    snapshot.uid = snapshot.euid = snapshot.suid = snapshot.fsuid = 1000;
    snapshot.cap_permitted = snapshot.cap_effective = 0;
  });
  world.executes(other, [](Snapshot& snapshot) {
    snapshot.uid = 1000;
    snapshot.cap_permitted = snapshot.cap_effective = 0;
  });
  EXPECT_EQ(world.all<Contradicted>().at(0).what, "uids of 12");
}

TEST_F(ModelPrivileges, AProgramSavesIdsAndForgetsKeepcaps) {
  const Task user = world.found(11, [](Snapshot& snapshot) {
    snapshot.uid = snapshot.euid = 1000;
    snapshot.suid = 2, snapshot.fsuid = 1000;
    snapshot.securebits = issecure_mask(SECURE_KEEP_CAPS);
    snapshot.cap_permitted = snapshot.cap_effective = 0;
  });
  world.executes(user, [](Snapshot& snapshot) {
    snapshot.uid = snapshot.euid = snapshot.suid = snapshot.fsuid = 1000;
    snapshot.cap_permitted = snapshot.cap_effective = 0;
  });
  EXPECT_TRUE(world.all<Contradicted>().empty());
  EXPECT_EQ(world.agreements().at("uids").confirmed, 1u);
  EXPECT_EQ(world.agreements().at("securebits").confirmed, 1u);
  ASSERT_EQ(world.all<IdentityChanged>().size(), 1u);
  EXPECT_EQ(world.all<IdentityChanged>()[0].fields, (std::vector<std::string>{"uids", "securebits"}));
}

TEST_F(ModelPrivileges, AnyoneMayHaveChangedTheOomScore) {
  world.executes(task, [](Snapshot& snapshot) { snapshot.oom_score_adj = 500; });
  EXPECT_TRUE(world.all<Contradicted>().empty());
  EXPECT_EQ(world.identity(task).oom_score_adj.value, 500);
}

TEST_F(ModelPrivileges, OtherFactsAreContradictedOneByOne) {
  const uint32_t groups[] = {4, 5};
  world.calls(task, "setgroups", {2, memory_of(groups)});
  world.executes(task, [](Snapshot& snapshot) {
    snapshot.groups = {4};
    snapshot.no_new_privs = true;
    snapshot.seccomp_mode = 2;
    snapshot.seccomp_filters = 1;
    snapshot.securebits = 1;
    snapshot.pids = {11};
    snapshot.gid = 5;
  });
  std::vector<std::string> what;
  for (const Contradicted& one : world.all<Contradicted>()) what.push_back(one.what);
  EXPECT_EQ(what, (std::vector<std::string>{"gids of 10", "groups of 10", "securebits of 10", "no_new_privs of 10",
                                            "seccomp mode of 10", "seccomp filters of 10", "pids of 10"}));
}

TEST_F(ModelPrivileges, ANewerKernelsCapabilitiesAreNoticed) {
  constexpr uint64_t kMore = kAllCapabilities << 1 | 1;
  const Task newer = world.found(
      11, [](Snapshot& snapshot) { snapshot.cap_permitted = snapshot.cap_effective = snapshot.cap_bounding = kMore; });
  world.calls(newer, "unshare", {CLONE_NEWUSER});
  EXPECT_EQ(world.identity(newer).capabilities.value.permitted, kMore);
}

}  // namespace
}  // namespace cttrace
