// Reading policies: every key, type and word is checked, and what is wrong is named by its place.
#include "check/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/nearest.h"
#include "check/json_reading.h"
#include "check/rule_kinds.h"
#include "render/json_values.h"

namespace cttrace {
namespace {

// More than what makes sense; what a hostile policy may cost.
constexpr size_t kMostRules = 1000, kMostWords = 10000;
constexpr uint64_t kPolicyVersion = 1;

struct Invalid {
  std::string place, why, remedy = {};
};

void refuse_unless(bool good, const std::string& place, const std::string& why, const std::string& remedy = {}) {
  if (!good) throw Invalid{place, why, remedy};
}

std::string text_at(const Json& json, const std::string& place) {
  refuse_unless(json.is_string(), place, "it must be text");
  return json.get<std::string>();
}

std::vector<std::string> split(std::string_view words) {
  std::vector<std::string> all;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find('|'));
    all.emplace_back(word);
    words.remove_prefix(std::min(word.size() + 1, words.size()));
  }
  return all;
}

std::vector<std::string> list_at(const Json& json, const std::string& place, std::string_view allowed,
                                 std::optional<WordForm> form = {}) {
  refuse_unless(json.is_array(), place, "it must be a list of texts");
  refuse_unless(json.size() <= kMostWords, place, fmt::format("it has more than {} entries", kMostWords));
  const std::vector<std::string> words = split(allowed);
  const std::vector<std::string_view> names(words.begin(), words.end());
  std::vector<std::string> list;
  for (size_t i = 0; i < json.size(); ++i) {
    const std::string where = fmt::format("{}[{}]", place, i);
    const std::string word = text_at(json[i], where);
    refuse_unless(words.empty() || std::ranges::find(words, word) != words.end(), where,
                  fmt::format("there is no \"{}\": it must be one of {}", word, allowed), did_you_mean(word, names));
    const std::optional<WrongWord> wrong = form ? wrong_word(*form, word) : std::nullopt;
    if (wrong) throw Invalid{where, wrong->why, wrong->remedy};
    list.push_back(word);
  }
  return list;
}

const ParameterRow& find_parameter(const RuleKind& kind, const std::string& name, const std::string& place) {
  std::vector<std::string_view> names = {"rule", "id", "why"};
  for (const ParameterRow& row : kind.parameters) {
    if (row.name == name) return row;
    names.push_back(row.name);
  }
  throw Invalid{place, fmt::format("the rule {} has no \"{}\"", kind.name, name), did_you_mean(name, names)};
}

void take_parameter(const ParameterRow& row, const Json& value, const std::string& place, Parameters& parameters) {
  const std::string name(row.name);
  switch (row.type) {
    case ParameterRow::Type::kList: parameters.lists[name] = list_at(value, place, row.words, row.form); return;
    case ParameterRow::Type::kFlag:
      refuse_unless(value.is_boolean(), place, "it must be true or false");
      parameters.flags[name] = value.get<bool>();
      return;
    case ParameterRow::Type::kNumber:
      refuse_unless(value.is_number_unsigned(), place, "it must be a number that is not negative");
      parameters.numbers[name] = value.get<uint64_t>();
      return;
  }
}

const RuleKind& kind_at(const Json& rule, const std::string& place) {
  refuse_unless(rule.is_object(), place, "it must be an object");
  refuse_unless(rule.contains("rule"), place, "\"rule\" is missing: the name of the rule");
  const std::string name = text_at(rule["rule"], place + ".rule");
  const RuleKind* const kind = find_rule_kind(name);
  if (kind) return *kind;
  std::vector<std::string_view> names;
  for (const RuleKind& each : rule_kinds()) names.push_back(each.name);
  throw Invalid{place + ".rule", fmt::format("there is no rule \"{}\"", name), did_you_mean(name, names)};
}

