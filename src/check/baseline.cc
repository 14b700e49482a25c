// Learning a baseline from runs, and judging by it.
#include "check/baseline.h"

#include <fmt/format.h>

#include <algorithm>

#include "check/diff.h"

namespace cttrace::canon {
namespace {

constexpr double kMillisecond_ns = 1e6;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Marks what differs; what it is stays as in the first run.
void note_differences(CanonicalContainer& learned, const CanonicalContainer& other) {
  std::set<std::string> groups;
  for (const CanonicalContainer* const each : {static_cast<const CanonicalContainer*>(&learned), &other})
    for (const auto& [name, group] : each->outcome) groups.insert(name);
  for (const std::string& name : groups) {
    Group& own = learned.outcome[name];
    const auto found = other.outcome.find(name);
    static const Group kNone;
    const Group& its = found == other.outcome.end() ? kNone : found->second;
    for (const auto& [key, fact] : own) {
      const auto same = its.find(key);
      if (same == its.end() || !(same->second == fact)) learned.variable.insert(name + "/" + key);
    }
    for (const auto& [key, fact] : its)
      if (!own.contains(key)) learned.variable.insert(name + "/" + key);
  }
  if (!compare_how(learned, other).empty()) learned.variable.insert("how");
  for (const Finding& finding : compare_cost(learned, other)) learned.variable.insert("cost/" + finding.subject);
}

// The containers of each run that correspond to the one at `place` of the baseline; of runs that lack it, or in which
// its set-up failed: none.
std::vector<std::vector<const CanonicalContainer*>> by_container(const CanonicalForm& form,
                                                                 std::span<const CanonicalForm> runs) {
  std::vector<std::vector<const CanonicalContainer*>> all(form.containers.size());
  for (const CanonicalForm& run : runs)
    for (const auto& [own, its] : correspondence_of(form, run).pairs)
      if (run.containers[its].handed_over) all[own].push_back(&run.containers[its]);
  return all;
}

std::vector<double> times_of(const std::vector<const CanonicalContainer*>& containers) {
  std::vector<double> times;
  for (const CanonicalContainer* const each : containers)
    if (each->cost.set_up_ns) times.push_back(static_cast<double>(each->cost.set_up_ns) / kMillisecond_ns);
  return times;
}

// As it is written: a microsecond is exact enough.
double rounded(double value) { return static_cast<double>(static_cast<int64_t>(value * 1000 + 0.5)) / 1000; }

Finding over_budget(const std::string& container, const std::string& subject, std::string message) {
  Finding finding{.rule = "budget", .verdict = Verdict::kBroken, .consequence = Consequence::kOnlyCost};
  finding.container = container;
  finding.subject = subject;
  finding.message = std::move(message);
  return finding;
}

// What decides nothing is said in a line a container.
void fold_noted(Report& report) {
  std::map<std::pair<std::string, Consequence>, size_t> counts;
  for (const Finding& each : report.findings)
    if (each.verdict == Verdict::kNoted) ++counts[{each.container, each.consequence}];
  std::erase_if(report.findings, [](const Finding& each) { return each.verdict == Verdict::kNoted; });
  for (const auto& [of, count] : counts) {
    const bool way = of.second == Consequence::kOnlyHow;
    Finding noted{.rule = "baseline", .verdict = Verdict::kNoted, .consequence = of.second, .container = of.first};
    noted.subject = of.first;
    noted.message = fmt::format("{} in {} {} (--how tells)", way ? "it is made differently" : "its cost differs", count,
                                count == 1 ? "way" : "ways");
    report.findings.push_back(std::move(noted));
  }
}

class BudgetJudge {
 public:
  BudgetJudge(const Baseline& baseline, std::optional<double> reference, Report& report)
      : baseline_(baseline), reference_(reference), report_(report) {}

