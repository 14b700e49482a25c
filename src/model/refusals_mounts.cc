// fs/namespace.c
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <set>

#include "model/file_places.h"
#include "model/mount_flags.h"
#include "model/mount_paths.h"
#include "model/mount_state.h"
#include "model/refusal_reasons.h"
#include "model/user_namespaces.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

constexpr uint64_t kPropagationTypes = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;

// What mount(2) is asked to do, in the order in which path_mount looks for it.
enum class MountKind : uint8_t { kRemount, kBind, kPropagation, kMove, kNew };

uint64_t flags_of(const Refused& refused) {
  constexpr uint64_t kMagicMask = 0xffff0000;
  const uint64_t flags = refused.raw(3);
  return (flags & kMagicMask) == MS_MGC_VAL ? flags & ~kMagicMask : flags;
}

MountKind kind_of(const Refused& refused) {
  const uint64_t flags = flags_of(refused);
  if (flags & MS_REMOUNT) return MountKind::kRemount;
  if (flags & MS_BIND) return MountKind::kBind;
  if (flags & kPropagationTypes) return MountKind::kPropagation;
  return flags & MS_MOVE ? MountKind::kMove : MountKind::kNew;
}

std::string_view type_asked(const Refused& refused) {
  if (refused.call.row->name == "fsopen") return refused.text(0);
  const std::string_view type = refused.text(2);
  return type.substr(0, type.find('.'));
}

