// Failures that are usual, and end a set-up all the same.
#pragma once

#include <vector>

#include "story/draft.h"

namespace cttrace {

// A process may have ended for this failure.
bool may_end(const Step& failed);
// Who takes this step has not ended for what failed before.
bool goes_past(const Step& failed, const Step& step);

// Of a set-up that failed: where the process that ended it was excused for what it failed with, that is told as a
// failure.
void blame(std::vector<Draft::Part>& parts);

}  // namespace cttrace
