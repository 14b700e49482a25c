// A report in JSON: docs/schema/report.json.
#include <array>
#include <nlohmann/json.hpp>

#include "check/reports.h"
#include "render/json_values.h"

namespace cttrace {
namespace {

constexpr int kReportVersion = 1;

Json texts(const std::vector<std::string>& words) {
  Json json = Json::array();
  for (const std::string& word : words) json.push_back(json_text(word));
  return json;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : json_text(text); }

Json json_of(const Finding& finding) {
  Json json;
  json["rule"] = json_text(finding.rule);
  json["verdict"] = verdict_name(finding.verdict);
  json["consequence"] = consequence_name(finding.consequence);
  json["container"] = text_or_null(finding.container);
  json["subject"] = text_or_null(finding.subject);
  json["message"] = json_text(finding.message);
  json["expected"] = text_or_null(finding.expected);
  json["found"] = text_or_null(finding.found);
  json["events"] = Json::array();
  for (const EventNumber event : finding.events) json["events"].push_back(json_unsigned(event));
  return json;
}

Json json_of(const Report& report) {
  Json json;
  json["judge"] = report.judge;
  json["judged"] = json_text(report.judged);
  json["against"] = json_text(report.against);
  json["verdict"] = verdict_name(verdict_of(report));
  json["cannot_judge"] = texts(report.cannot_judge);
  json["containers"] = texts(report.containers);
  json["counts"] = Json::object();
  for (const Verdict verdict :
       {Verdict::kHolds, Verdict::kNoted, Verdict::kNotVisible, Verdict::kCannotJudge, Verdict::kBroken})
    json["counts"][std::string(verdict_name(verdict))] = count_of(report, verdict);
  json["rules"] = Json::array();
  for (const RuleWords& rule : report.rules)
    json["rules"].push_back(
        Json{{"id", json_text(rule.id)}, {"title", json_text(rule.title)}, {"help", text_or_null(rule.help)}});
  json["findings"] = Json::array();
  for (const Finding& finding : report.findings) json["findings"].push_back(json_of(finding));
  return json;
}

}  // namespace

std::string report_json(std::span<const Report> reports, const std::string& version) {
  const Verdict verdict = verdict_of(reports);
  Json json;
  json["type"] = "report";
  json["version"] = kReportVersion;
  json["cttrace"] = version;
  json["verdict"] = verdict_name(verdict);
  json["exit_status"] = exit_status(verdict);
  json["reports"] = Json::array();
  for (const Report& report : reports) json["reports"].push_back(json_of(report));
  return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace cttrace
