// kernel/sys.c, kernel/groups.c, kernel/user_namespace.c, fs/namei.c, kernel/cgroup/
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "base/paths.h"
#include "model/arguments.h"
#include "model/control_files.h"
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
    case Privilege::kElsewhere:
      return "it takes " + std::string(capability.name) + " in the host's user namespace, and it is in another one";
    default: return {};
  }
}

std::string said_of_unmapped(uint32_t id, IdKind kind) {
  return std::string("its user namespace has no ") + (kind == IdKind::kGid ? "gid " : "uid ") + std::to_string(id);
}

// The control file that was written, by the last part of its path.
std::string_view file_written(const Refused& refused, std::string_view fs_type) {
  const MaybeFile& file = refused.call.args[0].file;
  if (!file || !std::string_view(file->fs_type).starts_with(fs_type)) return {};
  return last_part(file->path);
}

}  // namespace

std::string has_unmapped_id(const Refused& refused) {
  const bool gid = refused.call.row->name.find("gid") != std::string_view::npos;
  for (size_t i = 0; i < refused.call.args.size(); ++i) {
    const uint32_t id = id_at(refused.call, i);
    const IdKind kind = gid ? IdKind::kGid : IdKind::kUid;
    if (id != kNoId && is_unmapped(refused, refused.user_namespace(), id, kind)) return said_of_unmapped(id, kind);
  }
  return {};
}

std::string has_unmapped_group(const Refused& refused) {
  const auto groups = memory_at(refused.call, 1);
  if (!groups || refused.call.args[1].spec->size == 2) return {};
  for (size_t at = 0; at < groups->size(); at += sizeof(uint32_t)) {
    const std::optional<uint32_t> id = number_in<uint32_t>(*groups, at);
    if (id && is_unmapped(refused, refused.user_namespace(), *id, IdKind::kGid))
      return said_of_unmapped(*id, IdKind::kGid);
  }
  return {};
}

