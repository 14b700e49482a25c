// Reading values of a configuration, and saying what came of them.
#include "check/oci_judging.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace cttrace {

OciJudging::OciJudging(const OciJson& json, const std::string& bundle, const ContainerFacts& judged,
                       const std::string& name, const KernelFiles& files, std::vector<Finding>& findings)
    : config(json),
      folder(bundle),
      container(judged),
      handed(*judged.handed),
      kernel_files(files),
      name_(name),
      findings_(findings) {}

std::string text_in(const OciJson& object, const char* key) {
  const bool has_text = object.is_object() && object.contains(key) && object[key].is_string();
  return has_text ? object[key].get<std::string>() : std::string();
}

std::string oci_field_of(const std::string& about) { return about.substr(0, about.find('[')); }

Finding& OciJudging::add(Verdict verdict, const std::string& field, const std::string& message) {
  return findings_.emplace_back(Finding{
      .rule = oci_field_of(field), .verdict = verdict, .container = name_, .subject = field, .message = message});
}

void OciJudging::satisfied(const std::string& field, const std::string& what, std::vector<EventNumber> events) {
  Finding& finding = add(Verdict::kHolds, field, events.empty() ? what + ", without a step" : what);
  finding.events = std::move(events);
}

Finding& OciJudging::broken(const std::string& field, const std::string& message, const std::string& expected,
                            const std::string& found, Consequence consequence) {
  Finding& finding = add(Verdict::kBroken, field, message);
  finding.expected = expected, finding.found = found;
  finding.consequence = consequence;
  return finding;
}

Finding& OciJudging::unasked(const std::string& field, const std::string& message, const std::string& found,
                             Consequence consequence) {
  return broken(field, message + ": nobody asked for it", "nothing", found, consequence);
}

void OciJudging::cannot_judge(const std::string& field, const std::string& why) {
  add(Verdict::kCannotJudge, field, why);
}

void OciJudging::not_visible(const std::string& field, const std::string& why) {
  add(Verdict::kNotVisible, field, why);
}

std::optional<std::string> OciJudging::text(const OciJson& value, const std::string& field) {
  if (value.is_string()) return value.get<std::string>();
  cannot_judge(field, "it is no text");
  return {};
}

std::optional<int64_t> OciJudging::number(const OciJson& value, const std::string& field) {
  const bool is_too_large = value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX;
  if (value.is_number_integer() && !is_too_large) return value.get<int64_t>();
  cannot_judge(field, is_too_large ? "it is too large a number" : "it is no number");
  return {};
}

std::optional<bool> OciJudging::flag(const OciJson& value, const std::string& field) {
  if (value.is_boolean()) return value.get<bool>();
  cannot_judge(field, "it is neither true nor false");
  return {};
}

std::optional<std::vector<std::string>> OciJudging::texts(const OciJson& value, const std::string& field) {
  std::vector<std::string> list;
  if (value.is_null()) return list;
  if (!is_list(value, field)) return {};
  for (const OciJson& each : value) {
    const std::optional<std::string> word = text(each, field);
    if (!word) return {};
    list.push_back(*word);
  }
  return list;
}

bool OciJudging::is_list(const OciJson& value, const std::string& field) {
  if (!value.is_array()) cannot_judge(field, "it is no list");
  return value.is_array();
}

bool OciJudging::is_object(const OciJson& value, const std::string& field) {
  if (!value.is_object()) cannot_judge(field, "it is no object");
  return value.is_object();
}

void OciJudging::check_keys(const OciJson& object, const std::string& field,
                            std::initializer_list<std::string_view> keys) {
  for (const auto& [key, value] : object.items())
    if (std::ranges::find(keys, key) == keys.end()) cannot_judge(field + "." + key, "cttrace does not know this field");
}

void OciJudging::compare(const std::string& field, const Fact<std::string>& fact, const std::string& expected,
                         std::vector<EventNumber> events) {
  if (!fact.known()) return cannot_judge(field, "it is not known");
  if (fact.value == expected) return satisfied(field, "it is " + expected, std::move(events));
  broken(field, fmt::format("it is {} instead of {}", fact.value, expected), expected, fact.value).events =
      std::move(events);
}

const OciJson* OciJudging::at(std::string_view path) const {
  const OciJson* found = &config;
  while (!path.empty()) {
    const std::string key(path.substr(0, path.find('.')));
    path.remove_prefix(std::min(key.size() + 1, path.size()));
    if (!found->is_object() || !found->contains(key)) return nullptr;
    found = &(*found)[key];
  }
  return found->is_null() ? nullptr : found;
}

}  // namespace cttrace
