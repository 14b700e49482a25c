// The table of rules, and what all of them share.
#include "check/rule_kinds.h"

#include <algorithm>

namespace cttrace {

Judging::Judging(const ContainerFacts& judged, const std::string& name, const KernelFiles& files,
                 const PolicyRule& rule, std::vector<Finding>& findings)
    : container(judged),
      kernel_files(files),
      handed(*judged.handed),
      parameters(rule.parameters),
      name_(name),
      rule_(rule),
      findings_(findings) {}

Finding& Judging::add(Verdict verdict, const std::string& subject, const std::string& message) {
  return findings_.emplace_back(
      Finding{.rule = rule_.id, .verdict = verdict, .container = name_, .subject = subject, .message = message});
}

Finding& Judging::broken(const std::string& subject, const std::string& message, Consequence consequence) {
  decided_ = true;
  Finding& finding = add(Verdict::kBroken, subject, message);
  finding.consequence = consequence;
  return finding;
}

void Judging::cannot_judge(const std::string& subject, const std::string& why) {
  decided_ = true;
  add(Verdict::kCannotJudge, subject, why);
}

void Judging::not_visible(const std::string& subject, const std::string& why) {
  add(Verdict::kNotVisible, subject, why);
}

void Judging::holds(const std::string& message, std::vector<EventNumber> events) {
  if (decided_) return;
  add(Verdict::kHolds, {}, message).events = std::move(events);
}

const std::vector<MountFacts>* Judging::mounts() {
  if (!handed.mounts.known() || !handed.mounts_doubt.empty()) {
    cannot_judge("mounts", handed.mounts_doubt.empty() ? "its mounts are not known" : handed.mounts_doubt);
    return nullptr;
  }
  return &handed.mounts.value;
}

const std::vector<RuleKind>& rule_kinds() {
  static const std::vector<RuleKind> kinds = [] {
    std::vector<RuleKind> all;
    for (auto* part : {root_rules, mount_rules, namespace_rules, identity_rules, set_up_rules})
      for (RuleKind& kind : part()) all.push_back(std::move(kind));
    return all;
  }();
  return kinds;
}

const RuleKind* find_rule_kind(std::string_view name) {
  const auto found = std::ranges::find(rule_kinds(), name, &RuleKind::name);
  return found == rule_kinds().end() ? nullptr : &*found;
}

}  // namespace cttrace
