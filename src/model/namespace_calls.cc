#include "model/namespace_calls.h"

#include <linux/sched.h>

#include "model/buried.h"
#include "model/credentials.h"
#include "model/namespaces.h"

namespace cttrace {
namespace {

// What create_new_namespaces (kernel/nsproxy.c) makes, in its order. The kernel makes the user namespace first: it owns
// the others.
constexpr ct_ns kMadeAfterUser[] = {
    CT_NS_MNT, CT_NS_UTS, CT_NS_IPC, CT_NS_PID_FOR_CHILDREN, CT_NS_CGROUP, CT_NS_NET, CT_NS_TIME_FOR_CHILDREN};
static_assert(std::size(kMadeAfterUser) + 1 == kNamespaceTypes.size());

// A mount tree for a new namespace: a copy of that of the one that the task was in.
void copy_mount_table(ModelContext& context, TaskState& task, NamespaceId from, NamespaceId ns) {
  TreeId tree = 0;
  if (context.state.ns(from)) {
    Namespace& copied = edit_namespace(context, from);
    if (!copied.mounts) copied.mounts = unknown_mounts(context, copied.owner);
    tree = copied.mounts;
  } else {
    tree = unknown_mounts(context, 0);
  }
  Namespace& made = edit_namespace(context, ns);
  made.mounts = copy_mounts(context, tree, made.owner, task.fs);
}

// New namespaces of the types in `flags` for the task, which has those that it is to leave. `creator`: who asked.
void make_namespaces(ModelContext& context, TaskState& task, TaskId creator, uint64_t flags) {
  if (flags & CLONE_NEWUSER) {
    const NamespaceId parent = task.namespaces[CT_NS_USER].value;
    const NamespaceId made = make_namespace(context, CLONE_NEWUSER, creator, parent, parent);
    put_into(context, task, CT_NS_USER, made, Evidence::kInferred);
    context.changed(NamespaceMade{.ns = made, .task = task.id});
  }
  for (const ct_ns which : kMadeAfterUser) {
    if (!(flags & type_of(which))) continue;
    const NamespaceId from = task.namespaces[which].value;
    const NamespaceId owner = task.namespaces[CT_NS_USER].value;
    const NamespaceId made = make_namespace(context, type_of(which), creator, owner, from);
    put_into(context, task, which, made, Evidence::kInferred);
    context.changed(NamespaceMade{.ns = made, .task = task.id, .for_children = is_for_children(which)});
    if (which == CT_NS_MNT) copy_mount_table(context, task, from, made);
  }
}

void enter(ModelContext& context, TaskState& task, ct_ns which, NamespaceId ns, Evidence evidence) {
  const NamespaceId from = task.namespaces[which].value;
  put_into(context, task, which, ns, evidence);
  if (from != ns)
    context.changed(NamespaceEntered{.ns = ns, .from = from, .task = task.id, .for_children = is_for_children(which)});
}

// Which new namespaces a clone has made whose flags are not known: those that its creator is not in.
uint64_t flags_from(const ModelContext& context, const TaskState& creator, const Fork& fork) {
  uint64_t flags = fork.child.tgid == creator.tgid ? CLONE_THREAD | CLONE_VM | CLONE_SIGHAND : 0;
  for (const NamespaceType& type : kNamespaceTypes) {
    const Namespace* const ns = context.state.ns_of(creator, type.for_children);
    const uint32_t inode = fork.child_namespaces[type.for_children];
    if (ns && ns->inode != 0 && inode != 0 && ns->inode != inode) flags |= ns->type;
  }
  return flags;
}

// The mount namespace that somebody enters who has not been seen in it has a table of which nothing is known.
void know_table(ModelContext& context, NamespaceId ns, const MaybeFile& root) {
  if (context.state.ns(ns)->mounts || exhume_mounts(context, ns, root)) return;
  Namespace& entered = edit_namespace(context, ns);
  entered.mounts = unknown_mounts(context, entered.owner);
  if (entered.inode) name_mounts(context, entered.mounts, entered.inode);
}

// The namespaces that setns was to join, as far as its arguments tell: by ct_ns; 0: none, or not known which.
struct Joined {
  uint32_t types = 0;
  std::array<NamespaceId, CT_NS_COUNT> namespaces = {};
};

Joined joined_by(ModelContext& context, const Call& call) {
  Joined joined;
  const Argument& descriptor = call.args[0];
  if (!descriptor.file) return joined;
  const File& file = *descriptor.file;
  if (file.kind == FileKind::kNamespace) {
    joined.types = file.target;
    const NamespaceId ns =
        namespace_with(context, file.target, static_cast<uint32_t>(file.inode), Namespace::Origin::kJoined);
    for (int which = 0; which < CT_NS_COUNT; ++which)
      if (type_of(static_cast<ct_ns>(which)) == file.target) joined.namespaces[which] = ns;
  }
  if (file.kind == FileKind::kPidfd) {
    joined.types = static_cast<uint32_t>(call.args[1].raw & kNamespaceFlags);
    const TaskState* const target = context.state.task_with(file.target);
    for (int which = 0; target && which < CT_NS_COUNT; ++which)
      if (target->namespaces[which].known()) joined.namespaces[which] = target->namespaces[which].value;
    // Whose children get what does not count: a task joins what the other one is in.
    for (const NamespaceType& type : kNamespaceTypes)
      joined.namespaces[type.for_children] = joined.namespaces[type.own];
  }
  return joined;
}

}  // namespace

void place_new_task(ModelContext& context, const TaskState& creator, TaskState& child, const Fork& fork) {
  const uint64_t flags = fork.clone_flags.value_or(flags_from(context, creator, fork));
  mounts_of_new_task(context, creator, child, flags);
  auto inherited = creator.namespaces;
  // Those for children come into force with the first process that is made; a thread, or a process in the same memory,
  // stays in its creator's time namespace (copy_namespaces, kernel/nsproxy.c).
  for (int which = 0; which < CT_NS_COUNT; ++which) {
    if (which == CT_NS_PID || (which == CT_NS_TIME && !(flags & CLONE_VM))) continue;
    put_into(context, child, static_cast<ct_ns>(which), inherited[which].value,
             std::min(inherited[which].evidence, Evidence::kInferred));
  }
  make_namespaces(context, child, creator.id, flags);
  const auto come_into = [&](ct_ns which, ct_ns source) {
    const Fact<NamespaceId> ns = child.namespaces[source];
    put_into(context, child, which, ns.value, ns.evidence);
    const NamespaceId from = creator.namespaces[which].value;
    if (ns.value != from && !(flags & type_of(which)))
      context.changed(NamespaceEntered{.ns = ns.value, .from = from, .task = child.id});
  };
  come_into(CT_NS_PID, CT_NS_PID_FOR_CHILDREN);
  if (!(flags & CLONE_VM)) come_into(CT_NS_TIME, CT_NS_TIME_FOR_CHILDREN);
  if (flags & CLONE_NEWUSER) enter_user_namespace(context, child);
  observe_namespaces(context, child, fork.child_namespaces, Namespace::Origin::kJoined,
                     inodes_of(context.state, creator));
}

void apply_unshare(ModelContext& context, const Call& call, TaskState& task) {
  uint64_t flags = call.args[0].raw;
  // ksys_unshare, kernel/fork.c
  if (flags & (CLONE_NEWUSER | CLONE_NEWNS)) flags |= CLONE_FS;
  if (flags & (CLONE_FS | CLONE_FILES)) unshare_mounts_of(context, task, flags);
  if (!(flags & kNamespaceFlags)) return;
  const NamespaceInodes before = inodes_of(context.state, task);
  make_namespaces(context, task, task.id, flags);
  if (flags & CLONE_NEWUSER) enter_user_namespace(context, task);
  if (call.after.namespaces)
    observe_namespaces(context, task, *call.after.namespaces, Namespace::Origin::kJoined, before);
}

void apply_setns(ModelContext& context, const Call& call, TaskState& task) {
  const Joined joined = joined_by(context, call);
  if (joined.types == 0 && !call.after.namespaces) {
    context.changed(BecameUnknown{"which namespaces " + std::to_string(task.id.tid) + " has joined"});
    for (Fact<NamespaceId>& fact : task.namespaces) fact.evidence = Evidence::kUnknown;
    return;
  }
  const NamespaceId user = task.namespaces[CT_NS_USER].value;
  for (int i = 0; i < CT_NS_COUNT; ++i) {
    const auto which = static_cast<ct_ns>(i);
    const bool asked = (joined.types & type_of(which)) && which != CT_NS_PID;
    NamespaceId ns = joined.namespaces[i];
    if (call.after.namespaces && (asked || joined.types == 0) && (*call.after.namespaces)[i] != 0)
      ns = namespace_with(context, type_of(which), (*call.after.namespaces)[i], Namespace::Origin::kJoined);
    if (!asked && (joined.types != 0 || ns == 0)) continue;
    const bool elsewhere = task.namespaces[i].value != ns;
    enter(context, task, which, ns, call.after.namespaces ? Evidence::kObserved : Evidence::kInferred);
    if (which != CT_NS_MNT || !(asked || elsewhere) || ns == 0) continue;
    know_table(context, ns, call.after.root);
    enter_mounts(context, task, context.state.ns(ns)->mounts, &call);
  }
  if (task.namespaces[CT_NS_USER].value != user) {
    enter_user_namespace(context, task);
    // Stay only where the task owns the namespace that it has joined (cred_cap_issubset, kernel/cred.c).
    task.identity.dumpable = {};
    clear_parent_death_signal(task.identity, std::nullopt);
  }
  if (call.after.namespaces) observe_namespaces(context, task, *call.after.namespaces, Namespace::Origin::kJoined);
}

}  // namespace cttrace
