// Trees, places and file systems as parts of the state: what every effect on mounts is written with.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "model/mount_trees.h"
#include "model/mounts_api.h"

namespace cttrace {

// nullptr: not there.
const MountTree* tree_in(const State& state, TreeId tree);
const TreeInfo* tree_info(const State& state, TreeId tree);
TreeInfo& edit_info(State& state, TreeId tree);
// A new, empty one.
TreeId new_tree(State& state, const TreeInfo& info);
// Its mounts leave their peer groups; roots and working directories in it are in a mount that is nowhere.
void remove_tree(State& state, TreeId tree);
// Of the mount namespace that the task is in; 0: not known.
TreeId tree_of(const State& state, const TaskState& task);
TreeId tree_with_inode(const State& state, uint32_t mount_ns);

// The trees, and all that were copied from them.
std::set<TreeId> with_copies(const State& state, const std::set<TreeId>& trees);

// Must be there.
Mount mount_at(const State& state, MountId mount);
FilesystemId filesystem_at(const State& state, MountId mount);
Slot add_mount(State& state, TreeId tree, Mount mount);
void set_kernel_id(State& state, MountId mount, uint32_t kernel_id);
// The detached trees that have the mount with this id of the kernel's, or had it.
std::set<TreeId> anonymous_with(const State& state, uint32_t kernel_id);
// Into a peer group, whose master it has then; or without one, the slave of `master` (0: of none).
void set_propagation(State& state, MountId mount, uint32_t peer_group, uint32_t master, bool unbindable);

// Something is mounted on it: the topmost of that.
void cross(const MountTree& tree, Place& place);
Place crossed(const State& state, Place place);
Place root_of_mount(const State& state, MountId mount, Evidence evidence);
// The place is the root of its mount.
bool is_mount_root(const State& state, const Place& place);
// The mount is `top`, or on it, or on what is on it...
bool is_within(const State& state, MountId mount, MountId top);
std::string shown_path(const State& state, const Place& place);

const FsStruct* fs_in(const State& state, uint32_t fs);
void set_root(State& state, uint32_t fs, const Place& place);
void set_cwd(State& state, uint32_t fs, const Place& place);
// Those whose root or working directory is in the mount.
std::vector<uint32_t> standing_in(const State& state, MountId mount);
// The mount and all below it leave the tree: roots and working directories there are nowhere then.
void leave_tree(State& state, TreeId tree, Slot top);
// `fs` goes away.
void forget_fs(State& state, uint32_t fs);

// Everything in the tree is uncertain from now on, and why; said once a tree.
void doubt(Context& context, TreeId tree, std::string why);
// So may what has received from it, wherever that is: mounts came or went, and nobody knows which.
void doubt_with_receivers(Context& context, TreeId tree, const std::string& why);
void say_unknown(Context& context, std::string what);

}  // namespace cttrace
