// `cttrace baseline FILE...`, and the part of `cttrace check` that judges by one.
#include "check/baseline.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/escape.h"
#include "check/diff.h"
#include "cli/commands.h"
#include "cli/judge_baseline.h"
#include "cli/output.h"
#include "cli/read_recording.h"
#include "cli/same_file.h"
#include "cli/text_file.h"
#include "cli/values.h"

namespace cttrace {
namespace {

using Runs = std::vector<canon::CanonicalForm>;

std::optional<double> reference_of(const Options& options) {
  if (options.reference.empty()) return std::nullopt;
  const std::optional<double> took_ms = canon::reference_ms(canon::canonical(read_recording(options.reference)));
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
  for (const canon::CanonicalForm& run : runs) {
    const auto refuse = [&](const std::string& why, const std::string& remedy = {}) {
      throw Failure(
          Error{.what = "make a baseline of", .subject = run.name, .why = why, .remedy = remedy, .exit_status = 2});
    };
    if (!run.cannot_judge.empty()) refuse(run.cannot_judge.front());
    if (run.containers.empty()) refuse("no container was set up in it");
    const std::vector<std::string> labels = canon::labels_of(run.containers);
    for (size_t i = 0; i < labels.size(); ++i) {
      const canon::CanonicalContainer& each = run.containers[i];
      if (each.doubts.empty()) continue;
      refuse(labels[i] + ": " + each.doubts.front(), each.handed_over ? "" : "record a run in which it starts");
    }
  }
}

canon::Baseline learned(const Runs& runs, bool budget, std::optional<double> reference) {
  canon::Baseline baseline = canon::learn(runs);
  if (budget) canon::add_budgets(baseline, runs, reference);
  return baseline;
}

// What no check looks at any more is not left out without a word.
void tell_what_varies(const canon::Baseline& baseline) {
  for (const std::string& line : canon::variable_words(baseline))
    std::fprintf(stderr, "cttrace: %s\n", escape_rest_for_terminal(line).c_str());
}

void write_to(Output& output, const canon::Baseline& baseline) {
  output.write(canon::baseline_text(baseline));
  const Status closed = output.close();
  if (!closed) throw Failure(closed.error());
}

bool has_budgets(const canon::Baseline& baseline) {
  return std::ranges::any_of(baseline.budgets, [](const auto& each) { return each.has_value(); });
}

void update(const Options& options, const Runs& runs, const canon::Baseline& older, std::optional<double> reference) {
  require_sure(runs);
  canon::Baseline newer = learned(runs, has_budgets(older), reference);
  tell_what_varies(newer);
  canon::keep_what_varies(newer, older);
  Result<Output> output = Output::whole(options.baseline);
  if (!output) throw Failure(output.error());
  write_to(*output, newer);
}

Runs canonical_runs(std::span<const RecordingFacts> facts) {
  Runs runs;
  for (const RecordingFacts& each : facts) runs.push_back(canon::canonical(each));
  return runs;
}

}  // namespace

int baseline(const Options& options) {
  const Status distinct = check_not_read(options.output, options);
  if (!distinct) throw Failure(distinct.error());
  Runs runs;
  for (const std::string& file : options.operands)
    runs.push_back(canon::canonical(read_recording(file, options.container)));
  require_sure(runs);
  const canon::Baseline made = learned(runs, options.budget, reference_of(options));
  tell_what_varies(made);
  Result<Output> output = Output::whole(options.output);
  if (!output) throw Failure(output.error());
  write_to(*output, made);
  return 0;
}

canon::Baseline load_baseline(const std::string& path, const std::string& container) {
  const Result<std::string> text = read_text_file(path, "the baseline", "make a baseline of it with cttrace baseline");
  if (!text) throw Failure(text.error());
  Result<canon::Baseline> baseline = canon::read_baseline(*text, path);
  if (!baseline) throw Failure(baseline.error());
  if (container.empty()) return std::move(*baseline);
  canon::Baseline chosen{.form = baseline->form, .budgets = {}, .tolerance = baseline->tolerance};
  chosen.form.containers.clear();
  for (size_t i = 0; i < baseline->form.containers.size(); ++i) {
    if (baseline->form.containers[i].name != container) continue;
    chosen.form.containers.push_back(std::move(baseline->form.containers[i]));
    chosen.budgets.push_back(std::move(baseline->budgets[i]));
  }
  if (chosen.form.containers.empty())
    throw Failure(usage_error("use --container", container, "there is no container of this name in " + path));
  return chosen;
}

std::vector<Report> judge_by_baseline(const canon::Baseline& baseline, std::span<const RecordingFacts> facts,
                                      const Options& options) {
  if (options.update && !options.container.empty())
    throw Failure(usage_error("use --update", "", "--container was given too: the other containers would be lost"));
  const Runs runs = canonical_runs(facts);
  const std::optional<double> reference = reference_of(options);
  std::vector<Report> reports;
  for (const canon::CanonicalForm& run : runs) reports.push_back(canon::judge_baseline(run, baseline, options.how));
  if (has_budgets(baseline)) reports.push_back(canon::judge_budget(runs, baseline, reference));
  for (Report& report : reports) report.forgiven = options.update;
  if (options.update) update(options, runs, baseline, reference);
  return reports;
}

}  // namespace cttrace
