// Reading tests of policies, and comparing.
#include "check/policy_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "check/json_reading.h"
#include "render/json_values.h"

namespace cttrace {
namespace {

struct InvalidTest {
  std::string place, why;
};

std::string text_at(const Json& object, const std::string& key, const std::string& place, bool required) {
  if (!object.contains(key)) {
    if (required) throw InvalidTest{place, "\"" + key + "\" is missing"};
    return {};
  }
  if (!object[key].is_string() || object[key].get_ref<const std::string&>().empty())
    throw InvalidTest{place + "." + key, "it must be text, and not empty"};
  return object[key].get<std::string>();
}

void check_keys(const Json& object, const std::string& place, std::initializer_list<std::string_view> keys) {
  if (!object.is_object()) throw InvalidTest{place, "it must be an object"};
  for (const auto& [key, value] : object.items())
    if (std::ranges::find(keys, key) == keys.end()) throw InvalidTest{place + "." + key, "there is no such key"};
}

const Json& array_at(const Json& object, const std::string& key, const std::string& place) {
  if (!object.contains(key) || !object[key].is_array()) throw InvalidTest{place, "\"" + key + "\" must be a list"};
  return object[key];
}

ExpectedFinding finding_at(const Json& json, const std::string& place) {
  check_keys(json, place, {"rule", "subject", "container", "verdict"});
  ExpectedFinding finding{.rule = text_at(json, "rule", place, true),
                          .subject = text_at(json, "subject", place, false),
                          .container = text_at(json, "container", place, false)};
  const std::string verdict = text_at(json, "verdict", place, false);
  if (verdict == verdict_name(Verdict::kCannotJudge)) {
    finding.verdict = Verdict::kCannotJudge;
  } else if (!verdict.empty() && verdict != verdict_name(Verdict::kBroken)) {
    throw InvalidTest{place + ".verdict", "it must be broken or cannot-judge"};
  }
  return finding;
}

PolicyCase case_at(const Json& json, const std::string& place) {
  check_keys(json, place, {"recording", "findings"});
  PolicyCase one{.recording = text_at(json, "recording", place, true)};
  const Json& findings = array_at(json, "findings", place);
  for (size_t i = 0; i < findings.size(); ++i)
    one.findings.push_back(finding_at(findings[i], fmt::format("{}.findings[{}]", place, i)));
  return one;
}

bool is_as(const Finding& finding, const ExpectedFinding& expected) {
  return finding.verdict == expected.verdict && finding.rule == expected.rule &&
         (expected.subject.empty() || finding.subject == expected.subject) &&
         (expected.container.empty() || finding.container == expected.container);
}

}  // namespace

Result<PolicyTest> parse_policy_test(std::string_view text, const std::string& name) {
  const Result<Json> json = parse_json_text(text, "the test", name);
  if (!json) return json.error();
  try {
    check_keys(*json, "the test", {"policy", "cases"});
    PolicyTest test{.policy = text_at(*json, "policy", "the test", true)};
    const Json& cases = array_at(*json, "cases", "the test");
    for (size_t i = 0; i < cases.size(); ++i) test.cases.push_back(case_at(cases[i], fmt::format("cases[{}]", i)));
    if (test.cases.empty()) throw InvalidTest{"cases", "there is none"};
    return test;
  } catch (const InvalidTest& invalid) {
    return Error{.what = "use the test", .subject = name, .why = invalid.place + ": " + invalid.why, .exit_status = 2};
  }
}

std::vector<std::string> differences(const PolicyCase& expected, const Report& report) {
  std::vector<std::string> lines;
  for (const std::string& why : report.cannot_judge) lines.push_back("it cannot be judged: " + why);
  for (const ExpectedFinding& each : expected.findings) {
    const bool found =
        std::ranges::any_of(report.findings, [&](const Finding& finding) { return is_as(finding, each); });
    if (!found)
      lines.push_back(fmt::format("not found: {} {}{}{}", each.rule, verdict_name(each.verdict),
                                  each.subject.empty() ? "" : ", of " + each.subject,
                                  each.container.empty() ? "" : ", in " + each.container));
  }
  for (const Finding& finding : report.findings) {
    if (finding.verdict != Verdict::kBroken && finding.verdict != Verdict::kCannotJudge) continue;
    const bool known = std::ranges::any_of(expected.findings, [&](const auto& each) { return is_as(finding, each); });
    if (!known)
      lines.push_back(fmt::format("not expected: {} {}, in {}: {}", finding.rule, verdict_name(finding.verdict),
                                  finding.container, finding.message));
  }
  return lines;
}

}  // namespace cttrace
