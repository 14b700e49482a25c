// What reports have in common.
#include "check/reports.h"

#include <algorithm>

namespace cttrace {

Verdict verdict_of(std::span<const Report> reports) {
  Verdict worst = Verdict::kHolds;
  for (const Report& report : reports)
    if (!report.forgiven) worst = std::max(worst, verdict_of(report));
  return worst;
}

std::string expectation_words(const Finding& finding) {
  if (finding.expected.empty() && finding.found.empty()) return {};
  if (finding.found.empty()) return "expected: " + finding.expected;
  if (finding.expected.empty()) return "found: " + finding.found;
  return "expected: " + finding.expected + "; found: " + finding.found;
}

const RuleWords* find_rule(const Report& report, const std::string& id) {
  const auto found = std::ranges::find(report.rules, id, &RuleWords::id);
  return found == report.rules.end() ? nullptr : &*found;
}

}  // namespace cttrace
