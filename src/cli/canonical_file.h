// Canonical forms from files: of recordings, and of baselines.
#pragma once

#include <string>

#include "check/canonical.h"

namespace cttrace {

// Whichever the file is. `container`: only those of this name; empty: all. Throws Failure.
canon::CanonicalForm canonical_file(const std::string& path, const std::string& container);

}  // namespace cttrace
