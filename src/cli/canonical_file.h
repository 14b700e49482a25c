// Canonical forms from files: of recordings, and of baselines.
#pragma once

#include <string>

#include "check/baseline.h"

namespace cttrace {

// Of a recording as read_recording() reads it. `container`: only those of this name; empty: all. Throws Failure.
check::CanonicalForm canonical_recording(const std::string& path, const std::string& container);
// Throws Failure (exit_status 2).
check::Baseline load_baseline(const std::string& path, const std::string& container);
// Whichever the file is.
check::CanonicalForm canonical_file(const std::string& path, const std::string& container);

}  // namespace cttrace
