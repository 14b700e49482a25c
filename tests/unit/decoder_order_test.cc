// Events are told in the order in which they began, as soon as nothing earlier can come.
#include <gtest/gtest.h>

#include "decode/decoder.h"
#include "records.h"

namespace cttrace::test {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kLong = 10 * kSecond;  // longer than anything is waited for

// A decoder, and the times of what it has told so far.
struct Told {
  std::vector<uint64_t> times;
  Decoder decoder{[this](Event&& event) { times.push_back(start_of(event)); }};

  void feed(const Records& records) {
    for (const std::string& record : records) decoder.feed(std::as_bytes(std::span(record)));
  }
};

using Times = std::vector<uint64_t>;

std::string fork_at(uint64_t time_ns) { return forks(50).at(time_ns); }

TEST(DecoderOrder, NothingIsToldBeforeItIsKnownToBeNext) {
  Told told;
  told.feed({fork_at(300), fork_at(100)});
  EXPECT_EQ(told.times, Times{});
  told.feed({tick(200)});
  EXPECT_EQ(told.times, (Times{100}));
  told.feed({fork_at(250), tick(300)});
  EXPECT_EQ(told.times, (Times{100, 250}));  // another one of time 300 may still come
  told.feed({tick(301)});
  EXPECT_EQ(told.times, (Times{100, 250, 300}));
}

TEST(DecoderOrder, TicksDoNotGoBack) {
  Told told;
  told.feed({tick(500), fork_at(400), tick(300)});
  EXPECT_EQ(told.times, (Times{400}));
}

TEST(DecoderOrder, WhatComesBehindATickThatPromisedOtherwiseIsCounted) {
  Told told;
  told.feed({fork_at(300), tick(200), fork_at(200), tick(150)});
  EXPECT_EQ(told.decoder.bad_records().late, 0u);
  told.feed({fork_at(199), tick(301)});
  EXPECT_EQ(told.decoder.bad_records().late, 1u);
  EXPECT_EQ(told.times, (Times{199, 200, 300}));
  told.feed({fork_at(250)});
  told.decoder.finish();
  EXPECT_EQ(told.times, (Times{199, 200, 300, 250}));
  EXPECT_EQ(told.decoder.bad_records().late, 2u);
  EXPECT_EQ(told.decoder.bad_records().malformed, 0u);
}

TEST(DecoderOrder, WhatWasKeptIsNotLate) {
  Told told;
  const Args args = {2, kPointer, 3};
  told.feed({fork_at(300), tick(400)});
  told.feed({returns("write", args, 3).at(250).entered_at(200).flagged(CT_FLAG_WORDS | CT_FLAG_KEPT), ends(0).at(450)});
  told.feed({tick(500)});
  EXPECT_EQ(told.decoder.bad_records().late, 0u);
  EXPECT_EQ(told.times, (Times{300, 200, 450}));
}

TEST(DecoderOrder, EventsOfOneTimeComeAsTheyArrived) {
  std::vector<uint32_t> children;
  Decoder decoder([&](Event&& event) { children.push_back(std::get<Fork>(event).child.tid); });
  for (uint32_t child = 10; child < 40; ++child) {
    const std::string record = forks(child).at(100);
    decoder.feed(std::as_bytes(std::span(record)));
  }
  decoder.finish();
  ASSERT_EQ(children.size(), 30u);
  EXPECT_TRUE(std::is_sorted(children.begin(), children.end()));
}

TEST(DecoderOrder, ACallHoldsUpWhatBeganAfterIt) {
  Told told;
  told.feed({enters("fork", {}).at(100).by(7), fork_at(150), fork_at(90), tick(200)});
  EXPECT_EQ(told.times, (Times{90}));
  told.feed({returns("fork", {}, 50).at(210).by(7).entered_at(100), tick(220)});
  EXPECT_EQ(told.times, (Times{90, 100, 150}));
}

TEST(DecoderOrder, ACallThatBlocksIsNotWaitedForForever) {
  Told told;
  told.feed({enters("fork", {}).at(100).by(7), fork_at(150), tick(200)});
  EXPECT_EQ(told.times, Times{});
  told.feed({enters("fork", {}).at(kLong).by(8), fork_at(kLong + 50), tick(kLong + 100)});
  EXPECT_EQ(told.times, (Times{150}));  // the younger call is waited for
  told.feed({returns("fork", {}, 50).at(kLong + 200).by(8).entered_at(kLong),
             returns("fork", {}, 50).at(kLong + 300).by(7).entered_at(100), tick(kLong + 400)});
  EXPECT_EQ(told.times, (Times{150, 100, kLong, kLong + 50}));
}

TEST(DecoderOrder, FinishTellsEverything) {
  Told told;
  told.feed({fork_at(300), enters("fork", {}).at(100).by(7), fork_at(200)});
  told.decoder.finish();
  EXPECT_EQ(told.times, (Times{100, 200, 300}));
}

TEST(DecoderOrder, WithoutTicksMemoryIsBounded) {
  Told told;
  const std::string record = fork_at(100);
  for (size_t i = 0; i < 100'000; ++i) told.decoder.feed(std::as_bytes(std::span(record)));
  EXPECT_GT(told.times.size(), 0u);
}

TEST(DecoderOrder, MemoryIsBoundedInBytesToo) {
  constexpr size_t kRecords = 6000, kMost_bytes = 256u << 20;
  const std::string longest(60'000, 'x');
  Told forks, calls;
  for (uint32_t tid = 1; tid <= kRecords; ++tid) {
    forks.feed({test::forks(50).at(tid).string(CT_ARG_CGROUP, longest)});
    calls.feed({enters("chdir", {kPointer}).at(tid).by(tid).string(0, longest)});
  }
  // What is told is given up: it need not wait, or has not returned.
  EXPECT_GE(forks.times.size(), kRecords - kMost_bytes / longest.size());
  calls.feed({tick(kRecords + 1)});
  EXPECT_GE(calls.times.size(), kRecords - kMost_bytes / longest.size());
  EXPECT_LT(calls.times.size(), kRecords);
}

TEST(DecoderOrder, WithoutReturnsMemoryIsBounded) {
  // More threads in calls than any trace has: the oldest are given up.
  size_t lost = 0, told = 0;
  Decoder decoder([&](Event&& event) {
    ++told;
    lost += std::get<Call>(event).outcome == Outcome::kReturnLost;
  });
  constexpr uint32_t kThreads = 140'000;
  auto entry = enters("fork", {});
  for (uint32_t tid = 1; tid <= kThreads; ++tid) {
    const std::string record = entry.at(tid).by(tid);
    decoder.feed(std::as_bytes(std::span(record)));
  }
  decoder.finish();
  EXPECT_EQ(told, kThreads);
  EXPECT_EQ(lost, kThreads - (1u << 17));
}

TEST(DecoderOrder, ManyCallsAtOneTimeEndQuickly) {
  // Quadratic work would take minutes, and be ended by the test's time limit.
  Told told;
  constexpr uint32_t kThreads = 60'000;
  auto entry = enters("fork", {}).at(100);
  auto exit = returns("fork", {}, 1).at(200).entered_at(100);
  for (uint32_t tid = 1; tid <= kThreads; ++tid) told.feed({entry.by(tid)});
  for (uint32_t tid = kThreads; tid > 0; --tid) told.feed({exit.by(tid)});
  told.decoder.finish();
  EXPECT_EQ(told.times, Times(kThreads, 100));
}

TEST(DecoderOrder, CallsThatReturnInAnyOrderAreToldAsTheyBegan) {
  constexpr uint32_t kCalls = 3000;
  Told told;
  Times began;
  for (uint32_t i = 0; i < kCalls; ++i) {
    began.push_back(1000 + i);
    told.feed({enters("chdir", {kPointer}).at(1000 + i).by(100 + i)});
  }
  // The first half returns from its last to its first, and none of it may be told before the first has.
  for (uint32_t i = kCalls / 2; i > 0; --i) {
    EXPECT_EQ(told.times, Times{});
    told.feed({returns("chdir", {kPointer}, 0).at(9000 - i).by(99 + i).entered_at(999 + i), tick(9000 - i)});
  }
  EXPECT_EQ(told.times, (Times{began.begin(), began.begin() + kCalls / 2}));
  told.decoder.finish();
  EXPECT_EQ(told.times, began);
}

TEST(DecoderOrder, TicksChangeWhenEventsAreToldAndNotWhich) {
  const Records happened = {enters("fork", {}).at(100).by(7),
                            fork_at(120),
                            enters("chdir", {kPointer}).at(130).by(8),
                            returns("fork", {}, 50).at(140).by(7).entered_at(100),
                            executes().at(160).by(50),
                            returns("chdir", {kPointer}, 0).at(170).by(8).entered_at(130),
                            ends(0).at(180).by(50)};
  Told at_once;
  at_once.feed(happened);
  at_once.decoder.finish();
  EXPECT_EQ(at_once.times, (Times{100, 120, 130, 160, 180}));
  // A tick anywhere says that all records of earlier times have come: each is as late as its own time.
  for (size_t place = 0; place <= happened.size(); ++place) {
    const Times times = {0, 100, 120, 130, 140, 160, 170, 180};
    Told in_parts;
    for (size_t i = 0; i < happened.size(); ++i) {
      if (i == place) in_parts.feed({tick(times[i])});
      in_parts.feed({happened[i]});
    }
    in_parts.decoder.finish();
    EXPECT_EQ(in_parts.times, at_once.times) << "with a tick before record " << place;
  }
}

}  // namespace
}  // namespace cttrace::test