// Mounts of another namespace than the caller's; of a detached tree they are nobody's.
bool is_elsewhere(const Refused& refused, MountId mount) {
  const TreeInfo* const info = tree_info(refused.state(), mount.tree);
  return info && !info->anonymous && mount.tree != tree_of(refused.state(), refused.task);
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

// A few words of a list that may be long.
std::string listed(const std::vector<std::string>& words) {
  constexpr size_t kMost = 4;
  std::string text;
  for (size_t i = 0; i < std::min(words.size(), kMost); ++i) text += (i ? ", " : "") + words[i];
  if (words.size() > kMost) text += ", and " + std::to_string(words.size() - kMost) + " more";
  return text;
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

// "sh ", to be followed by its pid.
std::string named(const TaskState& task) {
  if (task.programs.empty()) return {};
  const std::string& path = task.programs.back().path;
  return path.substr(path.rfind('/') + 1) + " ";
}

mount_attr attributes_in(const Argument& argument) {
  mount_attr attributes = {};
  std::memcpy(&attributes, argument.bytes.data(), std::min(argument.bytes.size(), sizeof(attributes)));
  return attributes;
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
  const std::string locked = locked_options(before, remounted_attributes(flags_of(refused), before));
  if (!locked.empty() || flags_of(refused) & MS_BIND) return locked;
  return "the filesystem belongs to another user namespace: only options of the mount (MS_BIND) can be changed";
}

std::string takes_locked_attributes(const Refused& refused) {
  const std::optional<Place> target = refused.target(1, 0);
  if (!target || !may_be_locked(refused) || refused.call.args.size() < 4) return {};
  const mount_attr asked = attributes_in(refused.call.args[3]);
  const uint64_t before = mount_at(refused.state(), target->mount).attributes;
  return locked_options(before, changed_attributes(before, asked.attr_set, asked.attr_clr));
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
  return "an option, most likely: the kernel's log may say which";
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
  const bool read_only = by_mount ? kind_of(refused) == MountKind::kRemount && flags_of(refused) & MS_RDONLY
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
  const uint64_t flags = clones ? refused.raw(2) : flags_of(refused);
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

namespace {

struct Move {
  Place from;
  MountId to;  // what it is to be mounted on
};

std::optional<Move> move_of(const Refused& refused) {
  const bool by_mount = refused.call.row->name == "mount";
  if (by_mount ? kind_of(refused) != MountKind::kMove : (refused.raw(4) & MOVE_MOUNT_SET_GROUP) != 0)
    return std::nullopt;
  const std::optional<Place> from = by_mount ? refused.place(0) : refused.place(1, 0);
  const std::optional<Place> to = by_mount ? refused.target(1) : refused.target(3, 2);
  if (!from || !to) return std::nullopt;
  MountId onto = crossed(refused.state(), *to).mount;
  const Slot below = refused.state().trees.at(onto.tree).parent_of(onto.slot);
  if (!by_mount && refused.raw(4) & MOVE_MOUNT_BENEATH && below != kNoSlot) onto.slot = below;
  return Move{*from, onto};
}

bool is_attached(const Refused& refused, MountId mount) {
  const TreeInfo* const info = tree_info(refused.state(), mount.tree);
  return info && !info->anonymous;
}

}  // namespace

std::string moves_no_mount(const Refused& refused) {
  const std::optional<Move> move = move_of(refused);
  if (!move) return {};
  if (is_elsewhere(refused, move->from.mount)) return "what is to be moved is in another mount namespace";
  if (is_elsewhere(refused, move->to)) return "the target is in another mount namespace";
  return is_mount_root(refused.state(), move->from) ? "" : "what is to be moved is no mount point";
}

std::string moves_what_is_locked(const Refused& refused) {
  const std::optional<Move> move = move_of(refused);
  if (!move || !mount_at(refused.state(), move->from.mount).locked) return {};
  return "it came from a more privileged mount namespace with what is around it, and cannot be moved alone";
}

std::string moves_from_shared(const Refused& refused) {
  const std::optional<Move> move = move_of(refused);
  if (!move || !is_attached(refused, move->from.mount)) return {};
  const MountTree& tree = refused.state().trees.at(move->from.mount.tree);
  const Slot parent = tree.parent_of(move->from.mount.slot);
  return parent != kNoSlot && tree.at(parent).peer_group ? "what it is mounted on is shared" : "";
}

std::string moves_unbindable(const Refused& refused) {
  const std::optional<Move> move = move_of(refused);
  if (!move || !mount_at(refused.state(), move->to).peer_group) return {};
  const MountTree& tree = refused.state().trees.at(move->from.mount.tree);
  const bool any =
      std::ranges::any_of(tree.subtree(move->from.mount.slot), [&](Slot slot) { return tree.at(slot).unbindable; });
  return any ? "the target is on a shared mount, and an unbindable one is among what is moved" : "";
}

std::string moves_below_itself(const Refused& refused) {
  const std::optional<Move> move = move_of(refused);
  return move && is_within(refused.state(), move->to, move->from.mount) ? "it would be mounted below itself" : "";
}

// --- Unmounting

namespace {

std::optional<Place> to_unmount(const Refused& refused) {
  const std::optional<Place> target = refused.target(0);
  if (!target) return std::nullopt;
  return crossed(refused.state(), *target);
}

}  // namespace

std::string unmounts_with_strange_flags(const Refused& refused) {
  const uint64_t flags = refused.raw(1);
  if (flags & ~uint64_t{MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW}) return "it takes no such flag";
  return flags & MNT_EXPIRE && flags & (MNT_FORCE | MNT_DETACH) ? "MNT_EXPIRE goes with no other flag" : "";
}

std::string unmounts_by_force(const Refused& refused) {
  return refused.raw(1) & MNT_FORCE ? "MNT_FORCE needs CAP_SYS_ADMIN where the filesystem was mounted first" : "";
}

std::string nothing_to_unmount(const Refused& refused) {
  const std::optional<Place> target = to_unmount(refused);
  if (!target) return {};
  if (is_elsewhere(refused, target->mount)) return "it is in another mount namespace";
  return is_mount_root(refused.state(), *target) ? "" : "nothing is mounted there";
}

std::string unmounts_what_is_locked(const Refused& refused) {
  const std::optional<Place> target = to_unmount(refused);
  if (!target || !mount_at(refused.state(), target->mount).locked) return {};
  return "it came from a more privileged mount namespace, and would show what it hides";
}

std::string mounts_are_on_it(const Refused& refused) {
  const std::optional<Place> target = to_unmount(refused);
  if (!target || !is_mount_root(refused.state(), *target) || refused.raw(1) & MNT_DETACH) return {};
  const std::optional<Place> root = refused.root();
  if (!root || root->mount == target->mount) return {};  // that is made read-only instead
  const MountTree& tree = refused.state().trees.at(target->mount.tree);
  std::vector<std::string> paths;
  for (const Slot child : tree.children(target->mount.slot)) paths.push_back(tree.path_of(child));
  return paths.empty() ? "" : "mounts are on it: " + listed(paths);
}

std::string is_in_use(const Refused& refused) {
  const std::optional<Place> target = to_unmount(refused);
  if (!target || !is_mount_root(refused.state(), *target)) return {};
  std::map<uint32_t, std::string> who;
  const std::vector<uint32_t> in_it = standing_in(refused.state(), target->mount);
  const std::set<uint32_t> standing(in_it.begin(), in_it.end());
  for (const auto& [id, task] : refused.state().tasks) {
    if (task->ended_ns || !standing.contains(task->fs)) continue;
    who[task->tgid] = named(*task) + std::to_string(task->tgid);
  }
  if (who.empty())
    return "something in it is in use: a file that is open, a program that runs, a root or working directory";
  std::vector<std::string> words;
  for (const auto& [pid, name] : who) words.push_back(name);
  return "something in it is in use, as root or working directory of " + listed(words);
}

}  // namespace cttrace
