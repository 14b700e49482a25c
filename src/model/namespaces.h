// Namespaces: which there are, who is in them, what keeps them.
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "cttrace/namespace.h"
#include "cttrace/state.h"
#include "model/context.h"

namespace cttrace {

// The CLONE_NEW* type of a task's namespace.
constexpr uint32_t type_of(ct_ns which) { return kNamespaceLinks[which].type; }

// To change it; must exist.
Namespace& edit_namespace(ModelContext& context, NamespaceId id);

// A new one, that a task of user namespace `owner` asked for, made after the example of `from` (0: not known).
NamespaceId make_namespace(ModelContext& context, uint32_t type, TaskId creator, NamespaceId owner, NamespaceId from);
// The one that has this inode number; when it is not known, it was there before it was seen.
NamespaceId namespace_with(ModelContext& context, uint32_t type, uint32_t inode, Namespace::Origin origin);
// 0: none that is known to exist.
NamespaceId find_namespace(const ModelContext& context, uint32_t type, uint32_t inode);

// The task is in that one from now on. 0: nobody knows in which.
void put_into(ModelContext& context, TaskState& task, ct_ns which, NamespaceId ns, Evidence evidence);
void leave_all(ModelContext& context, TaskState& task);

// Of those that the task is in, as far as they are known.
NamespaceInodes inodes_of(const State& state, const TaskState& task);

// The kernel says in which namespaces a task is. What it says otherwise than the model, it contradicts, where nothing
// else can explain it: the task has got there by a call that was not seen. `before`: of those that a call that makes
// new ones has left. Returns what was not known before, or not so, by ct_ns.
std::array<bool, CT_NS_COUNT> observe_namespaces(ModelContext& context, TaskState& task, const NamespaceInodes& inodes,
                                                 Namespace::Origin origin, const NamespaceInodes& before = {});

// It has had none that is known.
void give_owner(ModelContext& context, NamespaceId ns, NamespaceId owner);
// Whose the namespaces are that the task was in when tracing began: its user namespace's, as far as can be told.
void own_namespaces(ModelContext& context, const TaskState& task);

// Mounts of namespaces' files that have gone, which may have been what kept those.
struct FilesGone {
  bool any = false;                // nobody knows which
  std::set<uint32_t> inodes = {};  // of the namespaces
};
FilesGone files_gone(const Changes& changes);

// Lets go of what nothing has kept since the last event. `gone`: with that event.
void sweep_namespaces(ModelContext& context, const FilesGone& gone);

}  // namespace cttrace
