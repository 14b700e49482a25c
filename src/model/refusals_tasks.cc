// kernel/fork.c, kernel/nsproxy.c, kernel/user_namespace.c, fs/exec.c
#include <linux/capability.h>
#include <linux/utsname.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "cttrace/namespace.h"
#include "model/arguments.h"
#include "model/credentials.h"
#include "model/mount_state.h"
#include "model/namespaces.h"
#include "model/refusal_reasons.h"
#include "model/tasks.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

constexpr uint64_t kOwned = kNamespaceFlags & ~uint64_t{CLONE_NEWUSER};

// CLONE_* of unshare, clone and clone3; 0 of others, and where they are not known.
uint64_t clone_flags(const Refused& refused) {
  const std::string_view name = refused.call.row->name;
  if (name == "unshare") return refused.raw(0);
  if (name == "clone") return refused.raw(0) & ~uint64_t{CSIGNAL};
  const auto arguments = name == "clone3" ? memory_at(refused.call, 0) : std::nullopt;
  return arguments ? number_in<uint64_t>(*arguments, 0).value_or(0) : 0;
}

// clone3: what needs privileges of its own.
bool asks_for_pids_or_cgroup(const Refused& refused) {
  const auto arguments = refused.call.row->name == "clone3" ? memory_at(refused.call, 0) : std::nullopt;
  if (!arguments) return false;
  return clone_flags(refused) & CLONE_INTO_CGROUP ||
         number_in<uint64_t>(*arguments, offsetof(clone_args, set_tid_size)).value_or(0) != 0;
}

