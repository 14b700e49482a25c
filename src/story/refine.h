// What a process's steps mean together, once all of them are known.
#pragma once

#include <vector>

#include "cttrace/step.h"

namespace cttrace {

// Of one process, in order, with their places. What was tried again and done is no failure; what was made read-only in
// the end was mounted for that.
void refine(std::vector<Step>& steps);

}  // namespace cttrace
