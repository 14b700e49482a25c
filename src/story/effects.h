// What the model says of a call, for its step.
#pragma once

#include "cttrace/change.h"
#include "cttrace/step.h"

namespace cttrace {

// The call succeeded, and everything is as it was: it gave what was there already.
bool is_without_effect(const StepFacts& facts, TaskId task, const Changes& changes, const State& state);

// Mount namespaces other than the caller's in which the same was done, because of propagation.
uint32_t propagated_to(TaskId task, const Changes& changes, const State& state);

}  // namespace cttrace