// One of the ids that the namespace maps is this one of the host's; true where that is not known.
bool has_on_host(const std::vector<IdExtent>& map, const Refused& refused, uint32_t host, IdKind kind) {
  return std::ranges::any_of(map, [&](const IdExtent& extent) {
    const Fact<uint32_t> first = to_host(refused.state(), refused.user_namespace(), extent.first, kind);
    return !first.known() || (host >= first.value && host - first.value < extent.count);
  });
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

// create_user_ns: its effective ids have to be mapped where it is.
std::string ids_are_not_mapped_yet(const Refused& refused) {
  const Namespace* const own = refused.state().ns(refused.user_namespace());
  if (!(clone_flags(refused) & CLONE_NEWUSER) || !own) return {};
  if (!own->uid_map.known() || !own->gid_map.known()) return {};
  if (own->uid_map.value.empty()) return "no uids are mapped in the user namespace that it is in (uid_map)";
  if (own->gid_map.value.empty()) return "no gids are mapped in the user namespace that it is in (gid_map)";
  const Identity& identity = refused.task.identity;
  if (identity.uids.known() && !has_on_host(own->uid_map.value, refused, identity.uids.value[kEffective], IdKind::kUid))
    return "the user namespace that it is in has no uid for its own";
  if (identity.gids.known() && !has_on_host(own->gid_map.value, refused, identity.gids.value[kEffective], IdKind::kGid))
    return "the user namespace that it is in has no gid for its own";
  return {};
}

std::string may_not_make_users(const Refused& refused) {
  if (!(clone_flags(refused) & CLONE_NEWUSER) || asks_for_pids_or_cgroup(refused)) return {};
  return "making user namespaces is restricted here, by a sysctl or a security module";
}

// copy_pid_ns
std::string has_other_pids_already(const Refused& refused) {
  const Fact<NamespaceId>& own = refused.task.namespaces[CT_NS_PID];
  const Fact<NamespaceId>& next = refused.task.namespaces[CT_NS_PID_FOR_CHILDREN];
  const bool asked = clone_flags(refused) & CLONE_NEWPID && own.known() && next.known();
  return asked && own.value != next.value ? "its children have another pid namespace than itself already" : "";
}

std::string has_children_elsewhere(const Refused& refused) {
  const Fact<NamespaceId>& own = refused.task.namespaces[CT_NS_PID];
  const Fact<NamespaceId>& next = refused.task.namespaces[CT_NS_PID_FOR_CHILDREN];
  const bool makes_thread = clone_flags(refused) & CLONE_THREAD && own.known() && next.known();
  return makes_thread && own.value != next.value ? "its children have another pid namespace: it can make no threads"
                                                 : "";
}

// copy_process
std::string shares_what_is_copied(const Refused& refused) {
  const uint64_t flags = clone_flags(refused);
  if (!(flags & CLONE_FS) || !(flags & (CLONE_NEWNS | CLONE_NEWUSER))) return {};
  return "CLONE_FS goes with neither CLONE_NEWNS nor CLONE_NEWUSER";
}

std::string cgroup_is_not_for_processes(const Refused& refused) {
  if (!(clone_flags(refused) & CLONE_INTO_CGROUP)) return {};
  return "controllers are enabled for the groups below that cgroup (cgroup.subtree_control): processes go there";
}

std::string makes_too_many(const Refused& refused) {
  const uint64_t flags = clone_flags(refused) & kNamespaceFlags;
  if (!flags) return {};
  std::string limits;
  for (uint64_t bit = 1; bit <= flags; bit <<= 1)
    if (flags & bit)
      limits += (limits.empty() ? "" : ", ") + std::string("user.max_") + namespace_name(bit) + "_namespaces";
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

// What it is asked to join: the namespace that a descriptor is, or those of a process.
struct Joined {
  uint32_t types = 0;
  std::array<NamespaceId, CT_NS_COUNT> namespaces = {};  // by ct_ns; 0: not known, or none
  bool by_file = false;
};

Joined joined_by(const Refused& refused) {
  Joined joined;
  const MaybeFile& file = refused.call.args[0].file;
  if (!file) return joined;
  if (file->kind == FileKind::kNamespace) {
    joined.types = file->target;
    joined.by_file = true;
    if (const NamespaceType* const type = find_namespace_type(file->target))
      joined.namespaces[type->own] = find_namespace(refused.context, file->target, static_cast<uint32_t>(file->inode));
  }
  if (file->kind == FileKind::kPidfd) {
    joined.types = int_at(refused.call, 1);
    const TaskState* const of = refused.state().task_with(file->target);
    for (const NamespaceType& type : kNamespaceTypes)
      if (of && type.flag & joined.types && of->namespaces[type.own].known())
        joined.namespaces[type.own] = of->namespaces[type.own].value;
  }
  return joined;
}

}  // namespace

std::string joins_no_namespace(const Refused& refused) {
  const MaybeFile& file = refused.call.args[0].file;
  const bool other = file && file->kind == FileKind::kPlain && !file->fs_type.empty() && file->fs_type != "nsfs" &&
                     file->fs_type != "pidfs" && file->fs_type != "anon_inodefs";
  return other ? "it is no namespace" : "";
}

std::string joins_another_type(const Refused& refused) {
  const Joined joined = joined_by(refused);
  const uint32_t asked = int_at(refused.call, 1);
  if (!joined.by_file || !joined.types || !asked || joined.types == asked) return {};
  const char* const name = namespace_name(joined.types);
  return name ? "it is a namespace of type " + std::string(name) : "";
}

std::string joins_its_own_users(const Refused& refused) {
  const NamespaceId user = joined_by(refused).namespaces[CT_NS_USER];
  return user && user == refused.user_namespace() ? "it is in this user namespace already" : "";
}

std::string joins_users_with_threads(const Refused& refused) {
  if (!(joined_by(refused).types & CLONE_NEWUSER)) return {};
  if (has_threads(refused)) return "it has several threads";
  return shares_root(refused) ? "it shares its root and working directory with another one (CLONE_FS)" : "";
}

std::string joins_time_with_threads(const Refused& refused) {
  return joined_by(refused).types & CLONE_NEWTIME && has_threads(refused) ? "it has several threads" : "";
}

std::string joins_mounts_with_shared_root(const Refused& refused) {
  if (!(joined_by(refused).types & CLONE_NEWNS) || !shares_root(refused)) return {};
  return has_threads(refused) ? "its threads share root and working directory: unshare(CLONE_FS) comes first"
                              : "it shares its root and working directory with another one (CLONE_FS)";
}

std::string may_not_join(const Refused& refused) {
  const Joined joined = joined_by(refused);
  // With a user namespace come its privileges, before the others are joined.
  if (joined.types & CLONE_NEWUSER && joined.types != CLONE_NEWUSER) return {};
  for (size_t which = 0; which < joined.namespaces.size(); ++which) {
    const Namespace* const ns = refused.state().ns(joined.namespaces[which]);
    if (!ns) continue;
    const bool user = which == CT_NS_USER;
    const std::string there = what_lacks(refused, kSysAdmin, user ? joined.namespaces[which] : ns->owner, "it");
    if (!there.empty()) return there;
    if (user) continue;
    const std::string here = what_lacks(refused, kSysAdmin, refused.user_namespace(), {});
    if (!here.empty()) return here;
    if (which != CT_NS_MNT) continue;
    const std::string root = what_lacks(refused, {CAP_SYS_CHROOT, "CAP_SYS_CHROOT"}, refused.user_namespace(), {});
    if (!root.empty()) return root;
  }
  return {};
}

std::string is_too_long_a_name(const Refused& refused) {
  return static_cast<int32_t>(refused.raw(1)) > __NEW_UTS_LEN ? "it is longer than 64 bytes" : "";
}

std::string may_not_name(const Refused& refused) {
  return what_lacks(refused, kSysAdmin, refused.owner_of(CT_NS_UTS), "its uts namespace");
}

// --- execve

std::string is_mounted_noexec(const Refused& refused) {
  const bool at = refused.call.row->name == "execveat";
  const std::optional<Place> program = at ? refused.place(1, 0) : refused.place(0);
  if (!program || !(mount_at(refused.state(), program->mount).attributes & MOUNT_ATTR_NOEXEC)) return {};
  return "its mount is noexec: " + refused.state().trees.at(program->mount.tree).path_of(program->mount.slot);
}

std::string is_no_program(const Refused&) {
  return "neither a program for this machine nor a script that begins with #! and its interpreter";
}

std::string is_being_written(const Refused&) { return "somebody has it open for writing"; }

}  // namespace cttrace
