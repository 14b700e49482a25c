// -e status=, -z, -Z: which calls are shown.
#include "render/filter.h"

#include <gtest/gtest.h>

#include "made_events.h"

namespace cttrace {
namespace {

Call call_with(Outcome outcome, int64_t result) {
  Call call = made_call("fork", {});
  call.outcome = outcome;
  call.result = result;
  return call;
}

TEST(Filter, Failures) {
  EXPECT_TRUE(has_failed(call_with(Outcome::kReturned, -1)));
  EXPECT_TRUE(has_failed(call_with(Outcome::kReturned, -4095)));
  EXPECT_FALSE(has_failed(call_with(Outcome::kReturned, -4096)));  // IS_ERR_VALUE of the kernel
  EXPECT_FALSE(has_failed(call_with(Outcome::kReturned, 0)));
  EXPECT_FALSE(has_failed(call_with(Outcome::kReturned, INT64_MIN)));
  EXPECT_TRUE(has_failed(call_with(Outcome::kDeniedBySeccomp, -1)));
  EXPECT_FALSE(has_failed(call_with(Outcome::kAnsweredBySeccomp, 0)));
  EXPECT_FALSE(has_failed(call_with(Outcome::kDidNotReturn, -1)));
  EXPECT_FALSE(has_failed(call_with(Outcome::kReturnLost, -1)));
}

TEST(Filter, EveryCallHasExactlyOneStatus) {
  const StatusFilter none = {.successful = false, .failed = false, .unfinished = false, .unavailable = false};
  StatusFilter successful = none, failed = none, unfinished = none, unavailable = none;
  successful.successful = failed.failed = unfinished.unfinished = unavailable.unavailable = true;
  const auto shown = [&](const Call& call) {
    EXPECT_TRUE(is_shown(call, {}));
    EXPECT_FALSE(is_shown(call, none));
    std::string by;
    if (is_shown(call, successful)) by += "successful";
    if (is_shown(call, failed)) by += "failed";
    if (is_shown(call, unfinished)) by += "unfinished";
    if (is_shown(call, unavailable)) by += "unavailable";
    return by;
  };
  EXPECT_EQ(shown(call_with(Outcome::kReturned, 0)), "successful");
  EXPECT_EQ(shown(call_with(Outcome::kAnsweredBySeccomp, 0)), "successful");
  EXPECT_EQ(shown(call_with(Outcome::kReturned, -2)), "failed");
  EXPECT_EQ(shown(call_with(Outcome::kDeniedBySeccomp, -1)), "failed");
  EXPECT_EQ(shown(call_with(Outcome::kDidNotReturn, 0)), "unfinished");
  EXPECT_EQ(shown(call_with(Outcome::kReturnLost, 0)), "unavailable");
}

}  // namespace
}  // namespace cttrace
