// Descriptors that mounts depend on: of fsopen, fspick, fsmount and open_tree. Detached trees live as long as somebody
// has one of theirs.
#pragma once

#include "model/mounts_api.h"

namespace cttrace {

// nullptr: nothing that is known.
const MountDescriptor* descriptor_of(const State& state, const TaskState& task, int fd);
void open_descriptor(Context& context, const TaskState& task, int fd, const MountDescriptor& descriptor);
void close_descriptor(Context& context, const TaskState& task, int fd);
// The kernel says what a descriptor is: it may keep a detached tree, and nobody saw how it came.
void see_descriptor(Context& context, const TaskState& task, int fd, const File& file);
// A new mount has the id: what had it is no more, such as a tree of which nobody knew whether somebody holds it still.
void id_is_new(Context& context, uint32_t kernel_id);
void apply_close(Context& context, const Call& call, TaskState& task);
void apply_close_range(Context& context, const Call& call, TaskState& task);

uint32_t new_descriptor_table(State& state);
uint32_t copied_descriptor_table(State& state, uint32_t table);
// The kernel says which detached trees the table holds that is about to end, and who else has them.
void see_held(Context& context, const TaskState& task, const std::vector<File>& held);
// `told`: by see_held.
void leave_descriptor_table(Context& context, uint32_t table, bool told);
void close_on_exec(Context& context, uint32_t table);

}  // namespace cttrace
