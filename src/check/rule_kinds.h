// The kinds of rules that a policy can have: one row each.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check/policy.h"
#include "check/word_form.h"

namespace cttrace {

struct ParameterRow {
  enum class Type : uint8_t { kList, kFlag, kNumber } type;
  std::string_view name;
  bool required;
  std::string_view what;
  std::string_view words = {};  // of a list: the words there are, separated by `|`; empty: as `form` says
  std::optional<WordForm> form = {};
};

// One rule at work on one container that was handed over.
class Judging {
 public:
  // `name`: the container's, in findings.
  Judging(const ContainerFacts& container, const std::string& name, const KernelFiles& kernel_files,
          const PolicyRule& rule, std::vector<Finding>& findings);

  const ContainerFacts& container;
  const KernelFiles& kernel_files;
  const HandedFacts& handed;
  const Parameters& parameters;

  Finding& broken(const std::string& subject, const std::string& message,
                  Consequence consequence = Consequence::kWeaker);
  void cannot_judge(const std::string& subject, const std::string& why);
  void not_visible(const std::string& subject, const std::string& why);
  // Everything that was looked at is as it should be: said once, and only where nothing else decides. `events` is the
  // evidence.
  void holds(const std::string& message, std::vector<EventNumber> events = {});

  // nullptr where they are not known for sure; then that has been said.
  const std::vector<MountFacts>* mounts();
  // Looked at, and said that it is not known where it is not.
  template <typename T>
  const T* known(const Fact<T>& fact, const std::string& subject) {
    if (fact.known()) return &fact.value;
    cannot_judge(subject, subject + " is not known");
    return nullptr;
  }

 private:
  Finding& add(Verdict verdict, const std::string& subject, const std::string& message);

  const std::string& name_;
  const PolicyRule& rule_;
  std::vector<Finding>& findings_;
  bool decided_ = false;
};

struct RuleKind {
  std::string_view name;   // "proc-own"
  std::string_view title;  // what holds where it holds: "/proc is the container's own"
  std::string_view help;   // why it matters, and what is looked at
  std::vector<ParameterRow> parameters;
  void (*judge)(Judging& judging);
};
const std::vector<RuleKind>& rule_kinds();
const RuleKind* find_rule_kind(std::string_view name);  // nullptr: there is none

// The parts of the table, by what they look at.
std::vector<RuleKind> root_rules();
std::vector<RuleKind> mount_rules();
std::vector<RuleKind> identity_rules();
std::vector<RuleKind> namespace_rules();
std::vector<RuleKind> set_up_rules();

}  // namespace cttrace
