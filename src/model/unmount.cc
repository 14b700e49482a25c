#include "model/unmount.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "model/mount_state.h"
#include "model/peer_groups.h"
#include "model/umount_rules.h"

namespace cttrace {
namespace {

bool is_in_subtree(const MountTree& tree, Slot slot, Slot top) {
  while (slot != kNoSlot && slot != top) slot = tree.parent_of(slot);
  return slot == top;
}

// Mounts whose children are looked for elsewhere: those in peer groups, in the subtree or its parent.
std::set<Slot> sharing_parents(const State& state, MountId mount) {
  const MountTree& tree = state.trees.at(mount.tree);
  const Slot parent = tree.parent_of(mount.slot);
  std::set<Slot> parents;
  for (Slot slot : tree.shared())
    if (slot == parent || is_in_subtree(tree, slot, mount.slot)) parents.insert(slot);
  return parents;
}

// What others have in the place of what goes.
std::set<MountId> candidates_for(const State& state, MountId mount, const std::set<Slot>& parents) {
  const MountTree& tree = state.trees.at(mount.tree);
  std::set<MountId> candidates;
  for (Slot parent : parents) {
    std::vector<Slot> going = parent == tree.parent_of(mount.slot) ? std::vector{mount.slot} : tree.children(parent);
    if (going.empty()) continue;
    for (const Receiver& receiver : receivers_of(state, tree.at(parent).peer_group)) {
      for (const MountId& on : receiver.mounts) {
        if (on == MountId{mount.tree, parent}) continue;
        const MountTree& other = state.trees.at(on.tree);
        for (Slot slot : going) {
          const Slot found = other.mounted_on(on.slot, tree.mountpoint_of(slot));
          if (found == kNoSlot || (on.tree == mount.tree && is_in_subtree(tree, found, mount.slot))) continue;
          candidates.insert({on.tree, found});
        }
      }
    }
  }
  return candidates;
}

// The mount goes away: what others have in its place is no longer locked there (propagate_mount_unlock, fs/pnode.c).
void unlock_elsewhere(State& state, MountId mount) {
  const MountTree& tree = state.trees.at(mount.tree);
  const Slot parent = tree.parent_of(mount.slot);
  const uint32_t group = parent == kNoSlot ? 0 : tree.at(parent).peer_group;
  if (!group) return;
  const std::string mountpoint = tree.mountpoint_of(mount.slot);
  for (const Receiver& receiver : receivers_of(state, group)) {
    for (const MountId& on : receiver.mounts) {
      if (on == MountId{mount.tree, parent}) continue;
      const Slot found = state.trees.at(on.tree).mounted_on(on.slot, mountpoint);
      if (found != kNoSlot) MountTreeEditor(state.trees.at(on.tree)).set_locked(found, false);
    }
  }
}

void tell(Context& context, MountId mount, bool lazily, bool propagated, size_t below) {
  const MountTree& tree = context.state.trees.at(mount.tree);
  context.changes.emplace_back(
      MountChanged{.what = lazily ? MountChanged::What::kDetached : MountChanged::What::kUnmounted,
                   .mount = mount,
                   .path = tree.path_of(mount.slot),
                   .mounted = mount_at(context.state, mount),
                   .before = {},
                   .before_path = {},
                   .propagated = propagated,
                   .below = static_cast<uint32_t>(below)});
}

// Those that go though nobody asked for it, deepest first; what stays on top of them has slid down already.
void remove_one_by_one(Context& context, const std::vector<MountId>& going, bool lazily) {
  for (const MountId& mount : going) {
    tell(context, mount, lazily, true, 0);
    leave_tree(context.state, mount.tree, mount.slot);
    MountTreeEditor(context.state.trees[mount.tree]).remove(mount.slot);
  }
}

}  // namespace

void unmount(Context& context, MountId mount, bool lazily) {
  State& state = context.state;
  const std::set<Slot> parents = sharing_parents(state, mount);
  std::set<uint32_t> groups;  // that lose somebody
  for (Slot slot : parents)
    if (slot != state.trees.at(mount.tree).parent_of(mount.slot))
      groups.insert(mount_at(state, {mount.tree, slot}).peer_group);
  std::vector<MountId> others;
  if (!parents.empty()) {
    unlock_elsewhere(state, mount);
    const std::set<MountId> candidates = candidates_for(state, mount, parents);
    if (!candidates.empty()) others = umounted_with(context, mount, candidates);
    for (const MountId& other : others) groups.insert(mount_at(state, other).peer_group);
  }
  const size_t before = state.trees.at(mount.tree).size();
  tell(context, mount, lazily, false, 0);
  const size_t told_as = context.changes.size() - 1;
  leave_tree(state, mount.tree, mount.slot);
  MountTreeEditor(state.trees[mount.tree]).remove_subtree(mount.slot);
  std::get<MountChanged>(context.changes[told_as]).below =
      static_cast<uint32_t>(before - state.trees.at(mount.tree).size() - 1);
  remove_one_by_one(context, others, lazily);
  for (uint32_t group : groups)
    if (group) members_left(state, group);
}

}  // namespace cttrace
