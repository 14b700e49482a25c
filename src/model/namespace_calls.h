// What clone, unshare and setns do to namespaces.
#pragma once

#include "cttrace/event.h"
#include "cttrace/state.h"
#include "model/context.h"

namespace cttrace {

// Into which namespaces a new task comes, and where its root, working directory and descriptors are.
void place_new_task(ModelContext& context, const TaskState& creator, TaskState& child, const Fork& fork);

void apply_unshare(ModelContext& context, const Call& call, TaskState& task);
void apply_setns(ModelContext& context, const Call& call, TaskState& task);

}  // namespace cttrace
