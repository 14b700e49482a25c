// Moving mounts, and taking them away: do_move_mount, can_umount and do_umount, fs/namespace.c
#include <algorithm>
#include <map>
#include <set>

#include "base/paths.h"
#include "model/mount_state.h"
#include "model/refusal_reasons.h"
#include "model/refused_mount.h"
#include "tables/fallbacks.h"

namespace cttrace {
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

// "sh ", to be followed by its pid.
std::string named(const TaskState& task) {
  if (task.programs.empty()) return {};
  return std::string(last_part(task.programs.back().path)) + " ";
}

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

// do_umount_root
std::string is_its_root_in_use(const Refused& refused) {
  const std::optional<Place> target = to_unmount(refused), root = refused.root();
  if (!target || !root || root->mount != target->mount || refused.raw(1) & MNT_DETACH) return {};
  return "it is its root, which is only made read-only, and something in it is open for writing";
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
