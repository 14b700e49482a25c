// A baseline as JSON and back: written for people and for diffs in git, read as hostile.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "check/baseline.h"
#include "check/json_reading.h"
#include "render/json_values.h"

namespace cttrace::canon {
namespace {

constexpr const char* kFormat = "cttrace baseline";
constexpr size_t kLineDepth = 5;  // what is nested deeper is on one line

// An object or array a line each down to a depth, then in one line.
void write(std::string& text, const Json& json, size_t depth) {
  const bool one_line = !json.is_structured() || json.empty() || depth >= kLineDepth;
  if (one_line) {
    text += json.dump(-1, ' ', true, Json::error_handler_t::replace);
    return;
  }
  const std::string indent(2 * (depth + 1), ' ');
  const bool is_object = json.is_object();
  text += is_object ? "{" : "[";
  bool first = true;
  for (const auto& [key, value] : json.items()) {
    text += first ? "\n" : ",\n";
    first = false;
    text += indent;
    if (is_object) text += Json(key).dump(-1, ' ', true, Json::error_handler_t::replace) + ": ";
    // What has no parts that matter by themselves.
    const bool leaf = value.is_object() && (key == "budget" || !is_object) && depth >= 3;
    write(text, value, leaf ? kLineDepth : depth + 1);
  }
  text += "\n" + std::string(2 * depth, ' ') + (is_object ? "}" : "]");
}

Json json_of(const CanonicalFact& fact) {
  if (fact.unknown) return {};
  if (fact.fields.size() == 1 && fact.fields.begin()->first == kIs) return fact.fields.begin()->second;
  Json json = Json::object();
  for (const auto& [field, value] : fact.fields) json[field] = value;
  return json;
}

Json json_of(const CanonicalStep& step) {
  Json json;
  if (!step.who.empty()) json["by"] = step.who;
  json["phase"] = step.phase;
  if (!step.object.empty()) json["on"] = step.object;
  json["what"] = step.what;
  return json;
}

Json json_of(const Budget& budget) {
  Json json;
  json["calls"] = Json::object();
  for (const auto& [name, count] : budget.calls) json["calls"][name] = count;
  json["mounts_made"] = budget.mounts_made;
  json["set_up_ms"] = budget.set_up_ms;
  if (budget.ratio) json["set_up_ratio"] = *budget.ratio;
  return json;
}

Json json_of(const CanonicalContainer& container, const std::optional<Budget>& budget) {
  Json json;
  json["name"] = container.name;
  json["kind"] = container.kind;
  json["runtime"] = container.runtime;
  json["outcome"] = Json::object();
  for (const auto& [name, group] : container.outcome) {
    if (group.empty()) continue;
    Json& facts = json["outcome"][name];
    facts = Json::object();
    for (const auto& [key, fact] : group) facts[key] = json_of(fact);
  }
  json["calls"] = Json::object();
  for (const auto& [name, count] : container.cost.calls) json["calls"][name] = count;
  json["mounts_made"] = container.cost.mounts_made;
  json["how"] = Json::array();
  for (const CanonicalStep& step : container.how) json["how"].push_back(json_of(step));
  json["variable"] = Json::array();
  for (const std::string& what : container.variable) json["variable"].push_back(what);
  if (budget) json["budget"] = json_of(*budget);
  return json;
}

// What is wrong, and where: "containers[2].outcome".
struct Wrong {
  std::string where, why;
};

// Knows where it is by the reader that it came from: that one, and the key, must outlive it. Words are made only of
// what is wrong.
class Reader {
 public:
  Reader() = default;

  Reader at(std::string_view key) const { return {this, key, 0}; }
  Reader at(size_t index) const { return {this, {}, index}; }
  [[noreturn]] void wrong(const std::string& why) const { throw Wrong{where(), why}; }

  const Json& member(const Json& object, const char* key) const {
    if (!object.is_object()) wrong("an object is expected");
    const auto found = object.find(key);
    if (found == object.end()) at(key).wrong("is missing");
    return *found;
  }
  std::string text(const Json& json) const {
    if (!json.is_string()) wrong("a text is expected");
    return json.get<std::string>();
  }
  std::string text_of(const Json& object, const char* key) const { return at(key).text(member(object, key)); }
  uint64_t number(const Json& json) const {
    if (!json.is_number_unsigned()) wrong("a whole number, not negative, is expected");
    return json.get<uint64_t>();
  }
  double amount(const Json& json) const {
    if (!json.is_number() || !std::isfinite(json.get<double>()) || json.get<double>() < 0)
      wrong("a number, not negative, is expected");
    return json.get<double>();
  }
  const Json& object(const Json& json) const {
    if (!json.is_object()) wrong("an object is expected");
    return json;
  }
  const Json& list(const Json& json) const {
    if (!json.is_array()) wrong("a list is expected");
    return json;
  }

 private:
  Reader(const Reader* around, std::string_view key, size_t index) : around_(around), key_(key), index_(index) {}

  std::string where() const {
    if (!around_) return {};
    const std::string around = around_->where();
    if (key_.data() == nullptr) return fmt::format("{}[{}]", around, index_);
    return around.empty() ? std::string(key_) : fmt::format("{}.{}", around, key_);
  }

