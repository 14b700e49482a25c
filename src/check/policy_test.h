// Tests that the author of a policy writes: recordings, and what has to be found in each. docs/schema/policy-test.json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "check/finding.h"

namespace cttrace {

struct ExpectedFinding {
  std::string rule = {};
  std::string subject = {};            // empty: whatever it is about
  std::string container = {};          // empty: whichever it is in
  Verdict verdict = Verdict::kBroken;  // or kCannotJudge
};

struct PolicyCase {
  std::string recording = {};  // as written: from the folder of the test file
  std::vector<ExpectedFinding> findings = {};
};

struct PolicyTest {
  std::string policy = {};  // a file, from the folder of the test file; or the name of one that is built in
  std::vector<PolicyCase> cases = {};
};

// Errors (exit_status 2) name `name`, and the place in it.
Result<PolicyTest> parse_policy_test(std::string_view text, const std::string& name);

// What differs between what was expected and what was found broken or undecided, one line each; empty: nothing. Why the
// recording as a whole cannot be judged differs from all that can be expected.
std::vector<std::string> differences(const PolicyCase& expected, const Report& report);

}  // namespace cttrace
