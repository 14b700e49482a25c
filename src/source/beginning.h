// What every live trace begins with.
#pragma once

#include "cttrace/source.h"

namespace cttrace {

// Sets when it begins (now), and on what machine.
void tell_beginning(TraceInfo& info);

}  // namespace cttrace
