// Calls that do one thing together: steps are joined as they come.
#pragma once

#include "cttrace/step.h"

namespace cttrace {

// `next` belongs to what `last` began, of the same process: it becomes part of it. False: it is a step of its own.
bool absorb(Step& last, Step& next);

// The step looked in vain for the program that runs now.
bool is_search_for(const Step& step, const ProgramRun& run);

// `last` does the same as `before` did, to something else: they become one. False: they do not.
bool fold(Step& before, Step& last);

// The calls of `from` are counted to `into`, too.
void add_calls(Step& into, const Step& from);

}  // namespace cttrace
