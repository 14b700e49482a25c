// From steps by process to a story in order.
#pragma once

#include <vector>

#include "cttrace/story.h"
#include "story/draft.h"
#include "story/roots.h"

namespace cttrace {

// Gives every path its place below the container's root, and every step the phase that it belongs to there.
void place(Step& step, const Roots& roots);

// Steps with their phases, each process's in its order; what goes on at the same time is not mixed, but told phase by
// phase, in the order in which these began.
std::vector<Step> in_order(std::vector<std::vector<Step>> by_process);

const char* name_of(Phase phase);

}  // namespace cttrace
