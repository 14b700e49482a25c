// Descriptors that mounts depend on: of fsopen, fspick, fsmount and open_tree. Detached trees live as long as somebody
// has one of theirs.
#pragma once

#include "model/mounts_api.h"

namespace cttrace {

// nullptr: nothing that is known.
const MountDescriptor* descriptor_of(const State& state, const TaskState& task, int fd);
void open_descriptor(State& state, const TaskState& task, int fd, const MountDescriptor& descriptor);
void close_descriptor(Context& context, const TaskState& task, int fd);
void apply_close_range(Context& context, const Call& call, TaskState& task);

uint32_t new_descriptor_table(State& state);
uint32_t copied_descriptor_table(State& state, uint32_t table);
void leave_descriptor_table(Context& context, uint32_t table);
void close_on_exec(Context& context, uint32_t table);

}  // namespace cttrace
