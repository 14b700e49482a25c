// The value of --at.
#include "cli/moment_name.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "made_events.h"

namespace cttrace {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

class At : public testing::Test {
 protected:
  void SetUp() override {
    setenv("TZ", "UTC", 1);
    tzset();
    info_.start_ns = 5 * kSecond;
    // Tracing began on 2023-11-14 at 22:13:20.5 UTC.
    info_.realtime_offset_ns = static_cast<int64_t>(1'700'000'000 * kSecond + kSecond / 2 - info_.start_ns);
  }

  // The last nanosecond after the beginning that is in the state.
  int64_t since_start(const std::string& text) const {
    const Result<MomentName> when = parse_moment(text);
    EXPECT_TRUE(when) << text;
    if (!when) return -1;
    const Result<MomentSpan> span = moment_in(*when, info_);
    EXPECT_TRUE(span) << text << ": " << span.error().line();
    if (!span) return -1;
    EXPECT_EQ(span->event, 0u) << text;
    EXPECT_LE(span->first_ns, span->last_ns) << text;
    return static_cast<int64_t>(span->last_ns - info_.start_ns);
  }
  // The first one that is printed so.
  int64_t first_since_start(const std::string& text) const {
    return static_cast<int64_t>(moment_in(*parse_moment(text), info_)->first_ns - info_.start_ns);
  }
  std::string refused(const std::string& text) const {
    const Result<MomentName> when = parse_moment(text);
    if (!when) {
      EXPECT_EQ(when.error().exit_status, 2);
      return when.error().line();
    }
    const Result<MomentSpan> span = moment_in(*when, info_);
    EXPECT_FALSE(span) << text;
    return span ? std::string() : span.error().line();
  }

  TraceInfo info_ = made_info();
};

TEST_F(At, ANumberIsAnEvents) {
  for (const auto& [text, number] :
       {std::pair<const char*, uint64_t>{"1", 1}, {"57", 57}, {"1700000000", 1700000000}}) {
    const Result<MomentName> when = parse_moment(text);
    ASSERT_TRUE(when) << text;
    EXPECT_EQ(moment_in(*when, info_)->event, number);
  }
}

TEST_F(At, ATimeAfterTheBeginningHasAUnit) {
  EXPECT_EQ(since_start("+12.5ms"), 12'500'000);
  EXPECT_EQ(since_start("12.5ms"), 12'500'000);
  EXPECT_EQ(since_start("+12.5 ms"), 12'500'000);
  EXPECT_EQ(since_start("0.3s"), 300'000'000);
  EXPECT_EQ(since_start("3us"), 3000);
  EXPECT_EQ(since_start("7ns"), 7);
  EXPECT_EQ(since_start("0ms"), 0);
  EXPECT_EQ(since_start("1.0000000019s"), 1'000'000'001);  // what is below a nanosecond is nothing
}

TEST_F(At, OfAPrintedTimeEverythingThatIsPrintedSo) {
  EXPECT_EQ(since_start("22:13:20"), 499'999'999);  // -t: to the end of the second
  EXPECT_EQ(since_start("22:13:21"), 1'499'999'999);
  EXPECT_EQ(since_start("22:13:20.600000"), 100'000'999);  // -tt: to the end of the microsecond
  EXPECT_EQ(since_start("1700000000.600000"), 100'000'999);
  EXPECT_EQ(since_start("2023-11-14T22:13:20.600000Z"), 100'000'999);
  EXPECT_EQ(since_start("22:13:20.600000001"), 100'000'001);
}

TEST_F(At, AFractionIsOfMicroseconds) {
  EXPECT_EQ(since_start("22:13:20.6"), 100'000'999);
  EXPECT_EQ(since_start("22:13:20.60"), 100'000'999);
  EXPECT_EQ(since_start("1700000000.6"), 100'000'999);
  EXPECT_EQ(since_start("2023-11-14T22:13:20.6Z"), 100'000'999);
}

TEST_F(At, APrintedTimeBeginsWhereItIsPrintedFirst) {
  EXPECT_EQ(first_since_start("22:13:20"), 0);  // not before the trace
  EXPECT_EQ(first_since_start("22:13:21"), 500'000'000);
  EXPECT_EQ(first_since_start("22:13:20.600000"), 100'000'000);
}

TEST_F(At, AStoryCountsFromItsContainersFirstEvent) {
  const auto in_story = [&](const std::string& text) {
    const Result<MomentName> when = parse_moment(text);
    EXPECT_TRUE(when && when->kind == MomentName::Kind::kInStory) << text;
    const MomentName then = cttrace::since_start(*when, info_.start_ns + kSecond, info_);
    const Result<MomentSpan> span = moment_in(then, info_);
    EXPECT_TRUE(span);
    return std::pair(span->first_ns - info_.start_ns - kSecond, span->last_ns - info_.start_ns - kSecond);
  };
  // What is printed as 58.4 ms.
  const std::pair<uint64_t, uint64_t> printed{58'350'000, 58'449'999};
  EXPECT_EQ(in_story("web+58.4ms"), printed);
  EXPECT_EQ(in_story("web+58.4 ms"), printed);
  EXPECT_EQ(in_story("web+0.0584s"), printed);
  EXPECT_EQ(in_story("web+58ms").second, 58'049'999u);
  EXPECT_EQ(in_story("web+0ms").second, 49'999u);
  EXPECT_EQ(in_story("web+58.412345ms"), std::pair(uint64_t{58'412'345}, uint64_t{58'412'345}));
  // Not before the trace.
  const MomentName at_once = cttrace::since_start(*parse_moment("web+0ms"), info_.start_ns, info_);
  EXPECT_EQ(moment_in(at_once, info_)->first_ns, info_.start_ns);
  EXPECT_EQ(parse_moment("a+b+1ms")->container, "a+b");
  for (const char* text : {"web+", "web+5", "web+x", "web+22:13:20"})
    EXPECT_NE(refused(text).find("cannot use --at"), std::string::npos) << text;
}

TEST_F(At, ATimeOfDayIsTheNextOne) {
  EXPECT_EQ(since_start("22:13:19"), static_cast<int64_t>((86400 - 1) * kSecond + kSecond / 2 - 1));
  EXPECT_EQ(since_start("00:00:00"), static_cast<int64_t>(6400 * kSecond + kSecond / 2 - 1));
}

TEST_F(At, ATimeOfDayIsInTheTimeZoneHere) {
  setenv("TZ", "UTC-2", 1);  // two hours ahead
  tzset();
  EXPECT_EQ(since_start("00:13:21"), 1'499'999'999);
}

TEST_F(At, WhatIsNoMoment) {
  for (const char* text :
       {"", "x", "-1", "+5", "5m", "12.5", "1.2.3s", "ms", "+ms", "24:00:00", "22:60:00", "22:13:61", "2:13:20",
        "22:13:20.", "2023-11-14", "2023-13-14T22:13:20Z", "99999999999999999999", "99999999999s", "1e3s"})
    EXPECT_NE(refused(text).find("cannot use --at"), std::string::npos) << text;
  EXPECT_NE(refused("0").find("events are counted from 1"), std::string::npos);
  EXPECT_NE(refused("12.5").find("a unit is missing"), std::string::npos);
}

TEST_F(At, BeforeTheBeginning) {
  EXPECT_EQ(refused("1699999999.000000"),
            "cannot use --at: that is 1.499 s before the trace begins (see cttrace --help)");
  EXPECT_NE(refused("1700000000.499999").find("that is 1 ns before the trace begins"), std::string::npos);
  EXPECT_NE(refused("1700000000.499000").find("that is 999.001 us before the trace begins"), std::string::npos);
  EXPECT_NE(refused("2023-11-13T22:13:20Z").find("before the trace begins"), std::string::npos);
}

}  // namespace
}  // namespace cttrace
