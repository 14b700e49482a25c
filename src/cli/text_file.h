// Reading small files that people write: policies, baselines, configurations.
#pragma once

#include <string>

#include "base/error.h"

namespace cttrace {

// All of it. `what` is what it should be, for the error (exit_status 2): "the policy". More than kLargestText_bytes of
// check/json_reading.h is not read on. A recording is an Error: `of_recording` says what to do with it.
Result<std::string> read_text_file(const std::string& path, const std::string& what,
                                   const std::string& of_recording = {});

}  // namespace cttrace
