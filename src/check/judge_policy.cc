// A policy's rules on the containers of a recording.
#include <fmt/format.h>

#include <algorithm>

#include "check/canonical.h"
#include "check/policy.h"
#include "check/rule_kinds.h"

namespace cttrace {
namespace {

bool is_judged(const Policy& policy, const ContainerFacts& container) {
  if (container.kind == ContainerFacts::Kind::kEntry) return policy.entries;
  switch (container.isolation) {
    case Isolation::kContainer: return policy.containers;
    case Isolation::kChroot: return policy.chroots;
    default: return policy.sandboxes;
  }
}

// One whose set-up failed may have no name.
std::string name_of(const ContainerFacts& container) { return container.name.empty() ? "a container" : container.name; }

}  // namespace

std::string name_in(const Report& report, const ContainerFacts& container) {
  std::string name = name_of(container);
  if (container.kind == ContainerFacts::Kind::kEntry) name += fmt::format(", entry {}", container.entry);
  const bool is_taken = std::ranges::find(report.containers, name) != report.containers.end();
  return is_taken ? fmt::format("{}, number {}", name, report.containers.size() + 1) : name;
}

std::string why_not_to_judge(const ContainerFacts& container) {
  if (!container.doubt.empty()) return container.doubt;
  switch (container.ending) {
    case Ending::kFailed: return "its set-up failed: no program was handed over to; " + canon::why_it_failed(container);
    case Ending::kNotComplete: return "its set-up was not complete when tracing ended";
    case Ending::kHandedOver: break;
  }
  return container.handed ? "" : "what it was handed is not known";
}

std::vector<std::string> why_not_to_judge(const RecordingFacts& facts) {
  std::vector<std::string> reasons = facts.lost;
  if (!facts.broken_off.empty()) reasons.push_back("it is read only in part: " + facts.broken_off);
  if (!facts.model_doubt.empty()) reasons.push_back(facts.model_doubt);
  return reasons;
}

Report judge(const Policy& policy, const RecordingFacts& facts) {
  Report report{.judge = "policy", .judged = facts.name, .against = "policy " + policy.name};
  for (const PolicyRule& rule : policy.rules)
    report.rules.push_back({.id = rule.id,
                            .title = std::string(rule.kind->title),
                            .help = rule.why.empty() ? std::string(rule.kind->help) : rule.why,
                            .why = rule.why});
  report.cannot_judge = why_not_to_judge(facts);
  for (const ContainerFacts& container : facts.containers) {
    if (!is_judged(policy, container)) {
      const std::string kind = container.kind == ContainerFacts::Kind::kEntry
                                   ? "a program in a container that was there"
                                   : container.isolation_words;
      report.findings.push_back({.rule = "not-judged",
                                 .verdict = Verdict::kNoted,
                                 .subject = name_of(container),
                                 .message = name_of(container) + " is not judged by this policy: " + kind});
      continue;
    }
    const std::string name = name_in(report, container);
    report.containers.push_back(name);
    const std::string why_not = why_not_to_judge(container);
    if (!why_not.empty()) {
      report.findings.push_back(
          {.rule = "handed-over", .verdict = Verdict::kCannotJudge, .container = name, .message = why_not});
      continue;
    }
    for (const PolicyRule& rule : policy.rules) {
      Judging judging(container, name, facts.kernel_files, rule, report.findings);
      rule.kind->judge(judging);
    }
  }
  if (report.containers.empty())
    report.cannot_judge.emplace_back("no container that this policy judges was set up in this recording");
  return report;
}

}  // namespace cttrace