  void judge(size_t place, const std::vector<const CanonicalContainer*>& runs) {
    const Budget& budget = *baseline_.budgets[place];
    const std::string& name = baseline_.form.containers[place].name;
    report_.containers.push_back(name);
    const size_t before = report_.findings.size();
    if (runs.empty()) {
      cannot(name, "it was set up in none of the runs");
      return;
    }
    counts(name, budget, runs);
    time(name, budget, runs);
    if (report_.findings.size() != before) return;
    Finding holds{.rule = "budget", .verdict = Verdict::kHolds, .container = name, .subject = name};
    holds.message = "it costs no more than it may";
    report_.findings.push_back(std::move(holds));
  }

 private:
  void cannot(const std::string& name, std::string why) {
    report_.findings.push_back({.rule = "budget",
                                .verdict = Verdict::kCannotJudge,
                                .container = name,
                                .subject = name,
                                .message = std::move(why)});
  }

  // Of a count that varies the least says what is needed.
  void counts(const std::string& name, const Budget& budget, const std::vector<const CanonicalContainer*>& runs) {
    std::map<std::string, uint64_t> least = runs[0]->cost.calls;
    uint64_t mounts = runs[0]->cost.mounts_made;
    for (const CanonicalContainer* const run : runs) {
      for (auto& [call, count] : least) {
        const auto found = run->cost.calls.find(call);
        count = std::min(count, found == run->cost.calls.end() ? 0 : found->second);
      }
      mounts = std::min(mounts, run->cost.mounts_made);
    }
    for (const auto& [call, count] : least) {
      const auto allowed = budget.calls.find(call);
      const uint64_t most = allowed == budget.calls.end() ? 0 : allowed->second;
      if (count > most) exceeds(name, call, fmt::format("{} calls of {}, and its budget is {}", count, call, most));
    }
    if (mounts > budget.mounts_made)
      exceeds(name, "mounts made", fmt::format("{} mounts are made, and its budget is {}", mounts, budget.mounts_made));
  }

  void time(const std::string& name, const Budget& budget, const std::vector<const CanonicalContainer*>& runs) {
    const std::vector<double> times = times_of(runs);
    if (times.empty()) return cannot(name, "how long its set-up took is not known");
    const double took = median(times);
    if (budget.ratio && !reference_)
      return cannot(name, "its budget is relative to a reference: --reference is missing");
    const double now = budget.ratio ? took / *reference_ : took;
    const double most = (budget.ratio ? *budget.ratio : budget.set_up_ms) * (1 + baseline_.tolerance);
    if (now <= most) return;
    const std::string unit = budget.ratio ? " times the reference" : " ms";
    exceeds(name, "set-up time",
            fmt::format(
                "its set-up takes {:.2f}{}, and its budget is {:.2f} (with a tolerance of {:.0f}%); median of {} run{}",
                now, unit, most, baseline_.tolerance * 100, times.size(), times.size() == 1 ? "" : "s"));
  }

  void exceeds(const std::string& name, const std::string& subject, std::string message) {
    report_.findings.push_back(over_budget(name, subject, std::move(message)));
  }

