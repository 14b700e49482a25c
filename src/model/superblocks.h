// Filesystems as the kernel has them: which superblock a mount shows, and for how long it is there.
#pragma once

#include <string_view>

#include "model/mounts_api.h"

namespace cttrace {

FilesystemId new_filesystem(State& state, Filesystem filesystem);
// Of which namespace of the task's the filesystem is that it mounts (mqueue_get_tree, sysfs_init_fs_context); 0: of
// other types, or not known.
NamespaceId key_of(std::string_view type, const TaskState& task);
// Its superblock is there, whether it is mounted or not: an ipc namespace keeps its mqueue (mq_init_ns, ipc/mqueue.c).
bool is_kept(const State& state, FilesystemId filesystem);
// The one with this device, if it is mounted somewhere or kept; else `filesystem`, which has it now. Device numbers are
// used again.
FilesystemId with_device(State& state, FilesystemId filesystem, uint32_t major, uint32_t minor);
// The one that has this device now; 0: none that is known.
FilesystemId filesystem_with(const State& state, uint32_t major, uint32_t minor);
bool is_mounted(const State& state, FilesystemId filesystem);
const Filesystem* filesystem_of(const State& state, FilesystemId filesystem);

}  // namespace cttrace
