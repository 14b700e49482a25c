// A recording read to its end, for what is known of the containers in it.
#pragma once

#include <string>

#include "check/facts.h"

namespace cttrace {

// Throws Failure (exit_status 2) where it is no recording, or cannot be opened. One that is cut short or corrupt
// further on is read as far as it goes: then `broken_off` says why. `container`: only those of this name are kept, and
// there must be one; empty: all.
RecordingFacts read_recording(const std::string& path, const std::string& container = {});

}  // namespace cttrace
