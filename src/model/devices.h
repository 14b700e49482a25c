// Device nodes: made, given to somebody, bound.
#pragma once

#include "cttrace/event.h"
#include "cttrace/state.h"
#include "model/context.h"

namespace cttrace {

void apply_mknod(ModelContext& context, const Call& call, TaskState& task);
void apply_chown(ModelContext& context, const Call& call, TaskState& task);
// What a call has mounted may be a device node.
void see_bound_device(ModelContext& context, const Call& call);
// Forgets those whose filesystem has gone.
void sweep_devices(ModelContext& context);

}  // namespace cttrace
