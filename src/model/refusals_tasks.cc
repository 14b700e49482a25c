// kernel/fork.c, kernel/nsproxy.c, kernel/user_namespace.c, fs/exec.c
#include <linux/capability.h>

#include <algorithm>

#include "cttrace/namespace.h"
#include "model/arguments.h"
#include "model/mount_state.h"
#include "model/namespaces.h"
#include "model/refusal_reasons.h"
#include "model/tasks.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

constexpr uint64_t kOwned =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWPID | CLONE_NEWTIME;

// CLONE_* of unshare, clone and clone3; 0 of others, and where they are not known.
uint64_t clone_flags(const Refused& refused) {
  const std::string_view name = refused.call.row->name;
  if (name == "unshare") return refused.raw(0);
  if (name == "clone") return refused.raw(0) & ~uint64_t{CSIGNAL};
  const auto arguments = name == "clone3" ? memory_at(refused.call, 0) : std::nullopt;
  return arguments ? number_in<uint64_t>(*arguments, 0).value_or(0) : 0;
}

bool has_threads(const Refused& refused) { return threads_of(refused.context, refused.task).size() > 1; }

bool shares_root(const Refused& refused) {
  const auto& objects = refused.state().mount_objects->fs;
  const auto users = objects.find(refused.task.fs);
  return users != objects.end() && users->second.tasks > 1;
}

}  // namespace

std::string may_not_make_namespaces(const Refused& refused) {
  const uint64_t flags = clone_flags(refused);
  if (!(flags & kOwned) || flags & CLONE_NEWUSER) return {};
  const std::string lacking = what_lacks(refused, kSysAdmin, refused.user_namespace(), {});
  return lacking.empty() ? lacking : lacking + ", and no user namespace is made with them";
}

std::string makes_users_in_chroot(const Refused& refused) {
  if (!(clone_flags(refused) & CLONE_NEWUSER)) return {};
  const std::optional<Place> root = refused.root();
  const MountTree* const mounts = refused.mounts();
  if (!root || !mounts || mounts->root() == kNoSlot || root->mount.tree != tree_of(refused.state(), refused.task))
    return {};
  const Place first =
      crossed(refused.state(), root_of_mount(refused.state(), {root->mount.tree, mounts->root()}, Evidence::kInferred));
  const bool same = root->mount == first.mount && root->path == first.path;
  return same ? "" : "its root is not that of its mount namespace (chroot)";
}

std::string may_not_make_users(const Refused& refused) {
  if (!(clone_flags(refused) & CLONE_NEWUSER)) return {};
  return "user namespaces are restricted here (kernel.unprivileged_userns_clone, "
         "kernel.apparmor_restrict_unprivileged_userns, another security module), or its ids are not mapped";
}

std::string makes_too_many(const Refused& refused) {
  const uint64_t flags = clone_flags(refused) & (kOwned | CLONE_NEWUSER);
  if (!flags) return {};
  std::string limits;
  for (uint64_t bit = 1; bit <= flags; bit <<= 1)
    if (flags & bit)
      limits += (limits.empty() ? "" : ", ") + std::string("user.max_") + namespace_name(static_cast<uint32_t>(bit)) +
                "_namespaces";
  return "there are as many as allowed (" + limits + "), or too many levels of them";
}

std::string has_several_threads(const Refused& refused) {
  if (refused.call.row->name != "unshare") return {};
  const uint64_t alone = CLONE_NEWUSER | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM;
  return clone_flags(refused) & alone && has_threads(refused) ? "it has several threads" : "";
}

std::string first_process_has_ended(const Refused& refused) {
  const Fact<NamespaceId>& own = refused.task.namespaces[CT_NS_PID];
  const Fact<NamespaceId>& next = refused.task.namespaces[CT_NS_PID_FOR_CHILDREN];
  if (!own.known() || !next.known() || own.value == next.value) return {};
  return "the first process of the pid namespace for its children has ended";
}

std::string makes_too_many_processes(const Refused&) {
  return "as many processes as pids.max of a cgroup, RLIMIT_NPROC, kernel.pid_max or kernel.threads-max allows";
}

// --- setns

namespace {

// The namespace that a descriptor is; 0: it is none, or that is not known.
NamespaceId joined(const Refused& refused) {
  const MaybeFile& file = refused.call.args[0].file;
  if (!file || file->kind != FileKind::kNamespace) return 0;
  return find_namespace(refused.context, file->target, static_cast<uint32_t>(file->inode));
}

uint32_t type_joined(const Refused& refused) {
  const MaybeFile& file = refused.call.args[0].file;
  return file && file->kind == FileKind::kNamespace ? file->target : 0;
}

}  // namespace

std::string joins_another_type(const Refused& refused) {
  const uint32_t type = type_joined(refused), asked = int_at(refused.call, 1);
  if (!type || !asked || type == asked) return {};
  const char* const name = namespace_name(type);
  return name ? "it is of type " + std::string(name) : "";
}

std::string joins_its_own_users(const Refused& refused) {
  const bool own =
      type_joined(refused) == CLONE_NEWUSER && joined(refused) && joined(refused) == refused.user_namespace();
  return own ? "it is in this user namespace already" : "";
}

std::string joins_users_with_threads(const Refused& refused) {
  if (type_joined(refused) != CLONE_NEWUSER) return {};
  if (has_threads(refused)) return "it has several threads";
  return shares_root(refused) ? "it shares its root and working directory with another one (CLONE_FS)" : "";
}

std::string joins_mounts_with_shared_root(const Refused& refused) {
  if (type_joined(refused) != CLONE_NEWNS || !shares_root(refused)) return {};
  return has_threads(refused) ? "its threads share root and working directory: unshare(CLONE_FS) comes first"
                              : "it shares its root and working directory with another one (CLONE_FS)";
}

std::string may_not_join(const Refused& refused) {
  const uint32_t type = type_joined(refused);
  const NamespaceId id = joined(refused);
  const Namespace* const ns = refused.state().ns(id);
  if (!type || !ns) return {};
  const std::string there = what_lacks(refused, kSysAdmin, type == CLONE_NEWUSER ? id : ns->owner, "it");
  if (!there.empty() || type == CLONE_NEWUSER) return there;
  const std::string here = what_lacks(refused, kSysAdmin, refused.user_namespace(), {});
  if (!here.empty() || type != CLONE_NEWNS) return here;
  return what_lacks(refused, {CAP_SYS_CHROOT, "CAP_SYS_CHROOT"}, refused.user_namespace(), {});
}

std::string may_not_name(const Refused& refused) {
  return what_lacks(refused, kSysAdmin, refused.owner_of(CT_NS_UTS), "its uts namespace");
}

// --- execve

std::string is_mounted_noexec(const Refused& refused) {
  const bool at = refused.call.row->name == "execveat";
  const std::optional<Place> program = at ? refused.place(1, 0) : refused.place(0);
  if (!program || !(mount_at(refused.state(), program->mount).attributes & MOUNT_ATTR_NOEXEC)) return {};
  return "it is on a mount that is noexec, " +
         refused.state().trees.at(program->mount.tree).path_of(program->mount.slot);
}

std::string is_no_program(const Refused&) {
  return "neither a program for this machine nor a script that begins with #! and its interpreter";
}

std::string is_being_written(const Refused&) { return "somebody has it open for writing"; }

}  // namespace cttrace
