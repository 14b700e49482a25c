// Writes to files by which the kernel is told what to do: procfs, cgroups, sysfs.
#pragma once

#include "cttrace/event.h"
#include "cttrace/state.h"
#include "model/context.h"

namespace cttrace {

void apply_control_write(ModelContext& context, const Call& call, TaskState& task);
void apply_sethostname(ModelContext& context, const Call& call, TaskState& task);

// Whose file it is, of those in the folders of procfs; nullptr: nobody's, or not known.
const TaskState* process_of(const ModelContext& context, const File& file);

// Learns whose processes a procfs shows: what was mounted when tracing began, what `task` has mounted since.
void find_procfs(ModelContext& context, const Mounts& mounts);
void find_procfs(ModelContext& context, const Call& call, const TaskState& task);
// Learns in which pid namespace those are who were in a mount namespace when tracing began.
void note_initial(ModelContext& context, const TaskState& task);

}  // namespace cttrace