  const Reader* around_ = nullptr;  // none: it reads all of it
  std::string_view key_ = {};
  size_t index_ = 0;
};

CanonicalFact fact_of(const Json& json, const Reader& reader) {
  CanonicalFact fact;
  if (json.is_null()) {
    fact.unknown = true;
  } else if (json.is_string()) {
    fact.fields[kIs] = json.get<std::string>();
  } else {
    for (const auto& [field, value] : reader.object(json).items()) fact.fields[field] = reader.at(field).text(value);
  }
  return fact;
}

std::map<std::string, uint64_t> counts_of(const Json& json, const Reader& reader) {
  std::map<std::string, uint64_t> counts;
  for (const auto& [name, count] : reader.object(json).items()) counts[name] = reader.at(name).number(count);
  return counts;
}

CanonicalStep step_of(const Json& json, const Reader& reader) {
  CanonicalStep step{.phase = reader.text_of(json, "phase"), .what = reader.text_of(json, "what")};
  if (json.contains("by")) step.who = reader.text_of(json, "by");
  if (json.contains("on")) step.object = reader.text_of(json, "on");
  return step;
}

Budget budget_of(const Json& json, const Reader& reader) {
  Budget budget;
  budget.calls = counts_of(reader.member(json, "calls"), reader.at("calls"));
  budget.mounts_made = reader.at("mounts_made").number(reader.member(json, "mounts_made"));
  budget.set_up_ms = reader.at("set_up_ms").amount(reader.member(json, "set_up_ms"));
  if (json.contains("set_up_ratio")) budget.ratio = reader.at("set_up_ratio").amount(json["set_up_ratio"]);
  return budget;
}

// A baseline of a set-up that failed, or that one of its runs failed in, has nothing to compare with.
bool ends_well(const CanonicalContainer& container) {
  if (container.variable.contains("set-up/ending")) return false;
  const auto set_up = container.outcome.find("set-up");
  if (set_up == container.outcome.end()) return true;
  const auto ending = set_up->second.find("ending");
  return ending == set_up->second.end() || ending->second == CanonicalFact{.fields = {{kIs, kHandedOver}}};
}

CanonicalContainer container_of(const Json& json, const Reader& reader) {
  CanonicalContainer container{.name = reader.text_of(json, "name"),
                               .kind = reader.text_of(json, "kind"),
                               .runtime = reader.text_of(json, "runtime")};
  const Reader outcome = reader.at("outcome");
  for (const auto& [name, facts] : outcome.object(reader.member(json, "outcome")).items()) {
    const Reader group = outcome.at(name);
    for (const auto& [key, fact] : group.object(facts).items())
      container.outcome[name][key] = fact_of(fact, group.at(key));
  }
  container.cost.calls = counts_of(reader.member(json, "calls"), reader.at("calls"));
  container.cost.mounts_made = reader.at("mounts_made").number(reader.member(json, "mounts_made"));
  const Reader how = reader.at("how");
  for (const Json& step : how.list(reader.member(json, "how")))
    container.how.push_back(step_of(step, how.at(container.how.size())));
  const Reader variable = reader.at("variable");
  for (const Json& what : variable.list(reader.member(json, "variable")))
    container.variable.insert(variable.text(what));
  container.handed_over = ends_well(container);
  if (!container.handed_over)
    container.doubts.emplace_back("it is of a set-up that failed: make it anew, of runs that come to their program");
  return container;
}

Baseline baseline_of(const Json& json, const std::string& name) {
  const Reader reader;
  if (reader.text_of(json, "format") != kFormat) reader.at("format").wrong(fmt::format("is not \"{}\"", kFormat));
  const uint64_t version = reader.at("version").number(reader.member(json, "version"));
  if (version != kBaselineVersion)
    reader.at("version").wrong(fmt::format("is {}, and this cttrace reads {}", version, kBaselineVersion));
  Baseline baseline;
  baseline.form.name = name;
  const uint64_t rules = reader.at("rules").number(reader.member(json, "rules"));
  if (rules > 1'000'000) reader.at("rules").wrong("is no version of the rules");
  baseline.form.rules = static_cast<int>(rules);
  if (json.contains("tolerance")) baseline.tolerance = reader.at("tolerance").amount(json["tolerance"]);
  const Reader containers = reader.at("containers");
  for (const Json& each : containers.list(reader.member(json, "containers"))) {
    const Reader one = containers.at(baseline.form.containers.size());
    baseline.form.containers.push_back(container_of(each, one));
    baseline.budgets.emplace_back();
    if (each.contains("budget")) baseline.budgets.back() = budget_of(each["budget"], one.at("budget"));
  }
  return baseline;
}

}  // namespace

std::string baseline_text(const Baseline& baseline) {
  Json json;
  json["format"] = kFormat;
  json["version"] = kBaselineVersion;
  json["rules"] = baseline.form.rules;
  json["tolerance"] = baseline.tolerance;
  json["containers"] = Json::array();
  for (size_t i = 0; i < baseline.form.containers.size(); ++i)
    json["containers"].push_back(json_of(baseline.form.containers[i], baseline.budgets[i]));
  std::string text;
  write(text, json, 0);
  return text + "\n";
}

Result<Baseline> read_baseline(std::string_view text, const std::string& name) {
  const Result<Json> json = parse_json_text(text, "the baseline", name);
  if (!json) return json.error();
  try {
    return baseline_of(*json, name);
  } catch (const Wrong& wrong) {
    return Error{.what = "read the baseline", .subject = name, .why = wrong.where + ": " + wrong.why, .exit_status = 2};
  }
}

bool is_baseline(std::string_view beginning) {
  const size_t first = beginning.find_first_not_of(" \t\r\n");
  return first != beginning.npos && (beginning[first] == '{' || beginning[first] == '/');
}

}  // namespace cttrace::canon