PolicyRule rule_at(const Json& json, const std::string& place) {
  const RuleKind& kind = kind_at(json, place);
  PolicyRule rule{.kind = &kind, .id = std::string(kind.name)};
  for (const auto& [key, value] : json.items()) {
    const std::string where = place + "." + key;
    if (key == "rule") continue;
    if (key == "id") {
      rule.id = text_at(value, where);
      refuse_unless(!rule.id.empty(), where, "it is empty");
    } else if (key == "why") {
      rule.why = text_at(value, where);
    } else {
      take_parameter(find_parameter(kind, key, where), value, where, rule.parameters);
    }
  }
  for (const ParameterRow& row : kind.parameters)
    refuse_unless(!row.required || json.contains(row.name), place,
                  fmt::format("\"{}\" is missing: {}", row.name, row.what));
  return rule;
}

void take_judges(const Json& value, Policy& policy) {
  const std::vector<std::string> kinds = list_at(value, "judges", "containers|sandboxes|chroots|entries");
  refuse_unless(!kinds.empty(), "judges", "it is empty: nothing would be judged");
  const auto has = [&](std::string_view kind) { return std::ranges::find(kinds, kind) != kinds.end(); };
  policy.containers = has("containers"), policy.sandboxes = has("sandboxes");
  policy.chroots = has("chroots"), policy.entries = has("entries");
}

void take_rules(const Json& value, Policy& policy) {
  refuse_unless(value.is_array() && !value.empty(), "rules", "it must be a list of rules, with one at least");
  refuse_unless(value.size() <= kMostRules, "rules", fmt::format("it has more than {} entries", kMostRules));
  for (size_t i = 0; i < value.size(); ++i) {
    const std::string place = fmt::format("rules[{}]", i);
    PolicyRule rule = rule_at(value[i], place);
    const bool is_new = std::ranges::find(policy.rules, rule.id, &PolicyRule::id) == policy.rules.end();
    refuse_unless(is_new, place, fmt::format("the rule \"{}\" is there already", rule.id),
                  "give one of them an \"id\" of its own");
    policy.rules.push_back(std::move(rule));
  }
}

Policy policy_of(const Json& json) {
  Policy policy;
  const std::vector<std::string_view> keys = {"version", "name", "description", "judges", "rules"};
  for (const auto& [key, value] : json.items()) {
    if (key == "version") {
      refuse_unless(value == kPolicyVersion, key, fmt::format("this cttrace reads version {} only", kPolicyVersion));
    } else if (key == "name") {
      policy.name = text_at(value, key);
    } else if (key == "description") {
      policy.description = text_at(value, key);
    } else if (key == "judges") {
      take_judges(value, policy);
    } else if (key == "rules") {
      take_rules(value, policy);
    } else {
      throw Invalid{key, "a policy has no such key", did_you_mean(key, keys)};
    }
  }
  for (const char* key : {"version", "rules"})
    refuse_unless(json.contains(key), "the policy", fmt::format("\"{}\" is missing", key));
  return policy;
}

}  // namespace

const std::vector<std::string>& Parameters::list(std::string_view name) const {
  static const std::vector<std::string> kNone;
  const auto found = lists.find(name);
  return found == lists.end() ? kNone : found->second;
}

bool Parameters::lists_has(std::string_view name, std::string_view word) const {
  const std::vector<std::string>& words = list(name);
  return std::ranges::find(words, word) != words.end();
}

bool Parameters::flag(std::string_view name, bool otherwise) const {
  const auto found = flags.find(name);
  return found == flags.end() ? otherwise : found->second;
}

uint64_t Parameters::number(std::string_view name, uint64_t otherwise) const {
  const auto found = numbers.find(name);
  return found == numbers.end() ? otherwise : found->second;
}

Result<Policy> parse_policy(std::string_view text, const std::string& name) {
  const Result<Json> json = parse_json_text(text, "the policy", name);
  if (!json) return json.error();
  try {
    Policy policy = policy_of(*json);
    if (policy.name.empty()) policy.name = name;
    return policy;
  } catch (const Invalid& invalid) {
    return Error{.what = "use the policy",
                 .subject = name,
                 .why = invalid.place + ": " + invalid.why,
                 .remedy = invalid.remedy,
                 .exit_status = 2};
  }
}

}  // namespace cttrace