  const Baseline& baseline_;
  std::optional<double> reference_;
  Report& report_;
};

}  // namespace

std::optional<double> reference_ms(const CanonicalForm& reference) {
  std::vector<const CanonicalContainer*> all;
  for (const CanonicalContainer& each : reference.containers)
    if (each.handed_over) all.push_back(&each);
  const std::vector<double> times = times_of(all);
  return times.empty() ? std::nullopt : std::optional(median(times));
}

Baseline learn(std::span<const CanonicalForm> runs) {
  Baseline baseline{.form = runs.front()};
  for (const CanonicalForm& run : runs.subspan(1)) {
    const Correspondence found = correspondence_of(baseline.form, run);
    for (const auto& [own, its] : found.pairs) note_differences(baseline.form.containers[own], run.containers[its]);
    for (const size_t own : found.only_before) baseline.form.containers[own].variable.insert("present");
    for (const size_t its : found.only_after) {
      baseline.form.containers.push_back(run.containers[its]);
      baseline.form.containers.back().variable.insert("present");
    }
  }
  baseline.budgets.resize(baseline.form.containers.size());
  return baseline;
}

void add_budgets(Baseline& baseline, std::span<const CanonicalForm> runs, std::optional<double> reference) {
  const auto found = by_container(baseline.form, runs);
  for (size_t i = 0; i < found.size(); ++i) {
    Budget budget;
    for (const CanonicalContainer* const run : found[i]) {
      for (const auto& [name, count] : run->cost.calls) budget.calls[name] = std::max(budget.calls[name], count);
      budget.mounts_made = std::max(budget.mounts_made, run->cost.mounts_made);
    }
    const std::vector<double> times = times_of(found[i]);
    if (times.empty()) continue;
    budget.set_up_ms = rounded(median(times));
    if (reference && *reference > 0) budget.ratio = rounded(median(times) / *reference);
    baseline.budgets[i] = std::move(budget);
  }
}

void keep_what_varies(Baseline& newer, const Baseline& older) {
  newer.tolerance = older.tolerance;
  for (const auto& [before, after] : correspondence_of(older.form, newer.form).pairs)
    newer.form.containers[after].variable.insert(older.form.containers[before].variable.begin(),
                                                 older.form.containers[before].variable.end());
}

std::vector<std::string> variable_words(const Baseline& baseline) {
  constexpr size_t kMostTold = 12;
  const std::vector<std::string> labels = labels_of(baseline.form.containers);
  std::vector<std::string> lines;
  for (size_t i = 0; i < labels.size(); ++i) {
    std::vector<std::string> facts;
    for (const std::string& each : baseline.form.containers[i].variable)
      if (each != "how" && !each.starts_with("cost/")) facts.push_back(each);
    if (facts.empty()) continue;
    const size_t count = facts.size();
    facts.resize(std::min(count, kMostTold));
    if (count > kMostTold) facts.push_back(fmt::format("and {} more in \"variable\"", count - kMostTold));
    lines.push_back(
        fmt::format("{}: not the same in every run, so not compared: {}", labels[i], fmt::join(facts, ", ")));
  }
  return lines;
}

Report judge_baseline(const CanonicalForm& now, const Baseline& baseline, bool how) {
  Report report = diff(baseline.form, now, {.how = how, .against_baseline = true});
  report.against = "the baseline " + baseline.form.name;
  report.rules.push_back({.id = "baseline",
                          .title = "the container is as in the baseline",
                          .help = "Review what differs. Where it is meant, write a new baseline with --update."});
  if (!how) fold_noted(report);
  for (Finding& finding : report.findings)
    if (finding.verdict == Verdict::kBroken || finding.verdict == Verdict::kCannotJudge ||
        finding.verdict == Verdict::kNoted)
      finding.rule = "baseline";
  for (const std::string& name : report.containers) {
    const bool told = std::ranges::any_of(report.findings, [&](const Finding& each) {
      return each.container == name && each.verdict != Verdict::kNoted;
    });
    if (told) continue;
    Finding same{.rule = "baseline", .verdict = Verdict::kHolds, .container = name, .subject = name};
    same.message = "it is as in the baseline";
    report.findings.push_back(std::move(same));
  }
  return report;
}

Report judge_budget(std::span<const CanonicalForm> runs, const Baseline& baseline, std::optional<double> reference) {
  Report report{.judge = "budget"};
  report.judged = runs.front().name;
  if (runs.size() > 1) report.judged += fmt::format(" and {} more", runs.size() - 1);
  report.against = "the budgets in " + baseline.form.name;
  report.against_file = baseline.form.name;
  report.rules.push_back({.id = "budget",
                          .title = "the container costs no more than it may",
                          .help = "Where the cost is meant, write new budgets with --update."});
  for (const CanonicalForm& run : runs)
    for (const std::string& why : run.cannot_judge) report.cannot_judge.push_back(run.name + ": " + why);
  const auto found = by_container(baseline.form, runs);
  BudgetJudge judge(baseline, reference, report);
  for (size_t i = 0; i < baseline.form.containers.size(); ++i)
    if (baseline.budgets[i]) judge.judge(i, found[i]);
  return report;
}

}  // namespace cttrace::canon
