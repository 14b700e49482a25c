#include "check/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "check/difference.h"

namespace cttrace::canon {
namespace {

constexpr std::string_view kMadeUp = "<id>";
constexpr size_t kMostCompared = 64;  // containers without a name, with each other

size_t equal_facts(const CanonicalContainer& a, const CanonicalContainer& b) {
  size_t equal = a.runtime == b.runtime;
  for (const auto& [name, group] : a.outcome) {
    const auto other = b.outcome.find(name);
    if (other == b.outcome.end()) continue;
    for (const auto& [key, fact] : group) {
      const auto found = other->second.find(key);
      equal += found != other->second.end() && found->second == fact;
    }
  }
  return equal;
}

// A container's key where its name was chosen: with how often it came before.
using Key = std::tuple<std::string, std::string, size_t>;

std::vector<std::optional<Key>> keys_of(const std::vector<CanonicalContainer>& containers) {
  std::vector<std::optional<Key>> keys;
  std::map<std::pair<std::string, std::string>, size_t> seen;
  for (const CanonicalContainer& each : containers) {
    if (each.name == kMadeUp)
      keys.emplace_back();
    else
      keys.push_back(Key(each.kind, each.name, seen[{each.kind, each.name}]++));
  }
  return keys;
}

class Matching {
 public:
  Matching(const CanonicalForm& before, const CanonicalForm& after)
      : before_(before.containers), after_(after.containers), taken_(before_.size()), partner_(after_.size()) {}

  Correspondence take() {
    by_name();
    without_names();
    alone_of_their_kind();
    Correspondence all;
    for (size_t i = 0; i < after_.size(); ++i) {
      if (partner_[i])
        all.pairs.emplace_back(*partner_[i], i);
      else
        all.only_after.push_back(i);
    }
    for (size_t i = 0; i < before_.size(); ++i)
      if (!taken_[i]) all.only_before.push_back(i);
    return all;
  }

 private:
  void pair(size_t before, size_t after) {
    taken_[before] = true;
    partner_[after] = before;
  }

  void by_name() {
    const auto before = keys_of(before_), after = keys_of(after_);
    std::map<Key, size_t> places;
    for (size_t i = 0; i < before.size(); ++i)
      if (before[i]) places[*before[i]] = i;
    for (size_t i = 0; i < after.size(); ++i)
      if (const auto found = after[i] ? places.find(*after[i]) : places.end(); found != places.end())
        pair(found->second, i);
  }

  // Names that are made up say nothing.
  void without_names() {
    const std::vector<size_t> left = nameless(before_), right = nameless(after_);
    if (left.size() <= kMostCompared && right.size() <= kMostCompared)
      by_likeness(left, right);
    else
      in_order(left, right);
  }

  // Who is most alike is paired first, equals in their order.
  void by_likeness(const std::vector<size_t>& left, const std::vector<size_t>& right) {
    struct Candidate {
      size_t score, before, after;
    };
    std::vector<Candidate> candidates;
    for (const size_t after : right)
      for (const size_t before : left)
        if (before_[before].kind == after_[after].kind)
          candidates.push_back({equal_facts(before_[before], after_[after]), before, after});
    std::ranges::stable_sort(candidates, std::ranges::greater(), &Candidate::score);
    for (const Candidate& each : candidates)
      if (!taken_[each.before] && !partner_[each.after]) pair(each.before, each.after);
  }

  // The first of a kind with the first, and so on.
  void in_order(const std::vector<size_t>& left, const std::vector<size_t>& right) {
    std::map<std::string_view, std::vector<size_t>> waiting;
    for (auto before = left.rbegin(); before != left.rend(); ++before)
      waiting[before_[*before].kind].push_back(*before);
    for (const size_t after : right) {
      std::vector<size_t>& of_kind = waiting[after_[after].kind];
      if (of_kind.empty()) continue;
      pair(of_kind.back(), after);
      of_kind.pop_back();
    }
  }

  // Who compares one container with one other means these two, whatever they are called.
  void alone_of_their_kind() {
    std::map<std::string, std::pair<std::vector<size_t>, std::vector<size_t>>> kinds;
    for (size_t i = 0; i < before_.size(); ++i) kinds[before_[i].kind].first.push_back(i);
    for (size_t i = 0; i < after_.size(); ++i) kinds[after_[i].kind].second.push_back(i);
    for (const auto& [kind, of] : kinds)
      if (of.first.size() == 1 && of.second.size() == 1) pair(of.first[0], of.second[0]);
  }

