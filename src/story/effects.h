// What the model says of a call, for its step.
#pragma once

#include "cttrace/change.h"
#include "cttrace/step.h"

namespace cttrace {

// The call succeeded, and everything is as it was: it gave what was there already.
bool is_without_effect(const StepFacts& facts, TaskId task, const Changes& changes, const State& state);

// Mount namespaces other than the caller's in which the same was done, because of propagation.
uint32_t propagated_to(TaskId task, const Changes& changes, const State& state);

// Who unmounts its own root has its filesystem made read-only instead: do_umount_root, fs/namespace.c.
bool made_root_read_only(const MountDone& unmounting, const Changes& changes);

}  // namespace cttrace
