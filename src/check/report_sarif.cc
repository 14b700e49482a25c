// A report as SARIF 2.1.0 (OASIS): what code scanning services read.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/escape.h"
#include "check/reports.h"
#include "render/json_values.h"

namespace cttrace {
namespace {

constexpr const char* kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

// SARIF has strings only: what is no text becomes what a person would be shown.
std::string text(std::string_view bytes) { return escape_rest_for_terminal(bytes); }

// A file's name as a relative or absolute reference (RFC 3986).
std::string uri_of(std::string_view path) {
  static constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != kPlain.npos) {
      uri += c;
    } else {
      uri += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return uri;
}

const char* kind_of(const Finding& finding) {
  switch (finding.verdict) {
    case Verdict::kHolds: return "pass";
    case Verdict::kNoted: return "informational";
    case Verdict::kNotVisible: return "notApplicable";
    case Verdict::kCannotJudge: return "open";
    case Verdict::kBroken: break;
  }
  return "fail";
}

// Only what fails has a level.
const char* level_of(const Finding& finding) {
  if (finding.verdict != Verdict::kBroken) return "none";
  switch (finding.consequence) {
    case Consequence::kWeaker: return "error";
    case Consequence::kOnlyHow:
    case Consequence::kOnlyCost: return "note";
    default: return "warning";
  }
}

std::string sentence(std::string words) {
  if (!words.empty() && words.back() != '.') words += '.';
  return words;
}

Json rules_of(const Report& report) {
  std::vector<RuleWords> rules = report.rules;
  for (const Finding& finding : report.findings)
    if (std::ranges::find(rules, finding.rule, &RuleWords::id) == rules.end()) rules.push_back({.id = finding.rule});
  Json json = Json::array();
  for (const RuleWords& rule : rules) {
    Json descriptor;
    descriptor["id"] = text(rule.id);
    if (!rule.title.empty()) descriptor["shortDescription"] = {{"text", sentence(text(rule.title))}};
    if (!rule.help.empty()) {
      descriptor["fullDescription"] = {{"text", sentence(text(rule.help))}};
      descriptor["help"] = {{"text", sentence(text(rule.help))}};
    }
    json.push_back(std::move(descriptor));
  }
  return json;
}

size_t index_of(const Json& rules, const std::string& id) {
  size_t index = 0;
  while (rules[index]["id"] != id) ++index;
  return index;
}

Json location_of(const Report& report, const Finding& finding) {
  // A recording has no lines, and services show nothing that has none: all of it is line 1.
  Json location = {{"physicalLocation",
                    {{"artifactLocation", {{"uri", uri_of(report.judged)}}},
                     {"region", {{"startLine", 1}, {"startColumn", 1}, {"endLine", 1}, {"endColumn", 1}}}}}};
  if (!finding.container.empty())
    location["logicalLocations"] = Json::array({{{"name", text(finding.container)}, {"kind", "container"}}});
  return location;
}

Json result_of(const Report& report, const Finding& finding, const Json& rules) {
  Json result;
  const std::string id = text(finding.rule);
  result["ruleId"] = id;
  result["ruleIndex"] = index_of(rules, id);
  result["kind"] = kind_of(finding);
  result["level"] = level_of(finding);
  std::string message = finding.message;
  const std::string expectation = expectation_words(finding);
  if (!expectation.empty()) message += " (" + expectation + ")";
  result["message"] = {{"text", sentence(text(message))}};
  result["locations"] = Json::array({location_of(report, finding)});
  // The same finding in the next run's report: what it is about, and not what it says.
  result["partialFingerprints"] = {
      {"cttrace/v1", text(report.judge + ":" + finding.rule + ":" + finding.container + ":" + finding.subject)}};
  Json& properties = result["properties"];
  properties["consequence"] = consequence_name(finding.consequence);
  properties["subject"] = text(finding.subject);
  properties["events"] = Json::array();
  for (const EventNumber event : finding.events) properties["events"].push_back(json_unsigned(event));
  return result;
}

Json run_of(const Report& report, const std::string& version) {
  const Json rules = rules_of(report);
  Json run;
  run["tool"]["driver"] = {{"name", "cttrace"}, {"version", version}, {"semanticVersion", version}, {"rules", rules}};
  Json& invocation = run["invocations"] = Json::array({{{"executionSuccessful", report.cannot_judge.empty()}}});
  if (!report.cannot_judge.empty()) {
    Json notifications = Json::array();
    for (const std::string& why : report.cannot_judge)
      notifications.push_back({{"level", "error"}, {"message", {{"text", sentence(text("cannot judge: " + why))}}}});
    invocation[0]["toolExecutionNotifications"] = std::move(notifications);
  }
  run["automationDetails"] = {{"id", "cttrace/" + report.judge + "/"}};
  run["results"] = Json::array();
  for (const Finding& finding : report.findings) run["results"].push_back(result_of(report, finding, rules));
  run["columnKind"] = "utf16CodeUnits";
  return run;
}

}  // namespace

std::string report_sarif(std::span<const Report> reports, const std::string& version) {
  Json json;
  json["$schema"] = kSchema;
  json["version"] = "2.1.0";
  json["runs"] = Json::array();
  for (const Report& report : reports) json["runs"].push_back(run_of(report, version));
  return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace cttrace
