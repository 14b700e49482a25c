// A policy: rules as data, which a person writes as JSON. docs/policies.md and docs/schema/policy.json say how.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "check/facts.h"
#include "check/finding.h"

namespace cttrace {

// What one rule of a policy is told. Values have been checked: a required one is there, and of its type.
struct Parameters {
  std::map<std::string, std::vector<std::string>, std::less<>> lists = {};
  std::map<std::string, bool, std::less<>> flags = {};
  std::map<std::string, uint64_t, std::less<>> numbers = {};

  // Empty where it is not given.
  const std::vector<std::string>& list(std::string_view name) const;
  bool lists_has(std::string_view name, std::string_view word) const;
  bool flag(std::string_view name, bool otherwise) const;
  uint64_t number(std::string_view name, uint64_t otherwise) const;
};

struct RuleKind;

struct PolicyRule {
  const RuleKind* kind = nullptr;  // never null
  std::string id = {};             // what findings name: the kind's name, unless the policy gives another
  std::string why = {};            // in the policy's own words; empty: it says none
  Parameters parameters = {};
};

struct Policy {
  std::string name = {};
  std::string description = {};
  // What is judged. The others are told, and left alone.
  bool containers = true;  // with mount and pid namespaces of their own
  bool sandboxes = true;   // with one of the two
  bool chroots = true;     // with neither
  bool entries = true;     // programs that were executed in one that was there
  std::vector<PolicyRule> rules = {};
};

// `name` is what errors and reports call it: a file's name. Errors (exit_status 2) name the place: "rules[3].paths[0]".
Result<Policy> parse_policy(std::string_view text, const std::string& name);

// Policies that are built in, as text with comments, to be read, copied and changed.
struct BuiltInPolicy {
  std::string_view name;
  std::string_view text;
};
std::span<const BuiltInPolicy> built_in_policies();
const BuiltInPolicy* find_built_in(std::string_view name);  // nullptr: there is none

// What holds in this recording, and what does not. `facts.name` and the policy's name are in the report.
Report judge(const Policy& policy, const RecordingFacts& facts);

// Why nothing that is read in this recording can be judged: loss, a recording that breaks off, doubt. Empty: it can.
std::vector<std::string> why_not_to_judge(const RecordingFacts& facts);
// The same of one container in it; empty: it can.
std::string why_not_to_judge(const ContainerFacts& container);
// A name that no other container of the report has.
std::string name_in(const Report& report, const ContainerFacts& container);

}  // namespace cttrace
