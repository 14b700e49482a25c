// kernel/sys.c, kernel/groups.c, security/commoncap.c, kernel/user_namespace.c, fs/namei.c, kernel/cgroup/
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "model/arguments.h"
#include "model/refusal_reasons.h"
#include "model/user_namespaces.h"

namespace cttrace {
namespace {

std::string lacks(const Refused& refused, Capability capability) {
  return what_lacks(refused, capability, refused.user_namespace(), {});
}

std::string lacks_over_host(const Refused& refused, Capability capability) {
  switch (privilege_over_host(refused, capability)) {
    case Privilege::kNotHeld: return "no " + std::string(capability.name);
    case Privilege::kElsewhere: return std::string(capability.name) + " counts in the host's user namespace only";
    default: return {};
  }
}

bool is_unmapped(const Refused& refused, uint32_t id, IdKind kind) {
  const Fact<uint32_t> host = to_host(refused.state(), refused.user_namespace(), id, kind);
  return id != kNoId && host.known() && host.value == kNoId;
}

std::string said_of_unmapped(uint32_t id) { return "its user namespace has no " + std::to_string(id); }

// The control file that was written, by the last part of its path.
std::string_view file_written(const Refused& refused, std::string_view fs_type) {
  const MaybeFile& file = refused.call.args[0].file;
  if (!file || !std::string_view(file->fs_type).starts_with(fs_type)) return {};
  return std::string_view(file->path).substr(file->path.rfind('/') + 1);
}

}  // namespace

std::string has_unmapped_id(const Refused& refused) {
  const bool gid = refused.call.row->name.find("gid") != std::string_view::npos;
  for (size_t i = 0; i < refused.call.args.size(); ++i) {
    const uint32_t id = id_at(refused.call, i);
    if (is_unmapped(refused, id, gid ? IdKind::kGid : IdKind::kUid))
      return said_of_unmapped(id) + " (" + (gid ? "gid_map)" : "uid_map)");
  }
  return {};
}

std::string has_unmapped_group(const Refused& refused) {
  const auto groups = memory_at(refused.call, 1);
  if (!groups || refused.call.args[1].spec->size == 2) return {};
  for (size_t at = 0; at < groups->size(); at += sizeof(uint32_t)) {
    const std::optional<uint32_t> id = number_in<uint32_t>(*groups, at);
    if (id && is_unmapped(refused, *id, IdKind::kGid)) return said_of_unmapped(*id) + " (gid_map)";
  }
  return {};
}

std::string may_not_set_uids(const Refused& refused) { return lacks(refused, {CAP_SETUID, "CAP_SETUID"}); }
std::string may_not_set_gids(const Refused& refused) { return lacks(refused, {CAP_SETGID, "CAP_SETGID"}); }
std::string may_not_set_groups(const Refused& refused) { return lacks(refused, {CAP_SETGID, "CAP_SETGID"}); }

std::string setgroups_is_denied(const Refused& refused) {
  const Namespace* const ns = refused.state().ns(refused.user_namespace());
  const bool denied = ns && ns->setgroups_allowed.known() && !ns->setgroups_allowed.value;
  return denied ? "setgroups is denied in its user namespace" : "";
}

std::string groups_are_not_mapped_yet(const Refused& refused) {
  const Namespace* const ns = refused.state().ns(refused.user_namespace());
  const bool unmapped = ns && ns->gid_map.known() && ns->gid_map.value.empty();
  return unmapped ? "gid_map of its user namespace has not been written yet" : "";
}

std::string may_not_drop(const Refused& refused) {
  const uint32_t option = int_at(refused.call, 0);
  if (option != PR_CAPBSET_DROP && option != PR_SET_SECUREBITS) return {};
  return lacks(refused, {CAP_SETPCAP, "CAP_SETPCAP"});
}

std::string may_not_filter(const Refused& refused) {
  const bool by_prctl = refused.call.row->name == "prctl";
  if (by_prctl ? int_at(refused.call, 0) != PR_SET_SECCOMP || refused.raw(1) != SECCOMP_MODE_FILTER
               : int_at(refused.call, 0) != SECCOMP_SET_MODE_FILTER)
    return {};
  const Fact<bool>& no_new_privs = refused.task.identity.no_new_privs;
  if (!no_new_privs.known() || no_new_privs.value) return {};
  const std::string lacking = lacks(refused, kSysAdmin);
  return lacking.empty() ? lacking : lacking + ", and no_new_privs is not set";
}

std::string may_not_raise_limit(const Refused& refused) {
  const std::string lacking = lacks_over_host(refused, {CAP_SYS_RESOURCE, "CAP_SYS_RESOURCE"});
  return lacking.empty() ? lacking : "above the hard limit; " + lacking;
}

std::string may_not_make_devices(const Refused& refused) {
  const bool at = refused.call.row->name == "mknodat";
  const uint64_t mode = refused.raw(at ? 2 : 1), device = refused.raw(at ? 3 : 2);
  // 0:0 is a whiteout, which everybody may make.
  if ((!S_ISCHR(mode) && !S_ISBLK(mode)) || (S_ISCHR(mode) && device == 0)) return {};
  return lacks_over_host(refused, {CAP_MKNOD, "CAP_MKNOD"});
}

std::string may_not_lower_oom_score(const Refused& refused) {
  if (file_written(refused, "proc") != "oom_score_adj") return {};
  return lacks_over_host(refused, {CAP_SYS_RESOURCE, "CAP_SYS_RESOURCE"});
}

std::string is_no_map(const Refused& refused) {
  const std::string_view file = file_written(refused, "proc");
  if (file != "uid_map" && file != "gid_map") return {};
  return "not three numbers a line, or ids that are in several lines";
}

std::string may_not_map_groups(const Refused& refused) {
  if (file_written(refused, "proc") != "gid_map") return {};
  return "who has no CAP_SETGID in the user namespace above maps its own gid alone, and denies setgroups before; or it "
         "was written already";
}

std::string is_mapped_already(const Refused& refused) {
  if (file_written(refused, "proc") != "uid_map") return {};
  return "who has no CAP_SETUID in the user namespace above maps its own uid alone; or it was written already";
}

std::string cgroup_has_controllers(const Refused& refused) {
  const std::string_view file = file_written(refused, "cgroup2");
  if (file != "cgroup.procs" && file != "cgroup.threads") return {};
  return "controllers are enabled for the groups below it (cgroup.subtree_control): processes go there";
}

std::string cgroup_has_processes(const Refused& refused) {
  if (file_written(refused, "cgroup2") != "cgroup.subtree_control") return {};
  return "processes are in this cgroup: they have to go to one below it first";
}

std::string has_no_cpus(const Refused& refused) {
  const std::string_view file = file_written(refused, "cgroup");
  if (file != "cgroup.procs" && file != "tasks") return {};
  return "cpuset.cpus or cpuset.mems of the cgroup is empty";
}

std::string has_no_such_controller(const Refused& refused) {
  if (file_written(refused, "cgroup2") != "cgroup.subtree_control") return {};
  return "the cgroup has no such controller (cgroup.controllers)";
}

}  // namespace cttrace
