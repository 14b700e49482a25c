// What every live trace begins with.
#pragma once

#include "cttrace/source.h"

namespace cttrace {

// Sets when it begins (now), and on what machine.
void tell_beginning(TraceInfo& info);

// How this kernel differs from others, as far as its BTF, which anybody may read, tells: TraceInfo::kernel_traits.
std::vector<std::string> kernel_traits();

}  // namespace cttrace
