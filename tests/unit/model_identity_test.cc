// Ids, groups, limits, keyrings: by the kernel's rules (kernel/sys.c).
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "model_world.h"

namespace cttrace {
namespace {

using Ids = std::array<uint32_t, 4>;
constexpr uint32_t kKeep = UINT32_MAX;

struct ModelIdentity : testing::Test {
  World world;

  // A user without any capability: real, effective and saved.
  Task user(uint32_t real, uint32_t effective, uint32_t saved) {
    return world.found(20, [=](Snapshot& snapshot) {
      snapshot.uid = snapshot.gid = real;
      snapshot.euid = snapshot.egid = snapshot.fsuid = snapshot.fsgid = effective;
      snapshot.suid = snapshot.sgid = saved;
      snapshot.cap_permitted = snapshot.cap_effective = 0;
    });
  }
  Ids uids(const Task& task) const { return world.identity(task).uids.value; }
  Ids gids(const Task& task) const { return world.identity(task).gids.value; }
  std::vector<std::string> fields() const {
    const auto changed = world.all<IdentityChanged>();
    return changed.empty() ? std::vector<std::string>{} : changed.at(0).fields;
  }
};

TEST_F(ModelIdentity, SetuidSetsAllOfWhoMayAndTheEffectiveOneOfWhoMayNot) {
  const Task root = world.found(10);
  world.calls(root, "setgid", {1000});
  EXPECT_EQ(gids(root), (Ids{1000, 1000, 1000, 1000}));
  EXPECT_EQ(fields(), std::vector<std::string>{"gids"});
  world.calls(root, "setuid", {1000});
  EXPECT_EQ(uids(root), (Ids{1000, 1000, 1000, 1000}));
  EXPECT_EQ(world.identity(root).uids.evidence, Evidence::kInferred);
  const Task task = user(1000, 1001, 1002);
  world.calls(task, "setuid", {1000});
  EXPECT_EQ(uids(task), (Ids{1000, 1000, 1002, 1000}));
  world.calls(task, "setgid", {1002});
  EXPECT_EQ(gids(task), (Ids{1000, 1002, 1002, 1002}));
}

TEST_F(ModelIdentity, SetreuidSavesTheEffectiveId) {
  const Task first = user(1, 2, 3);
  world.calls(first, "setreuid", {kKeep, 1});  // the real one: the saved one stays
  EXPECT_EQ(uids(first), (Ids{1, 1, 3, 1}));
  const Task second = user(1, 2, 3);
  world.calls(second, "setreuid", {kKeep, 3});
  EXPECT_EQ(uids(second), (Ids{1, 3, 3, 3}));
  world.calls(second, "setregid", {2, kKeep});
  EXPECT_EQ(gids(second), (Ids{2, 2, 2, 2}));
}

TEST_F(ModelIdentity, SetresuidSetsEachAndTheFilesystemsToo) {
  const Task task = user(1, 2, 3);
  world.calls(task, "setresuid", {kKeep, 3, kKeep});
  EXPECT_EQ(uids(task), (Ids{1, 3, 3, 3}));
  world.calls(task, "setresgid", {3, kKeep, 2});
  EXPECT_EQ(gids(task), (Ids{3, 2, 2, 2}));
}

TEST_F(ModelIdentity, SetfsuidDoesWhatItMayWithoutSayingSo) {
  const Task task = user(1, 2, 3);
  world.calls(task, "setfsuid", {3}, [](Call& call) { call.result = 2; });
  EXPECT_EQ(uids(task), (Ids{1, 2, 3, 3}));
  world.calls(task, "setfsuid", {9}, [](Call& call) { call.result = 3; });
  EXPECT_EQ(uids(task), (Ids{1, 2, 3, 3}));
  world.calls(task, "setfsgid", {kKeep}, [](Call& call) { call.result = 2; });
  EXPECT_EQ(gids(task), (Ids{1, 2, 3, 2}));
  const Task root = world.found(10);
  world.calls(root, "setfsuid", {9});
  EXPECT_EQ(uids(root), (Ids{0, 0, 0, 9}));
}

TEST_F(ModelIdentity, SixteenBitIdsKeepWithTheirOwnMinusOne) {
  const Task root = world.found(10);
  Call call = made_call("setresuid", {0xffff, 1000, 0xffff}, Abi::i386);
  for (const SyscallRow& row : syscall_rows())
    if (row.name == "setresuid" && row.numbers[static_cast<size_t>(Abi::i386)] == 164) call.row = &row;
  for (size_t i = 0; i < 3; ++i) call.args[i].spec = &call.row->args[i];
  call.task = root;
  world.apply(call);
  EXPECT_EQ(uids(root), (Ids{0, 1000, 0, 1000}));
}

TEST_F(ModelIdentity, WhatItWasCountsOnlyWhereItMatters) {
  const Task stranger{.tid = 50, .tgid = 50, .start_ns = 5};
  world.found(10);
  world.forks(stranger, 51);
  const Task task{.tid = 51, .tgid = 51, .start_ns = world.now() - 10};
  // Its user namespace is not known, so neither is which id of the host's this is.
  world.calls(task, "setresuid", {0, 0, 0});
  EXPECT_FALSE(world.identity(task).uids.known());
  world.calls(task, "setns", {3, 0}, [](Call& call) { call.args[0].file = namespace_file(CLONE_NEWUSER, 109); });
  world.calls(task, "setreuid", {0, kKeep});
  EXPECT_FALSE(world.identity(task).uids.known());
  world.calls(task, "setresuid", {5, 5, 5});
  EXPECT_TRUE(world.identity(task).uids.known());
  EXPECT_EQ(uids(task), (Ids{5, 5, 5, 5}));
}

TEST_F(ModelIdentity, GroupsAreTheHostsAndInOrder) {
  const Task root = world.found(10);
  const uint32_t groups[] = {30, 10, 20};
  world.calls(root, "setgroups", {3, memory_of(groups)});
  EXPECT_EQ(world.identity(root).groups.value, (std::vector<uint32_t>{10, 20, 30}));
  EXPECT_EQ(fields(), std::vector<std::string>{"groups"});
  world.calls(root, "setgroups", {0, null()});
  EXPECT_TRUE(world.identity(root).groups.value.empty());
  EXPECT_TRUE(world.identity(root).groups.known());
  world.calls(root, "setgroups", {3, faulted()});
  EXPECT_FALSE(world.identity(root).groups.known());
}

TEST_F(ModelIdentity, LimitsAreTheProcesses) {
  const Task leader = world.found(10);
  const Task thread = world.forks(leader, 11, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD);
  const uint64_t limit[] = {100, UINT64_MAX};
  world.calls(thread, "prlimit64", {0, RLIMIT_NOFILE, memory_of(limit), 0});
  EXPECT_EQ(world.identity(leader).limits.at(RLIMIT_NOFILE), (Identity::Limit{100, UINT64_MAX}));
  EXPECT_EQ(world.all<IdentityChanged>().size(), 2u);
  world.calls(leader, "setrlimit", {RLIMIT_CORE, memory_of(limit)});
  EXPECT_EQ(world.identity(thread).limits.at(RLIMIT_CORE).soft, 100u);
  // Asked for, not set.
  world.calls(leader, "prlimit64", {0, RLIMIT_CPU, null(), 0});
  EXPECT_FALSE(world.identity(leader).limits.contains(RLIMIT_CPU));
  const uint32_t narrow[] = {7, UINT32_MAX};
  Call call = made_call("setrlimit", {RLIMIT_CPU, memory_of(narrow)}, Abi::i386);
  call.task = leader;
  world.apply(call);
  EXPECT_EQ(world.identity(leader).limits.at(RLIMIT_CPU), (Identity::Limit{7, UINT64_MAX}));
  // They stay with who is made later.
  EXPECT_EQ(world.identity(world.forks(leader, 12)).limits.size(), 3u);
}

TEST_F(ModelIdentity, LimitsAreSetFromOutsideOfWhoJoinsAPidNamespace) {
  const Task runtime = world.found(10);
  // Made before anybody was traced: nobody tells in which one.
  const Task init = world.forks(runtime, 11, std::nullopt, [](Fork& fork) {
    fork.child_pids = {11, 2};
    fork.child_namespaces = with(kHost, {{CT_NS_PID, 500}, {CT_NS_PID_FOR_CHILDREN, 500}});
  });
  const uint64_t limit[] = {100, 200};
  world.calls(runtime, "prlimit64", {11, RLIMIT_NOFILE, memory_of(limit), 0});
  EXPECT_EQ(world.identity(init).limits.at(RLIMIT_NOFILE), (Identity::Limit{100, 200}));
  // In there it is another number.
  const Task other = world.forks(runtime, 2);
  world.calls(init, "prlimit64", {2, RLIMIT_CORE, memory_of(limit), 0});
  world.calls(init, "prlimit64", {10, RLIMIT_CORE, memory_of(limit), 0});
  EXPECT_TRUE(world.identity(init).limits.contains(RLIMIT_CORE));
  EXPECT_TRUE(world.identity(other).limits.empty());
  EXPECT_TRUE(world.identity(runtime).limits.empty());
}

TEST_F(ModelIdentity, KeyringAndPersonality) {
  const Task task = world.found(10);
  world.calls(task, "keyctl", {KEYCTL_JOIN_SESSION_KEYRING, "_ses.web"}, [](Call& call) { call.result = 12345; });
  EXPECT_EQ(world.identity(task).session_keyring.value, "_ses.web");
  EXPECT_EQ(fields(), std::vector<std::string>{"session_keyring"});
  world.calls(task, "keyctl", {KEYCTL_JOIN_SESSION_KEYRING, null()}, [](Call& call) { call.result = 12346; });
  EXPECT_EQ(world.identity(task).session_keyring.value, "(new)");
  world.calls(task, "keyctl", {KEYCTL_JOIN_SESSION_KEYRING, faulted()}, [](Call& call) { call.result = 12347; });
  EXPECT_FALSE(world.identity(task).session_keyring.known());
  world.calls(task, "personality", {UINT32_MAX}, [](Call& call) { call.result = 0x40000; });
  EXPECT_EQ(world.identity(task).personality.value, 0x40000u);
  EXPECT_EQ(world.identity(task).personality.evidence, Evidence::kObserved);
  world.calls(task, "personality", {8}, [](Call& call) { call.result = 0x40000; });
  EXPECT_EQ(world.identity(task).personality.value, 8u);
  EXPECT_EQ(fields(), std::vector<std::string>{"personality"});
}

TEST_F(ModelIdentity, AChildInheritsAllButTheDeathSignal) {
  const Task parent = world.found(10);
  world.calls(parent, "prctl", {1, 9});  // PR_SET_PDEATHSIG
  EXPECT_EQ(world.identity(parent).parent_death_signal.value, 9);
  world.calls(parent, "setgid", {7});
  const Task child = world.forks(parent, 11);
  EXPECT_EQ(world.identity(child).parent_death_signal.value, 0);
  EXPECT_EQ(gids(child), (Ids{7, 7, 7, 7}));
  EXPECT_EQ(world.identity(child).capabilities.evidence, Evidence::kInferred);
}

TEST_F(ModelIdentity, TheDeathSignalOfAProgram) {
  const auto after = [&](uint32_t tid, uint32_t uid, const World::EditSnapshot& program) {
    const Task task = world.found(tid);
    if (uid) world.calls(task, "setuid", {uid});
    world.calls(task, "prctl", {1, 9});
    world.executes(task, [&](Snapshot& snapshot) {
      snapshot.uid = snapshot.euid = snapshot.suid = snapshot.fsuid = uid;
      if (uid) snapshot.cap_permitted = snapshot.cap_effective = 0;
      program(snapshot);
    });
    return world.identity(task).parent_death_signal;
  };
  const auto is = [](Fact<int32_t> signal, int32_t number) { return signal.known() && signal.value == number; };
  for (const bool secure : {true, false})
    EXPECT_TRUE(
        is(after(20 + secure, 1000, [&](Snapshot& snapshot) { snapshot.secureexec = secure; }), secure ? 0 : 9));
  // It may be kept by AT_SECURE, and is lost with the ids.
  EXPECT_TRUE(is(after(30, 1000,
                       [](Snapshot& snapshot) {
                         snapshot.secureexec = false;
                         snapshot.euid = snapshot.fsuid = 1001;
                       }),
                 0));
  // Of a recording in which nothing tells it.
  EXPECT_TRUE(is(after(31, 0, [](Snapshot&) {}), 9));
  EXPECT_FALSE(after(32, 0, [](Snapshot& snapshot) { snapshot.exe->mode |= S_ISUID; }).known());
  const Fact<int32_t> maybe = after(33, 1000, [](Snapshot&) {});  // a file with capabilities, of which it got none
  EXPECT_FALSE(maybe.known());
  EXPECT_EQ(maybe.value, 9);
  EXPECT_TRUE(is(after(34, 1000, [](Snapshot& snapshot) { snapshot.cap_permitted = snapshot.cap_effective = 1; }), 0));
}

TEST_F(ModelIdentity, WhoBecomesSomebodyElseLosesTheDeathSignalAndMaybeItsDumps) {
  const Task task = world.found(10);
  world.calls(task, "prctl", {1, 9});
  world.calls(task, "prctl", {4, 1});  // PR_SET_DUMPABLE
  const Task thread = world.forks(task, 11, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD);
  const Task borrower = world.forks(task, 12, CLONE_VM | CLONE_VFORK);
  EXPECT_TRUE(world.identity(thread).dumpable.value);
  world.calls(borrower, "setresgid", {5, kKeep, 5});  // the real and the saved one do not count
  EXPECT_TRUE(world.identity(task).dumpable.known());
  world.calls(borrower, "setuid", {1000});
  // The memory is theirs, too.
  EXPECT_FALSE(world.identity(task).dumpable.known());
  EXPECT_FALSE(world.identity(thread).dumpable.known());
  EXPECT_EQ(world.identity(task).parent_death_signal.value, 9);
  world.calls(task, "prctl", {4, 0});
  EXPECT_EQ(world.identity(borrower).dumpable.value, false);
  EXPECT_TRUE(world.identity(borrower).dumpable.known());
}

}  // namespace
}  // namespace cttrace
