// Walking an OCI configuration by the table of its fields: what no row knows is said, and never passed over.
#include "check/oci.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "check/json_reading.h"
#include "check/oci_judging.h"
#include "check/policy.h"

namespace cttrace {
namespace {

const std::vector<OciField>& fields() {
  static const std::vector<OciField> all = [] {
    std::vector<OciField> rows;
    for (auto* part : {oci_process_fields, oci_mount_fields, oci_linux_fields, oci_resource_fields, oci_other_fields})
      for (const OciField& row : part()) rows.push_back(row);
    return rows;
  }();
  return all;
}

const OciField* find_field(const std::string& path) {
  const auto found = std::ranges::find(fields(), path, &OciField::path);
  return found == fields().end() ? nullptr : &*found;
}

bool leads_to_a_field(const std::string& path) {
  return std::ranges::any_of(fields(), [&](const OciField& each) { return each.path.starts_with(path + "."); });
}

void walk(OciJudging& judging, const OciJson& value, const std::string& path) {
  for (const auto& [key, each] : value.items()) {
    const std::string here = path.empty() ? key : path + "." + key;
    const OciField* const field = find_field(here);
    if (field && each.is_null()) continue;  // as good as not there
    if (field && field->judge) {
      field->judge(judging, each, here);
    } else if (field) {
      judging.not_visible(here, std::string(field->words));
    } else if (leads_to_a_field(here) && (each.is_object() || each.is_null())) {
      walk(judging, each.is_null() ? OciJson::object() : each, here);
    } else {
      judging.cannot_judge(here, "cttrace does not know this field");
    }
  }
}

std::vector<const ContainerFacts*> those_of(const OciConfig& config, const RecordingFacts& facts) {
  std::vector<const ContainerFacts*> all, whole, of_bundle;
  for (const ContainerFacts& container : facts.containers) {
    if (container.kind == ContainerFacts::Kind::kEntry) continue;
    all.push_back(&container);
    if (container.isolation == Isolation::kContainer) whole.push_back(&container);
    if (!config.folder.empty() && container.bundle == config.folder) of_bundle.push_back(&container);
  }
  return !of_bundle.empty() ? of_bundle : !whole.empty() ? whole : all;
}

}  // namespace

std::vector<RuleWords> oci_fields() {
  std::vector<RuleWords> rules;
  for (const OciField& field : fields())
    rules.push_back({.id = std::string(field.path), .title = std::string(field.words)});
  return rules;
}

Result<OciConfig> parse_oci_config(std::string_view text, const std::string& name, const std::string& folder) {
  Result<OciJson> json = parse_json_text(text, "the OCI configuration", name);
  if (!json) return json.error();
  // The specification requires it: what has none is something else, of which nothing is to be judged.
  if (!json->contains("ociVersion"))
    return Error{.what = "read the OCI configuration",
                 .subject = name,
                 .why = "it is not one: \"ociVersion\" is missing",
                 .exit_status = 2};
  return OciConfig{.name = name, .folder = folder, .json = std::make_shared<const OciJson>(std::move(*json))};
}

Report judge(const OciConfig& config, const RecordingFacts& facts) {
  Report report{.judge = "oci", .judged = facts.name, .against = config.name, .against_file = config.name};
  report.rules = oci_fields();
  report.cannot_judge = why_not_to_judge(facts);
  for (const ContainerFacts* container : those_of(config, facts)) {
    const std::string name = name_in(report, *container);
    report.containers.push_back(name);
    const std::string why_not = why_not_to_judge(*container);
    if (!why_not.empty()) {
      report.findings.push_back(
          {.rule = "handed-over", .verdict = Verdict::kCannotJudge, .container = name, .message = why_not});
      continue;
    }
    OciJudging judging(*config.json, config.folder, *container, name, facts.kernel_files, report.findings);
    walk(judging, *config.json, {});
    judge_unasked(judging);
  }
  if (report.containers.empty()) report.cannot_judge.emplace_back("no container was set up in this recording");
  return report;
}

}  // namespace cttrace
