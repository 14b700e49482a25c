// A report as JUnit XML, of which there is no standard: only what all of its readers know.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/escape.h"
#include "check/reports.h"

namespace cttrace {
namespace {

// XML 1.0 has no way to write control characters, nor U+FFFE and U+FFFF: these become what a person would be shown.
std::string xml(std::string_view text) {
  std::string out;
  const std::string safe = escape_rest_for_terminal(text);
  for (size_t at = 0; at < safe.size();) {
    char32_t character = 0;
    const size_t length = std::max<size_t>(utf8_character(std::string_view(safe).substr(at), character), 1);
    switch (character) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&apos;"; break;
      case 0xFFFE:
      case 0xFFFF: out += fmt::format("\\u{:x}", static_cast<uint32_t>(character)); break;
      default: out += safe.substr(at, length);
    }
    at += length;
  }
  return out;
}

struct Case {
  std::string container, rule;
  std::vector<const Finding*> findings = {};

  bool has(Verdict verdict) const {
    return std::ranges::any_of(findings, [&](const Finding* each) { return each->verdict == verdict; });
  }
  Verdict verdict() const {
    for (const Verdict each : {Verdict::kBroken, Verdict::kCannotJudge, Verdict::kHolds, Verdict::kNoted})
      if (has(each)) return each;
    return Verdict::kNotVisible;
  }
};

std::vector<Case> cases_of(const Report& report) {
  std::vector<Case> cases;
  for (const Finding& finding : report.findings) {
    const bool goes_on =
        !cases.empty() && cases.back().container == finding.container && cases.back().rule == finding.rule;
    if (!goes_on) cases.push_back({.container = finding.container, .rule = finding.rule});
    cases.back().findings.push_back(&finding);
  }
  return cases;
}

std::string body_of(const Case& each, Verdict verdict) {
  std::string text;
  for (const Finding* finding : each.findings) {
    if (finding->verdict != verdict) continue;
    text += xml(finding->message);
    const std::string_view words = consequence_words(finding->consequence);
    if (!words.empty()) text += " [" + std::string(words) + "]";
    const std::string expectation = expectation_words(*finding);
    if (!expectation.empty()) text += "\n  " + xml(expectation);
    if (!finding->events.empty()) text += fmt::format("\n  by event {}", fmt::join(finding->events, ", "));
    text += "\n";
  }
  return text;
}

std::string first_message(const Case& each, Verdict verdict) {
  const auto first = std::ranges::find(each.findings, verdict, &Finding::verdict);
  return first == each.findings.end() ? "" : xml((*first)->message);
}

std::string element(const Case& each, const std::string& against) {
  const std::string group = each.container.empty() ? against : against + "." + each.container;
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"0\"", xml(group), xml(each.rule));
  const Verdict verdict = each.verdict();
  const auto inner = [&](std::string_view name, std::string_view type) {
    return fmt::format(">\n      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n    </testcase>\n", name, type,
                       first_message(each, verdict), body_of(each, verdict));
  };
  if (verdict == Verdict::kBroken) return out + inner("failure", "broken");
  if (verdict == Verdict::kCannotJudge) return out + inner("error", "cannot-judge");
  if (verdict == Verdict::kNotVisible)
    return out + fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n", first_message(each, verdict));
  return out + "/>\n";
}

std::string suite(const Report& report, size_t number) {
  std::vector<Case> cases = cases_of(report);
  const auto with = [&](Verdict verdict) {
    return std::ranges::count_if(cases, [&](const Case& each) { return each.verdict() == verdict; });
  };
  const size_t reasons = report.cannot_judge.size();
  std::string out = fmt::format(
      "  <testsuite id=\"{}\" package=\"cttrace\" name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
      "skipped=\"{}\" "
      "time=\"0\">\n",
      number, xml(report.judged + " against " + report.against), cases.size() + reasons, with(Verdict::kBroken),
      static_cast<size_t>(with(Verdict::kCannotJudge)) + reasons, with(Verdict::kNotVisible));
  for (size_t i = 0; i < reasons; ++i)
    out += fmt::format(
        "    <testcase classname=\"{}\" name=\"recording-complete{}\" time=\"0\">\n"
        "      <error type=\"cannot-judge\" message=\"{}\"/>\n    </testcase>\n",
        xml(report.against), i ? fmt::format("-{}", i + 1) : "", xml(report.cannot_judge[i]));
  for (const Case& each : cases) out += element(each, report.against);
  return out + "  </testsuite>\n";
}

}  // namespace

std::string report_junit(std::span<const Report> reports) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (size_t i = 0; i < reports.size(); ++i) out += suite(reports[i], i);
  return out + "</testsuites>\n";
}

}  // namespace cttrace
