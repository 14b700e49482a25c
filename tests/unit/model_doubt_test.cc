// After a loss nothing is claimed that a lost call may have changed.
#include <gtest/gtest.h>

#include "model_world.h"

namespace cttrace {
namespace {

Loss loss(ct_loss_kind kind, uint64_t count) {
  Loss loss;
  loss.counts[kind] = count;
  return loss;
}

struct ModelDoubt : testing::Test {
  World world;
  Task task = world.found(10);

  bool doubted() const {
    const TaskState& state = world.task(task);
    return !state.namespaces[CT_NS_MNT].known() && !state.identity.uids.known() && !state.identity.capabilities.known();
  }
};

TEST_F(ModelDoubt, LostRecordsMakeUnknownWhatTheyMayHaveChanged) {
  for (const ct_loss_kind kind : {CT_LOSS_RING_FULL, CT_LOSS_TASKS_FULL, CT_LOSS_SCRATCH_BUSY}) {
    World fresh;
    const Task one = fresh.found(10, [](Snapshot& snapshot) {
      snapshot.no_new_privs = true;
      snapshot.seccomp_mode = 2;
    });
    fresh.apply(loss(kind, 3));
    EXPECT_EQ(fresh.state().doubtful_since, fresh.state().event);
    EXPECT_NE(fresh.state().doubt.find("3 records"), std::string::npos);
    EXPECT_EQ(fresh.all<BecameUnknown>().size(), 1u);
    EXPECT_FALSE(fresh.identity(one).uids.known());
    EXPECT_FALSE(fresh.identity(one).seccomp_filters.known());
    EXPECT_FALSE(fresh.task(one).namespaces[CT_NS_NET].known());
    // Which can only be set.
    EXPECT_TRUE(fresh.identity(one).no_new_privs.known());
    EXPECT_TRUE(fresh.identity(one).seccomp_mode.known());
    // Maps are written once.
    EXPECT_TRUE(fresh.ns(one, CT_NS_USER).uid_map.known());
    EXPECT_EQ(fresh.ns(one, CT_NS_MNT).inode, 100u);
  }
}

TEST_F(ModelDoubt, WhatIsOnlyCutShortIsNoLossOfACall) {
  for (const ct_loss_kind kind : {CT_LOSS_READ_FAULT, CT_LOSS_TRUNCATED, CT_LOSS_PATH_DEPTH, CT_LOSS_RECORD_CUT})
    world.apply(loss(kind, 3));
  EXPECT_FALSE(world.state().doubtful_since);
  EXPECT_FALSE(doubted());
}

TEST_F(ModelDoubt, LossesAreCountedFromTheBeginning) {
  world.apply(loss(CT_LOSS_RING_FULL, 3));
  const auto since = world.state().doubtful_since;
  world.apply(world.snapshot(task));
  for (int i = 0; i < 100; ++i) world.goes_on(task);
  world.apply(loss(CT_LOSS_RING_FULL, 3));  // the same again
  EXPECT_FALSE(doubted());
  world.apply(loss(CT_LOSS_RING_FULL, 4));
  EXPECT_TRUE(doubted());
  EXPECT_EQ(world.state().doubtful_since, since);
}

TEST_F(ModelDoubt, ACallOfWhichHalfIsLostSaysThatSomethingIs) {
  world.calls(task, "setuid", {5}, [](Call& call) { call.outcome = Outcome::kReturnLost; });
  EXPECT_TRUE(doubted());
  EXPECT_NE(world.state().doubt.find("setuid"), std::string::npos);
  World other;
  const Task one = other.found(10);
  other.calls(one, "chdir", {"/x"}, [](Call& call) { call.enter_lost = true; });
  EXPECT_TRUE(other.state().doubtful_since);
  EXPECT_FALSE(other.identity(one).uids.known());
}

TEST_F(ModelDoubt, NothingContradictsWhoIsInDoubt) {
  world.apply(loss(CT_LOSS_RING_FULL, 1));
  world.executes(task, [](Snapshot& snapshot) {
    snapshot.uid = 7;
    snapshot.namespaces[CT_NS_NET] = 300;
  });
  EXPECT_TRUE(world.all<Contradicted>().empty());
  EXPECT_TRUE(world.identity(task).uids.known());
  world.executes(task);
  EXPECT_TRUE(world.all<Contradicted>().empty());
}

TEST_F(ModelDoubt, ManyLossesCostNoMoreThanTheEventsBetweenThem) {
  for (uint32_t tid = 100; tid < 600; ++tid) world.forks(task, tid);
  size_t swept = 0;
  for (uint64_t i = 1; i <= 400; ++i) {
    world.apply(loss(CT_LOSS_RING_FULL, i));
    swept += world.all<BecameUnknown>().size();
  }
  EXPECT_EQ(swept, 1u);
  for (int i = 0; i < 400; ++i) world.goes_on(task);
  world.apply(loss(CT_LOSS_RING_FULL, 1000));
  EXPECT_EQ(world.all<BecameUnknown>().size(), 1u);
}

}  // namespace
}  // namespace cttrace