std::string ids_are_unmapped(const Refused& refused) {
  const Namespace* const own = refused.state().ns(refused.user_namespace());
  const bool gids = refused.call.row->name.find("g") != std::string_view::npos;
  if (!own || !(gids ? own->gid_map : own->uid_map).known()) return {};
  const bool unmapped = (gids ? own->gid_map : own->uid_map).value.empty();
  return !unmapped ? ""
         : gids    ? "gid_map of its user namespace has not been written yet"
                   : "uid_map of its user namespace has not been written yet";
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

// check_prlimit_permission, of another process; do_prlimit
std::string may_not_raise_limit(const Refused& refused) {
  const bool of_process = refused.call.row->name == "prlimit64";
  const uint32_t pid = of_process ? int_at(refused.call, 0) : 0;
  const bool itself = !pid || (!refused.task.pids.empty() && refused.task.pids.back() == pid);
  if (itself && !refused.raw(of_process ? 2 : 1)) return {};
  const std::string lacking = lacks_over_host(refused, {CAP_SYS_RESOURCE, "CAP_SYS_RESOURCE"});
  if (lacking.empty()) return lacking;
  const bool files = int_at(refused.call, of_process ? 1 : 0) == RLIMIT_NOFILE;
  return std::string(files ? "above the hard limit, or above fs.nr_open" : "above the hard limit") +
         (itself ? "; " : ", or the process has other ids; ") + lacking;
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

// --- uid_map and gid_map: map_write, kernel/user_namespace.c

namespace {

struct MapWrite {
  IdKind kind = IdKind::kUid;
  NamespaceId of = 0, above = 0;  // the user namespace, and its parent; 0: not known
  std::optional<std::string_view> text = {};

  std::string id(uint32_t number) const { return (kind == IdKind::kGid ? "gid " : "uid ") + std::to_string(number); }
};

std::optional<MapWrite> map_write(const Refused& refused) {
  const std::string_view file = file_written(refused, "proc");
  if (file != "uid_map" && file != "gid_map") return std::nullopt;
  MapWrite found = {.kind = file == "gid_map" ? IdKind::kGid : IdKind::kUid, .text = memory_at(refused.call, 1)};
  const TaskState* const of = process_of(refused.context, *refused.call.args[0].file);
  const Fact<NamespaceId> user = of ? of->namespaces[CT_NS_USER] : Fact<NamespaceId>{};
  const Namespace* const ns = user.known() ? refused.state().ns(user.value) : nullptr;
  if (!ns) return found;
  found.of = user.value;
  found.above = ns->owner;
  return found;
}

}  // namespace

std::string is_mapped_already(const Refused& refused) {
  const std::optional<MapWrite> write = map_write(refused);
  const Namespace* const ns = write ? refused.state().ns(write->of) : nullptr;
  if (!ns) return {};
  const Fact<std::vector<IdExtent>>& map = write->kind == IdKind::kGid ? ns->gid_map : ns->uid_map;
  return map.known() && !map.value.empty() ? "it has been written already" : "";
}

std::string is_no_map(const Refused& refused) {
  constexpr size_t kMostExtents = 340;  // UID_GID_MAP_MAX_EXTENTS
  const std::optional<MapWrite> write = map_write(refused);
  if (!write || !write->text) return {};
  const std::optional<std::vector<IdExtent>> extents = id_map_in(*write->text);
  if (!extents) return "not three numbers a line";
  if (extents->size() > kMostExtents) return "more than 340 lines";
  for (const IdExtent& each : *extents) {
    if (each.count == 0) return "one of its lines is for a count of 0";
    const uint64_t last = uint64_t{each.first} + each.count, lower = uint64_t{each.lower_first} + each.count;
    if (std::max(last, lower) > kNoId) return "a line of it has ids that there are not";
    for (const IdExtent& other : *extents) {
      const auto overlap = [&](uint32_t one, uint32_t two) {
        return &each != &other && one < uint64_t{two} + other.count && two < uint64_t{one} + each.count;
      };
      if (overlap(each.first, other.first) || overlap(each.lower_first, other.lower_first))
        return "two lines of it have the same ids";
    }
  }
  return {};
}

std::string maps_what_is_not_there(const Refused& refused) {
  const std::optional<MapWrite> write = map_write(refused);
  const auto extents = write && write->text && write->above ? id_map_in(*write->text) : std::nullopt;
  if (!extents) return {};
  for (const IdExtent& each : *extents) {
    for (const uint32_t id : {each.lower_first, each.lower_first + each.count - 1})
      if (is_unmapped(refused, write->above, id, write->kind))
        return "the user namespace above has no " + write->id(id);
  }
  return {};
}

// new_idmap_permitted
std::string may_not_map(const Refused& refused) {
  const std::optional<MapWrite> write = map_write(refused);
  const auto extents = write && write->text ? id_map_in(*write->text) : std::nullopt;
  if (!extents || extents->empty()) return {};
  const bool gids = write->kind == IdKind::kGid;
  const std::string_view needed = gids ? "CAP_SETGID" : "CAP_SETUID";
  const Privilege held = privilege(refused, {gids ? CAP_SETGID : CAP_SETUID, needed}, write->above);
  if (held != Privilege::kNotHeld && held != Privilege::kElsewhere) return {};
  const std::string lacking = "it has no " + std::string(needed) + " in the user namespace above";
  if (extents->size() > 1 || extents->front().count > 1)
    return lacking + ", and maps more than its own " + (gids ? "gid" : "uid");
  const Namespace* const ns = refused.state().ns(write->of);
  const bool denied = ns && ns->setgroups_allowed.known() && !ns->setgroups_allowed.value;
  if (gids && ns && ns->setgroups_allowed.known() && !denied) return lacking + ": setgroups has to be denied first";
  return {};
}

std::string setgroups_is_settled(const Refused& refused) {
  if (file_written(refused, "proc") != "setgroups") return {};
  const auto text = memory_at(refused.call, 1);
  if (text && text->starts_with("allow")) return "it is denied already";
  return text && text->starts_with("deny") ? "gid_map has been written already" : "";
}

std::string cgroup_has_controllers(const Refused& refused) {
  const std::string_view file = file_written(refused, "cgroup2");
  if (file != "cgroup.procs" && file != "cgroup.threads") return {};
  return "controllers are enabled for the groups below it (cgroup.subtree_control): processes go there";
}

std::string cgroup_has_processes(const Refused& refused) {
  const auto text = memory_at(refused.call, 1);
  if (file_written(refused, "cgroup2") != "cgroup.subtree_control" || !text) return {};
  const bool enables = text->find('+') != std::string_view::npos, disables = text->find('-') != std::string_view::npos;
  if (enables && !disables) return "processes are in this cgroup: they have to go to one below it first";
  return disables && !enables ? "a group below it has the controller enabled" : "";
}

std::string uses_more_already(const Refused& refused) {
  const std::string_view file = file_written(refused, "cgroup");
  const bool limits = file.starts_with("memory.") && file.ends_with("limit_in_bytes");
  return limits ? "the cgroup uses more already, or what counts it with swap would be lower" : "";
}

std::string has_no_such_profile(const Refused& refused) {
  const MaybeFile& file = refused.call.args[0].file;
  const bool label = file && file->fs_type == "proc" && file->path.find("/attr/") != std::string::npos;
  return label ? "no security module that has this profile or label is active" : "";
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