  static std::vector<size_t> nameless(const std::vector<CanonicalContainer>& containers) {
    std::vector<size_t> places;
    for (size_t i = 0; i < containers.size(); ++i)
      if (containers[i].name == kMadeUp) places.push_back(i);
    return places;
  }

  const std::vector<CanonicalContainer>& before_;
  const std::vector<CanonicalContainer>& after_;
  std::vector<bool> taken_;
  std::vector<std::optional<size_t>> partner_;
};

Finding only_in_one(const CanonicalContainer& container, const std::string& name, bool before) {
  Finding finding{.rule = "diff-container", .verdict = Verdict::kBroken, .consequence = Consequence::kEqual};
  finding.container = name;
  finding.subject = name;
  finding.message = fmt::format("{} ({}) is {}", name, container.runtime,
                                before ? "missing" : "new: nothing that was there corresponds to it");
  return finding;
}

// Both sides of a fact that is not the same.
void compare_fact(const Changed& changed, const std::string& name, const DiffOptions& options,
                  std::vector<Finding>& findings) {
  const bool was_unknown = changed.before && changed.before->unknown,
             is_unknown = changed.after && changed.after->unknown;
  const bool any_unknown = was_unknown || is_unknown;
  Finding finding{.rule = "diff-" + changed.group, .container = name};
  if (any_unknown) {
    if (was_unknown && (is_unknown || options.against_baseline)) return;
    // Where nobody could tell on one side, there need not be a fact on the other.
    finding.verdict = Verdict::kCannotJudge;
    finding.subject = changed.key;
    const std::string what = changed.key == kAll ? "" : " (" + changed.key + ")";
    finding.message = fmt::format("{}{}: not known {}", changed.group, what, is_unknown ? "now" : "of before");
    findings.push_back(std::move(finding));
    return;
  }
  for (Told& told : told_of(changed)) {
    finding.verdict = Verdict::kBroken;
    finding.consequence = told.consequence;
    finding.subject = std::move(told.subject);
    finding.message = std::move(told.message);
    finding.expected = std::move(told.expected);
    finding.found = std::move(told.found);
    finding.events = changed.after ? changed.after->events : std::vector<EventNumber>();
    findings.push_back(finding);
  }
}

const Group& group_of(const CanonicalContainer& container, const std::string& name) {
  static const Group kNone;
  const auto found = container.outcome.find(name);
  return found == container.outcome.end() ? kNone : found->second;
}

bool is_unknown(const Group& group) {
  const auto all = group.find(kAll);
  return all != group.end() && all->second.unknown;
}

void compare_group(const std::string& group, const CanonicalContainer& before, const CanonicalContainer& after,
                   const std::string& name, const DiffOptions& options, std::vector<Finding>& findings) {
  const Group &was = group_of(before, group), &is = group_of(after, group);
  std::set<std::string> keys;
  // What one side does not know at all, it knows in no part.
  if (is_unknown(was) || is_unknown(is)) {
    keys.insert(kAll);
  } else {
    for (const auto& [key, fact] : was) keys.insert(key);
    for (const auto& [key, fact] : is) keys.insert(key);
  }
  for (const std::string& key : keys) {
    if (before.variable.contains(group + "/" + key)) continue;
    const auto old_fact = was.find(key), new_fact = is.find(key);
    const CanonicalFact* const a = old_fact == was.end() ? nullptr : &old_fact->second;
    const CanonicalFact* const b = new_fact == is.end() ? nullptr : &new_fact->second;
    if (a && b && *a == *b) continue;
    compare_fact({.group = group, .key = key, .before = a, .after = b, .was = before, .is = after}, name, options,
                 findings);
  }
}

// Whose names differ, as "web / db".
std::string label_of(const CanonicalContainer& before, const std::string& old_label, const CanonicalContainer& after,
                     const std::string& label) {
  return before.name == after.name ? label : fmt::format("{} / {}", old_label, label);
}

constexpr const char* kGroupOrder[] = {"set-up", "failures", "namespaces", "root",         "mounts",
                                       "masked", "devices",  "identity",   "capabilities", "privileges",
                                       "limits", "cgroup",   "names",      "sysctls",      "descriptors"};

}  // namespace

Correspondence correspondence_of(const CanonicalForm& before, const CanonicalForm& after) {
  return Matching(before, after).take();
}

std::vector<std::string> labels_of(const std::vector<CanonicalContainer>& containers) {
  std::vector<std::string> labels;
  std::map<std::string, size_t> seen;
  for (size_t i = 0; i < containers.size(); ++i) {
    const CanonicalContainer& each = containers[i];
    const std::string name = each.name == kMadeUp ? fmt::format("#{}", i + 1) : each.name;
    std::string label = each.kind == "entry" ? "entry into " + name : name;
    if (const size_t before = seen[label]++) label += fmt::format(" #{}", before + 1);
    labels.push_back(std::move(label));
  }
  return labels;
}

std::vector<Finding> compare(const CanonicalContainer& before, const CanonicalContainer& after, const std::string& name,
                             const DiffOptions& options) {
  std::vector<Finding> findings;
  // Of a set-up that failed most facts are missing, which says nothing about isolation.
  const bool comparable = before.handed_over && after.handed_over;
  if (comparable)
    for (const char* const group : kGroupOrder) compare_group(group, before, after, name, options, findings);
  // Whichever differ in the way alone count where that was asked for.
  std::vector<Finding> others = before.variable.contains("how") ? std::vector<Finding>() : compare_how(before, after);
  std::ranges::move(compare_cost(before, after), std::back_inserter(others));
  for (Finding& finding : others) {
    finding.container = name;
    finding.verdict = options.how && comparable ? Verdict::kBroken : Verdict::kNoted;
    findings.push_back(std::move(finding));
  }
  return findings;
}

Report diff(const CanonicalForm& before, const CanonicalForm& after, const DiffOptions& options) {
  Report report{.judge = options.against_baseline ? "baseline" : "diff"};
  report.judged = after.name;
  report.against = report.against_file = before.name;
  for (const CanonicalForm* const form : {&before, &after})
    for (const std::string& why : form->cannot_judge) report.cannot_judge.push_back(form->name + ": " + why);
  for (const CanonicalForm* const form : {&before, &after})
    if (form->containers.empty())
      report.cannot_judge.push_back(fmt::format("{}: no container was set up in it{}{}", form->name,
                                                form->why_none.empty() ? "" : ": ", form->why_none));
  if (before.rules != after.rules)
    report.cannot_judge.push_back(fmt::format("{} was made by the rules of version {}, {} by those of version {}",
                                              before.name, before.rules, after.name, after.rules));
  DiffOptions usable = options;
  if (!before.has_how || !after.has_how) usable.how = false;
  report.tells_how = usable.how;
  const Correspondence found = correspondence_of(before, after);
  const std::vector<std::string> old_labels = labels_of(before.containers), labels = labels_of(after.containers);
  for (const auto& [was, is] : found.pairs) {
    const CanonicalContainer &a = before.containers[was], &b = after.containers[is];
    const std::string name = label_of(a, old_labels[was], b, labels[is]);
    report.containers.push_back(name);
    report.other_runtime = report.other_runtime || a.runtime != b.runtime;
    for (const CanonicalContainer* const each : {&a, &b})
      for (const std::string& doubt : each->doubts)
        report.findings.push_back({.rule = "diff-doubt",
                                   .verdict = Verdict::kCannotJudge,
                                   .container = name,
                                   .subject = name,
                                   .message = (each == &a ? before.name : after.name) + ": " + doubt});
    std::ranges::move(compare(a, b, name, usable), std::back_inserter(report.findings));
  }
  for (const size_t each : found.only_before) {
    if (before.containers[each].variable.contains("present")) continue;
    report.containers.push_back(old_labels[each]);
    report.findings.push_back(only_in_one(before.containers[each], report.containers.back(), true));
  }
  for (const size_t each : found.only_after) {
    report.containers.push_back(labels[each]);
    report.findings.push_back(only_in_one(after.containers[each], report.containers.back(), false));
  }
  return report;
}

}  // namespace cttrace::canon
