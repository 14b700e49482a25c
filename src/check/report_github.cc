// GitHub's workflow commands: "::error title=...::...", one line each.
#include "base/escape.h"
#include "check/reports.h"

namespace cttrace {
namespace {

// As the runner unescapes it (actions/toolkit, packages/core/src/command.ts): in a property ':' and ',' too. What could
// be taken for a command or act on a terminal has been made visible before.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : escape_rest_for_terminal(text)) {
    switch (c) {
      case '%': out += "%25"; break;
      case '\r': out += "%0D"; break;
      case '\n': out += "%0A"; break;
      case ':': out += property ? "%3A" : ":"; break;
      case ',': out += property ? "%2C" : ","; break;
      default: out += c;
    }
  }
  return out;
}

std::string command(std::string_view level, const std::string& title, const std::string& message) {
  return "::" + std::string(level) + " title=" + escaped(title, true) + "::" + escaped(message, false) + "\n";
}

std::string_view level_of(const Finding& finding) {
  const bool is_harmless =
      finding.consequence == Consequence::kOnlyHow || finding.consequence == Consequence::kOnlyCost;
  return finding.verdict == Verdict::kBroken && !is_harmless ? "error" : "warning";
}

}  // namespace

std::string report_github(std::span<const Report> reports) {
  std::string out;
  for (const Report& report : reports) {
    for (const std::string& why : report.cannot_judge)
      out += command("error", "cttrace cannot judge " + report.judged, report.against + ": " + why);
    for (const Finding& finding : report.findings) {
      if (finding.verdict != Verdict::kBroken && finding.verdict != Verdict::kCannotJudge) continue;
      const std::string expectation = expectation_words(finding);
      out += command(level_of(finding), report.against + ", " + finding.container + ": " + finding.rule,
                     finding.message + (expectation.empty() ? "" : " (" + expectation + ")"));
    }
  }
  return out;
}

}  // namespace cttrace
