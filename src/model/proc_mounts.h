// The mount table of a process, and where in it its root and working directory are, as /proc tells it.
#pragma once

#include <string>

#include "cttrace/proc.h"
#include "cttrace/state.h"

namespace cttrace {

// Makes the tree of `task`, whose mount namespace is `mount_ns` (0: not known), and sets TaskState::fs. A process sees
// only what is below its root: where cttrace is in the same mount namespace and sees all of it, its own table is taken.
// 0: the table makes no sense.
TreeId mounts_from_proc(State& state, TaskState& task, uint32_t mount_ns, const ProcReading& reading,
                        const ProcSurroundings& around);

}  // namespace cttrace
