// How the running kernel differs from others, as far as its BTF tells, which anybody may read.
#pragma once

#include <string>
#include <vector>

namespace cttrace {

// The names for TraceInfo::kernel_traits; none where there is no BTF.
std::vector<std::string> kernel_traits();

}  // namespace cttrace
