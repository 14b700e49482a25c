// Which call has which effect.
#pragma once

#include "cttrace/event.h"
#include "cttrace/state.h"
#include "model/context.h"

namespace cttrace {

using Effect = void (*)(ModelContext& context, const Call& call, TaskState& task);

// What a call of this row does when it succeeds, beside what it does to mounts. nullptr: nothing.
Effect effect_of(const SyscallRow& row);

}  // namespace cttrace
