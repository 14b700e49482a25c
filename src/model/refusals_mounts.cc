// mount, open_tree, mount_setattr and their like: fs/namespace.c, fs/fsopen.c
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "base/paths.h"
#include "model/mount_attributes.h"
#include "model/mount_flags.h"
#include "model/mount_state.h"
#include "model/refusal_reasons.h"
#include "model/refused_mount.h"
#include "model/superblocks.h"

namespace cttrace {
namespace {

std::string_view type_asked(const Refused& refused) {
  if (refused.call.row->name == "fsopen") return refused.text(0);
  const std::string_view type = refused.text(2);
  return type.substr(0, type.find('.'));
}

// Other than those that never have one.
bool may_have_a_device(std::string_view type) {
  static constexpr std::string_view kNoDevice[] = {"tmpfs",   "devpts",      "proc",    "sysfs",   "mqueue",
                                                   "overlay", "cgroup",      "cgroup2", "ramfs",   "devtmpfs",
                                                   "bpf",     "hugetlbfs",   "debugfs", "tracefs", "securityfs",
                                                   "fuse",    "binfmt_misc", "nfs",     "nfs4",    "9p"};
  return !std::ranges::count(kNoDevice, type);
}

std::string said_if_no_mount_point(const Refused& refused, const std::optional<Place>& place) {
  if (!place) return {};
  if (is_elsewhere(refused, place->mount)) return "it is in another mount namespace";
  return is_mount_root(refused.state(), *place) ? "" : "it is no mount point";
}

// Of the mount, and of the folder of it that is shown.
bool has_locked_below(const MountTree& tree, const Place& place) {
  return std::ranges::any_of(tree.children(place.mount.slot), [&](Slot child) {
    return is_below(tree.mountpoint_of(child), place.path) && tree.at(child).locked;
  });
}

// In a mount namespace that a user namespace below the initial one owns, what came along is locked as it was.
bool may_be_locked(const Refused& refused) {
  const Namespace* const owner = refused.state().ns(refused.owner_of(CT_NS_MNT));
  return owner && owner->owner && privilege(refused, kSysAdmin, refused.owner_of(CT_NS_MNT)) == Privilege::kHeld;
}

// Options that the mount would lose, or an atime setting that it would change: can_change_locked_flags.
std::string locked_options(uint64_t before, uint64_t after) {
  static constexpr std::pair<uint64_t, std::string_view> kLockable[] = {{MOUNT_ATTR_RDONLY, "ro"},
                                                                        {MOUNT_ATTR_NOSUID, "nosuid"},
                                                                        {MOUNT_ATTR_NODEV, "nodev"},
                                                                        {MOUNT_ATTR_NOEXEC, "noexec"}};
  std::vector<std::string> lost;
  for (const auto& [attribute, word] : kLockable)
    if (before & ~after & attribute) lost.emplace_back(word);
  if ((before ^ after) & (MOUNT_ATTR__ATIME | MOUNT_ATTR_NODIRATIME)) lost.emplace_back("its atime setting");
  if (lost.empty()) return {};
  return "it would lose what is locked, as it came from a more privileged mount namespace: " + listed(lost);
}

}  // namespace

std::string may_not_mount(const Refused& refused) {
  return what_lacks(refused, kSysAdmin, refused.owner_of(CT_NS_MNT), "its mount namespace");
}

std::string may_not_clone_mounts(const Refused& refused) {
  return refused.raw(2) & OPEN_TREE_CLONE ? may_not_mount(refused) : "";
}

// Of these filesystems there is one to each namespace, whose owner counts.
std::string may_not_show(const Refused& refused) {
  if (kind_of(refused) != MountKind::kNew) return {};
  struct Shows {
    std::string_view type;
    ct_ns which;
    std::string_view whose;
  };
  static constexpr Shows kShows[] = {{"proc", CT_NS_PID, "the pid namespace that it is in"},
                                     {"sysfs", CT_NS_NET, "its network namespace"},
                                     {"mqueue", CT_NS_IPC, "its ipc namespace"},
                                     {"cgroup", CT_NS_CGROUP, "its cgroup namespace"},
                                     {"cgroup2", CT_NS_CGROUP, "its cgroup namespace"}};
  const auto* const shows = std::ranges::find(kShows, type_asked(refused), &Shows::type);
  if (shows == std::end(kShows)) return {};
  return what_lacks(refused, kSysAdmin, refused.owner_of(shows->which), shows->whose);
}

// Without FS_USERNS_MOUNT.
std::string may_not_mount_type(const Refused& refused) {
  static constexpr std::string_view kHosts[] = {
      "9p",     "btrfs",      "cifs", "configfs", "debugfs", "devtmpfs",  "efivarfs", "erofs",    "exfat", "ext2",
      "ext3",   "ext4",       "f2fs", "fusectl",  "hfsplus", "hugetlbfs", "iso9660",  "nfs",      "nfs4",  "ntfs3",
      "pstore", "securityfs", "smb3", "squashfs", "tracefs", "udf",       "vfat",     "virtiofs", "xfs"};
  if (kind_of(refused) != MountKind::kNew || !std::ranges::count(kHosts, type_asked(refused))) return {};
  const Privilege held = privilege_over_host(refused, kSysAdmin);
  return held == Privilege::kElsewhere ? "this filesystem can only be mounted from the host's user namespace" : "";
}

// mount_too_revealing
std::string reveals_too_much(const Refused& refused) {
  const std::string_view type = type_asked(refused);
  if (kind_of(refused) != MountKind::kNew || (type != "proc" && type != "sysfs") || !may_be_locked(refused)) return {};
  return "every " + std::string(type) +
         " that its mount namespace has is covered in part by other mounts, or locked read-only";
}

std::string takes_locked_options(const Refused& refused) {
  if (kind_of(refused) != MountKind::kRemount || !may_be_locked(refused)) return {};
  const std::optional<Place> target = refused.target(1);
  if (!target) return {};
  const uint64_t before = mount_at(refused.state(), target->mount).attributes;
  const std::string locked = locked_options(before, remounted_attributes(without_magic(refused.raw(3)), before));
  if (!locked.empty() || without_magic(refused.raw(3)) & MS_BIND) return locked;
  return "the filesystem belongs to another user namespace: only options of the mount (MS_BIND) can be changed";
}

std::string takes_locked_attributes(const Refused& refused) {
  const std::optional<Place> target = refused.target(1, 0);
  if (!target || !may_be_locked(refused) || refused.call.args.size() < 4) return {};
  const mount_attr asked = attributes_in(refused.call.args[3]);
  const uint64_t before = mount_at(refused.state(), target->mount).attributes;
  return locked_options(before, changed_attributes(before, asked.attr_set, asked.attr_clr));
}

// --- MOUNT_ATTR_IDMAP: can_idmap_mount

namespace {

// What is to get an id map; none: nothing, or that is not known.
std::optional<MountId> idmapped_mount(const Refused& refused) {
  if (refused.call.args.size() < 4 || !(attributes_in(refused.call.args[3]).attr_set & MOUNT_ATTR_IDMAP))
    return std::nullopt;
  const std::optional<Place> target = refused.target(1, 0);
  return target ? std::optional(target->mount) : std::nullopt;
}

}  // namespace

std::string has_an_id_map(const Refused& refused) {
  const std::optional<MountId> mount = idmapped_mount(refused);
  return mount && mount_at(refused.state(), *mount).idmapped ? "it has an id map already" : "";
}

std::string is_attached_already(const Refused& refused) {
  const std::optional<MountId> mount = idmapped_mount(refused);
  const TreeInfo* const info = mount ? tree_info(refused.state(), mount->tree) : nullptr;
  if (!info || info->anonymous) return {};
  return "it is attached already: what gets an id map is a copy (open_tree, OPEN_TREE_CLONE), before it is attached";
}

std::string takes_no_id_map(const Refused& refused) {
  const std::optional<MountId> mount = idmapped_mount(refused);
  const Filesystem* const of = mount ? filesystem_of(refused.state(), filesystem_at(refused.state(), *mount)) : nullptr;
  if (!of || of->type.empty()) return {};
  return "this kernel's " + of->type + " takes no id maps, or not this one";
}

// The target is looked for first.
std::string source_is_missing(const Refused& refused) {
  if (!refused.call.after.target) return {};
  switch (kind_of(refused)) {
    case MountKind::kBind:
    case MountKind::kMove: return "the source is missing, the target is there";
    case MountKind::kNew: return "the source, or what an option names, is missing; the target is there";
    default: return {};
  }
}

std::string is_no_known_filesystem(const Refused& refused) {
  const bool is_new = refused.call.row->name == "fsopen" || kind_of(refused) == MountKind::kNew;
  return is_new ? "this kernel has no such filesystem, or no module of it" : "";
}

// Of devpts and tmpfs: make_kuid and make_kgid of what they are told.
std::string option_has_unmapped_id(const Refused& refused) {
  const std::string_view type = type_asked(refused);
  if (kind_of(refused) != MountKind::kNew || (type != "tmpfs" && type != "devpts")) return {};
  std::string_view data = refused.text(4);
  while (!data.empty()) {
    const std::string_view option = data.substr(0, data.find(','));
    data.remove_prefix(std::min(option.size() + 1, data.size()));
    const bool gid = option.starts_with("gid=");
    uint32_t id = 0;
    if (!gid && !option.starts_with("uid=")) continue;
    if (std::from_chars(option.data() + 4, option.data() + option.size(), id).ec != std::errc()) continue;
    if (is_unmapped(refused, refused.user_namespace(), id, gid ? IdKind::kGid : IdKind::kUid))
      return std::string("its user namespace has no ") + (gid ? "gid " : "uid ") + std::to_string(id);
  }
  return {};
}

std::string filesystem_refuses(const Refused& refused) {
  if (kind_of(refused) != MountKind::kNew || refused.text(4).empty() || !refused.target(1)) return {};
  if (may_have_a_device(type_asked(refused)))
    return "what is on the device, or an option: the kernel's log may say what";
  return "an option, most likely: the kernel's log may say which";
}

std::string makes_too_many_mounts(const Refused& refused) {
  const bool by_mount = refused.call.row->name == "mount";
  if (by_mount && (kind_of(refused) == MountKind::kRemount || kind_of(refused) == MountKind::kPropagation)) return {};
  return "a mount namespace that gets it would have more mounts than fs.mount-max allows";
}

// ovl_lower_dir and others, fs/overlayfs/
std::string overlay_is_missing(const Refused& refused) {
  if (kind_of(refused) != MountKind::kNew || type_asked(refused) != "overlay") return {};
  return "lowerdir, upperdir or workdir is missing, or the target is";
}

std::string overlay_overlaps(const Refused& refused) {
  const bool is_overlay = kind_of(refused) == MountKind::kNew && type_asked(refused) == "overlay";
  return is_overlay ? "one of its folders is given twice, or lies in another one" : "";
}

std::string is_no_block_device(const Refused& refused) {
  return kind_of(refused) == MountKind::kNew ? "the source is no block device" : "";
}

std::string is_mounted_there_already(const Refused& refused) {
  if (kind_of(refused) != MountKind::kNew) return {};
  if (type_asked(refused) == "overlay") return "another overlay has its upperdir or workdir";
  if (type_asked(refused) == "cgroup") return "a controller of it is in another hierarchy";
  const std::optional<Place> target = refused.target(1);
  if (!target || !is_mount_root(refused.state(), *target)) return {};
  const Filesystem* const there = refused.state().filesystem(filesystem_at(refused.state(), target->mount));
  const bool same =
      there && there->type == type_asked(refused) && mount_at(refused.state(), target->mount).source == refused.text(0);
  return same ? "the same is mounted there already" : "";
}

std::string is_open_for_writing(const Refused& refused) {
  const bool by_mount = refused.call.row->name == "mount";
  const bool read_only = by_mount ? kind_of(refused) == MountKind::kRemount && without_magic(refused.raw(3)) & MS_RDONLY
                                  : (attributes_in(refused.call.args[3]).attr_set & MOUNT_ATTR_RDONLY) != 0;
  return read_only ? "something in it is open for writing" : "";
}

// The source, of a bind or a copy.
std::string binds_elsewhere(const Refused& refused) {
  const bool clones = refused.call.row->name != "mount";
  if (clones ? !(refused.raw(2) & OPEN_TREE_CLONE) : kind_of(refused) != MountKind::kBind) return {};
  const std::optional<Place> source = clones ? refused.place(1, 0) : refused.place(0);
  return source && is_elsewhere(refused, source->mount) ? "the source is in another mount namespace" : "";
}

std::string mounts_elsewhere(const Refused& refused) {
  const MountKind kind = kind_of(refused);
  const std::optional<Place> target =
      kind == MountKind::kNew || kind == MountKind::kBind ? refused.target(1) : std::nullopt;
  return target && is_elsewhere(refused, target->mount) ? "the target is in another mount namespace" : "";
}

std::string is_no_mount_point(const Refused& refused) {
  const MountKind kind = kind_of(refused);
  if (kind != MountKind::kRemount && kind != MountKind::kPropagation) return {};
  return said_if_no_mount_point(refused, refused.target(1));
}

std::string is_no_mount_point_at(const Refused& refused) {
  const mount_attr asked = attributes_in(refused.call.args[3]);
  if (!asked.attr_set && !asked.attr_clr && !asked.propagation) return {};  // then nothing is looked at
  return said_if_no_mount_point(refused, refused.target(1, 0));
}

std::string is_unbindable(const Refused& refused) {
  const bool clones = refused.call.row->name != "mount";
  if (clones ? !(refused.raw(2) & OPEN_TREE_CLONE) : kind_of(refused) != MountKind::kBind) return {};
  const std::optional<Place> source = clones ? refused.place(1, 0) : refused.place(0);
  return source && mount_at(refused.state(), source->mount).unbindable ? "the source is unbindable" : "";
}

std::string hides_what_is_locked(const Refused& refused) {
  const bool clones = refused.call.row->name != "mount";
  const uint64_t flags = clones ? refused.raw(2) : without_magic(refused.raw(3));
  if (clones ? !(flags & OPEN_TREE_CLONE) || flags & AT_RECURSIVE
             : kind_of(refused) != MountKind::kBind || flags & MS_REC)
    return {};
  const std::optional<Place> source = clones ? refused.place(1, 0) : refused.place(0);
  if (!source || !has_locked_below(refused.state().trees.at(source->mount.tree), *source)) return {};
  return "what is mounted below came from a more privileged mount namespace, and would show what it hides: only all of "
         "it can be bound";
}

std::string only_one_is_a_folder(const Refused& refused) {
  if (!refused.call.after.target) return {};
  const bool is_folder = S_ISDIR(refused.call.after.target->mode);
  if (kind_of(refused) == MountKind::kNew) return is_folder ? "" : "the target is no folder";
  if (kind_of(refused) != MountKind::kBind) return {};
  return is_folder ? "the target is a folder, the source is not" : "the source is a folder, the target is not";
}

}  // namespace cttrace
