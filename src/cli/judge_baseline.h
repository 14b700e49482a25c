// Baselines made, judged by and updated.
#pragma once

#include <span>
#include <vector>

#include "check/finding.h"
#include "cli/options.h"

namespace cttrace {

// A report a recording (options.operands), and one on the budgets where there are any. With options.update the baseline
// is written anew, unless a recording cannot be judged. Throws Failure.
std::vector<Report> judge_by_baseline(const Options& options);

}  // namespace cttrace
