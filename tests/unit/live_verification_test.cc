// --verify as it is traced: which containers must have been compared, and what is said of those that were not.
#include "cli/live_verification.h"

#include <gtest/gtest.h>

#include "records.h"
#include "story_world.h"

namespace cttrace::test {
namespace {

using NotVerified = std::map<std::string, uint64_t>;

class LiveVerified : public testing::Test {
 protected:
  LiveVerified() {
    init_ = world_.clones(runtime_, kInit, kMountsAndPids, {kInit, 1}, kInside);
    world_.runs_in(init_, {"/bin/app"}, kInside, {kInit, 1});
    inside_ = world_.state();
  }

  // The container, as it is told: its program has ended by now.
  Container container(Ending ending) {
    Container told;
    told.set_up.ending = ending;
    told.set_up.program = id_of(init_);
    told.set_up.state = &inside_;
    return told;
  }
  // Nobody of this number runs.
  void executes_what_is_gone() {
    auto record = executes().at(world_.now()).by(kInit, kInit, init_.start_ns);
    std::copy(kInside.begin(), kInside.end(), std::begin(record.body.ns));
    const std::string bytes = record;
    verification_.see(std::as_bytes(std::span(bytes)));
  }
  NotVerified not_verified() {
    verification_.finish(world_.model());
    EXPECT_EQ(verification_.report().containers, 0u);
    return verification_.report().not_verified;
  }

  static constexpr uint32_t kInit = 0x7ffffff0;
  StoryWorld world_;
  Task runtime_ = world_.starts(50, {"/usr/bin/made-up", "run", "web"});
  Task init_;
  State inside_;
  LiveVerification verification_;
};

TEST_F(LiveVerified, AProgramThatHasEndedWasExpectedToBeCompared) {
  world_.ends(init_);
  world_.goes_on(runtime_);
  verification_.told(container(Ending::kHandedOver), world_.state());
  EXPECT_EQ(not_verified(), (NotVerified{{"never read", 1}}));
}

TEST_F(LiveVerified, WhatFailedIsNotExpected) {
  verification_.told(container(Ending::kFailed), world_.state());
  EXPECT_EQ(not_verified(), NotVerified());
}

TEST_F(LiveVerified, HowManyProgramsAreLookedAtIsSaidWhereItWasNotEnough) {
  for (int i = 0; i < 9; ++i) executes_what_is_gone();
  verification_.told(container(Ending::kHandedOver), world_.state());
  EXPECT_EQ(not_verified(), (NotVerified{{"more than 8 programs had been executed in it", 1}}));
}

// Without a word of it nobody knows what was no container.
TEST_F(LiveVerified, WhoIsInNoContainerThatIsToldCountsOnlyWhereNoneIsTold) {
  for (int i = 0; i < 9; ++i) executes_what_is_gone();
  EXPECT_EQ(not_verified(), (NotVerified{{"more than 8 programs had been executed in it", 1}}));
  verification_.told(container(Ending::kFailed), world_.state());
  EXPECT_EQ(not_verified(), NotVerified());
}

}  // namespace
}  // namespace cttrace::test
