// The header of a recording, as JSON.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "cttrace/source.h"

namespace cttrace {

// Text that is no valid UTF-8 (a command line may hold anything) becomes an array of its bytes.
std::string trace_info_to_json(const TraceInfo& info);

// The error's `why` says what is wrong with it.
Result<TraceInfo> trace_info_from_json(std::string_view json);

}  // namespace cttrace
