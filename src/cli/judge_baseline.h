// Judging by a baseline, and writing it anew.
#pragma once

#include <span>
#include <vector>

#include "check/baseline.h"
#include "check/facts.h"
#include "check/finding.h"
#include "cli/options.h"

namespace cttrace {

// Throws Failure (exit_status 2). `container`: only those of this name; empty: all.
canon::Baseline load_baseline(const std::string& path, const std::string& container);

// A report a run, and one on the budgets where there are any. With options.update the baseline's file is written anew;
// where a run cannot be judged, that is a Failure. Throws Failure.
std::vector<Report> judge_by_baseline(const canon::Baseline& baseline, std::span<const RecordingFacts> runs,
                                      const Options& options);

}  // namespace cttrace
