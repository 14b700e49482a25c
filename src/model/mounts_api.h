// What events do to mount trees, roots, working directories and the descriptors that hold mounts: the part of the model
// that Model::apply calls for them.
#pragma once

#include <cstdint>
#include <optional>

#include "cttrace/change.h"
#include "cttrace/event.h"
#include "cttrace/source.h"
#include "cttrace/state.h"

namespace cttrace {

// Where kernels differ in what a call does, and backends in what they see of it.
struct KernelRules {
  bool by_ptrace = false;
  // 6.17: a mount that something is mounted on whole can be taken out from beneath it by a propagated umount.
  bool overmount = false;
  // 6.17: the copy of a mount namespace forgets which mounts are unbindable (clone_mnt no longer copied the flag when
  // it had moved to mnt_t_flags); mended later.
  bool copies_are_bindable = false;
};
KernelRules rules_of(const TraceInfo& info);

// What one event is applied to. `state.event` is the number of this event already.
struct Context {
  State& state;
  Changes& changes;
  const KernelRules& rules;
};

// --- Mount namespaces. The tree is the caller's to keep, in Namespace::mounts; `owner` is the user namespace that owns
// the mount namespace (0: not known).

// The table of a namespace when tracing began. What makes no sense in it is left out, and said.
TreeId begin_mounts(Context& context, const Mounts& mounts, NamespaceId owner);
// A namespace of which nothing is known but that it is there: entered, and never seen from inside.
TreeId unknown_mounts(Context& context, NamespaceId owner);
// CLONE_NEWNS: a copy of `from`. The root and the working directory of `fs` move into it, where they were in `from`.
TreeId copy_mounts(Context& context, TreeId from, NamespaceId owner, uint32_t fs);
// The namespace's inode number is known now: files name their namespace by it.
void name_mounts(Context& context, TreeId tree, uint32_t inode);
// Nobody is in it, and nothing pins it: its mounts go.
void drop_mounts(Context& context, TreeId tree);
// A namespace's file is mounted somewhere, which keeps the namespace. No two have one number, whatever their types.
bool is_bound(const State& state, uint32_t inode);
// setns: root and working directory become the root of the namespace. `call` has the kernel's own answer, perhaps.
void enter_mounts(Context& context, TaskState& task, TreeId tree, const Call* call);

// Something was not seen that may have changed any of the trees, roots and working directories.
void doubt_mounts(Context& context, const std::string& why);

// --- Tasks. These keep TaskState::fs and TaskState::files, and nothing else of the task.

// A task that is there, and whose creation was not seen: from its snapshot, if there is one.
void mounts_of_found_task(Context& context, TaskState& task, const Snapshot* snapshot);
// One that is known, and may have gone elsewhere since, by calls that nobody saw.
void see_moved_task(Context& context, TaskState& task, const Snapshot& snapshot);
// A new task. `clone_flags`: CLONE_FS and CLONE_FILES count.
void mounts_of_new_task(Context& context, const TaskState& creator, TaskState& child, uint64_t clone_flags);
// unshare, with CLONE_FS (also implied by CLONE_NEWNS and CLONE_NEWUSER) or CLONE_FILES. Before copy_mounts.
void unshare_mounts_of(Context& context, TaskState& task, uint64_t unshare_flags);
// execve: what is close-on-exec is closed; the snapshot says where root and working directory are.
void mounts_of_new_program(Context& context, TaskState& task, const Snapshot& snapshot);
// `held`: TaskExit::held, where the end was seen.
void mounts_of_ended_task(Context& context, const TaskState& task, const std::optional<std::vector<File>>& held);

// --- Calls

// Learns the kernel's ids of mounts, and notices what the model has not.
void see_file(Context& context, const File& file);
// What a call does that has to do with mounts, roots, working directories or descriptors of them.
using MountEffect = void (*)(Context& context, const Call& call, TaskState& task);
// A call that returned success, and has this effect.
void apply_mount_call(Context& context, const Call& call, TaskState& task, MountEffect effect);

// --- Places

// Where the file is, in the model; `shown` only where it cannot be placed.
Place place_of(const State& state, const File& file);

}  // namespace cttrace
