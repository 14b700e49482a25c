// Names of verdicts and consequences, and what findings come to.
#include "check/finding.h"

#include <algorithm>

namespace cttrace {

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kHolds: return "holds";
    case Verdict::kNoted: return "noted";
    case Verdict::kNotVisible: return "not-visible";
    case Verdict::kCannotJudge: return "cannot-judge";
    case Verdict::kBroken: return "broken";
  }
  return {};
}

std::string_view consequence_name(Consequence consequence) {
  switch (consequence) {
    case Consequence::kNone: return "none";
    case Consequence::kWeaker: return "weaker";
    case Consequence::kStronger: return "stronger";
    case Consequence::kEqual: return "equal";
    case Consequence::kOnlyHow: return "only-how";
    case Consequence::kOnlyCost: return "only-cost";
  }
  return {};
}

std::string_view consequence_words(Consequence consequence) {
  switch (consequence) {
    case Consequence::kNone: return {};
    case Consequence::kWeaker: return "isolation is weaker";
    case Consequence::kStronger: return "isolation is stronger";
    case Consequence::kEqual: return "neither weaker nor stronger";
    case Consequence::kOnlyHow: return "the same container, made differently";
    case Consequence::kOnlyCost: return "the same container, at another cost";
  }
  return {};
}

Verdict verdict_of(const Report& report) {
  if (!report.cannot_judge.empty()) return Verdict::kCannotJudge;
  Verdict worst = Verdict::kHolds;
  for (const Finding& finding : report.findings) {
    const bool decides = finding.verdict == Verdict::kBroken || finding.verdict == Verdict::kCannotJudge;
    if (decides) worst = std::max(worst, finding.verdict);
  }
  return worst;
}

int exit_status(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBroken: return 1;
    case Verdict::kCannotJudge: return 2;
    default: return 0;
  }
}

size_t count_of(const Report& report, Verdict verdict) {
  return static_cast<size_t>(std::ranges::count(report.findings, verdict, &Finding::verdict));
}

}  // namespace cttrace
