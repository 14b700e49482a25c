// The filter that has calls of interest stop, and no others.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "tables/selection.h"

namespace cttrace::ptrace {

// For a process that is followed with PtraceOptions::filtered, before it executes its program. Whoever has it and is
// followed no more has these calls fail with ENOSYS.
std::vector<sock_filter> calls_filter(const Selection& selection);

}  // namespace cttrace::ptrace
