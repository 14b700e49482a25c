// The calls that handle mounts by descriptors.
#pragma once

#include "model/mounts_api.h"

namespace cttrace {

// The kernel says that a descriptor is a filesystem context, and which one.
void see_context(Context& context, const TaskState& task, int fd, const File& file);

void apply_fsopen(Context& context, const Call& call, TaskState& task);
void apply_fspick(Context& context, const Call& call, TaskState& task);
void apply_fsconfig(Context& context, const Call& call, TaskState& task);
void apply_fsmount(Context& context, const Call& call, TaskState& task);
// open_tree and open_tree_attr.
void apply_open_tree(Context& context, const Call& call, TaskState& task);
void apply_move_mount(Context& context, const Call& call, TaskState& task);
void apply_mount_setattr(Context& context, const Call& call, TaskState& task);

}  // namespace cttrace
