// `cttrace baseline FILE...`, and the part of `cttrace check` that judges by one.
#include <unistd.h>

#include <algorithm>

#include "cli/canonical_file.h"
#include "cli/commands.h"
#include "cli/judge_baseline.h"
#include "cli/output.h"
#include "cli/values.h"

namespace cttrace {
namespace {

using Runs = std::vector<check::CanonicalForm>;

Runs read_runs(const Options& options) {
  Runs runs;
  for (const std::string& file : options.operands) runs.push_back(canonical_recording(file, options.container));
  return runs;
}

std::optional<double> reference_of(const Options& options) {
  if (options.reference.empty()) return std::nullopt;
  const std::optional<double> took_ms = check::reference_ms(canonical_recording(options.reference, {}));
  if (!took_ms || *took_ms <= 0)
    throw Failure(Error{.what = "use the reference",
                        .subject = options.reference,
                        .why = "no container was set up in it",
                        .remedy = "record a command that always does the same: unshare -m true",
                        .exit_status = 2});
  return took_ms;
}

// What nobody can be sure of is no baseline.
void require_sure(const Runs& runs) {
  for (const check::CanonicalForm& run : runs) {
    const auto refuse = [&](const std::string& why) {
      throw Failure(Error{.what = "make a baseline of", .subject = run.name, .why = why, .exit_status = 2});
    };
    if (!run.cannot_judge.empty()) refuse(run.cannot_judge.front());
    if (run.containers.empty()) refuse("no container was set up in it");
    for (const check::CanonicalContainer& each : run.containers)
      if (!each.doubts.empty()) refuse(each.name + ": " + each.doubts.front());
  }
}

check::Baseline learned(const Runs& runs, bool budget, std::optional<double> reference) {
  check::Baseline baseline = check::learn(runs);
  if (budget) check::add_budgets(baseline, runs, reference);
  return baseline;
}

void write_to(Output& output, const check::Baseline& baseline) {
  output.write(check::baseline_text(baseline));
  const Status closed = output.close();
  if (!closed) throw Failure(closed.error());
}

void update(const Options& options, const Runs& runs, const check::Baseline& older, std::optional<double> reference) {
  require_sure(runs);
  const bool budget =
      options.budget || std::ranges::any_of(older.budgets, [](const auto& each) { return each.has_value(); });
  check::Baseline newer = learned(runs, budget, reference);
  check::keep_what_varies(newer, older);
  Result<Output> output = Output::to_file(options.baseline);
  if (!output) throw Failure(output.error());
  write_to(*output, newer);
}

}  // namespace

int baseline(const Options& options) {
  for (const std::string& file : options.operands) {
    const Status distinct = check_not_the_same(options.output, file);
    if (!distinct) throw Failure(distinct.error());
  }
  const Runs runs = read_runs(options);
  require_sure(runs);
  const check::Baseline made = learned(runs, options.budget, reference_of(options));
  Result<Output> output = Output::open(options, STDOUT_FILENO);
  if (!output) throw Failure(output.error());
  write_to(*output, made);
  return 0;
}

std::vector<Report> judge_by_baseline(const Options& options) {
  const check::Baseline baseline = load_baseline(options.baseline, options.container);
  const Runs runs = read_runs(options);
  const std::optional<double> reference = reference_of(options);
  std::vector<Report> reports;
  for (const check::CanonicalForm& run : runs) reports.push_back(check::judge_baseline(run, baseline, options.how));
  const bool budgets = std::ranges::any_of(baseline.budgets, [](const auto& each) { return each.has_value(); });
  if (budgets) reports.push_back(check::judge_budget(runs, baseline, reference));
  if (options.update) update(options, runs, baseline, reference);
  return reports;
}

}  // namespace cttrace
