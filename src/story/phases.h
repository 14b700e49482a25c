// Where a step belongs once the container's root is known.
#pragma once

#include "cttrace/step.h"
#include "story/roots.h"

namespace cttrace {

// Gives every path its place below the container's root, and the step its phase.
void place(Step& step, const Roots& roots);

}  // namespace cttrace
