// A baseline: the canonical form of one run, or of several, in a file that is kept with the sources of who checks
// against it. docs/schema/baseline.json describes it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "check/canonical.h"
#include "check/finding.h"

namespace cttrace::canon {

// Of the file's layout; the rules have a version of their own.
inline constexpr int kBaselineVersion = 1;

// What a container may cost. Only of those whose baseline was made with one.
struct Budget {
  std::map<std::string, uint64_t> calls = {};  // by name
  uint64_t mounts_made = 0;
  double set_up_ms = 0;         // the median of the runs
  std::optional<double> ratio;  // that divided by what the reference took in the same job
};

struct Baseline {
  CanonicalForm form = {};
  std::vector<std::optional<Budget>> budgets = {};  // as many as containers
  double tolerance = 0.5;  // how much longer than its budget a set-up may take: 0.5 is half as long again
};

// How long the reference took, in milliseconds: the median of the set-ups in it. None: there is none in it.
std::optional<double> reference_ms(const CanonicalForm& reference);

// What the runs have in common; what is not the same in every one is marked as variable. At least one run.
Baseline learn(std::span<const CanonicalForm> runs);
// The budget of each container, as the runs need it. `reference`: of the same job.
void add_budgets(Baseline& baseline, std::span<const CanonicalForm> runs, std::optional<double> reference);
// The newest form, with what was known to vary and with the tolerance of before.
void keep_what_varies(Baseline& newer, const Baseline& older);

// What of the outcome was not the same in every run, and is not compared any more: a line a container.
std::vector<std::string> variable_words(const Baseline& baseline);

// Sorted keys, one fact a line; ASCII.
std::string baseline_text(const Baseline& baseline);
// An Error (exit_status 2) says where in `name` something is not as it should be.
Result<Baseline> read_baseline(std::string_view text, const std::string& name);
// The first bytes are those of a baseline, and not of a recording.
bool is_baseline(std::string_view beginning);

Report judge_baseline(const CanonicalForm& now, const Baseline& baseline, bool how);
// Whether the containers of the runs cost no more than they may: one report, on the median of the runs.
Report judge_budget(std::span<const CanonicalForm> runs, const Baseline& baseline, std::optional<double> reference);

}  // namespace cttrace::canon
