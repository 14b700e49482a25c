#include "model/umount_rules.h"

#include <algorithm>
#include <map>

#include "model/mount_state.h"

namespace cttrace {
namespace {

MountId parent_of(const State& state, MountId mount) {
  return {mount.tree, state.trees.at(mount.tree).parent_of(mount.slot)};
}

std::vector<MountId> children_of(const State& state, MountId mount) {
  std::vector<MountId> children;
  for (Slot slot : state.trees.at(mount.tree).children(mount.slot)) children.push_back({mount.tree, slot});
  return children;
}

// It covers the whole of the mount that it is on.
bool covers_parent(const State& state, MountId mount) {
  const MountTree& tree = state.trees.at(mount.tree);
  const Slot parent = tree.parent_of(mount.slot);
  return parent != kNoSlot && tree.mountpoint_of(mount.slot) == tree.root_of(parent);
}

size_t depth_of(const State& state, MountId mount) {
  const MountTree& tree = state.trees.at(mount.tree);
  size_t depth = 0;
  for (Slot slot = mount.slot; slot != kNoSlot; slot = tree.parent_of(slot)) ++depth;
  return depth;
}

// Deepest first; otherwise in the order of their ids.
std::vector<MountId> deepest_first(const State& state, const std::set<MountId>& mounts) {
  std::vector<std::pair<size_t, MountId>> order;
  for (const MountId& mount : mounts) order.emplace_back(depth_of(state, mount), mount);
  std::ranges::stable_sort(order, [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<MountId> sorted;
  for (const auto& [depth, mount] : order) sorted.push_back(mount);
  return sorted;
}

// The mounts that are unmounted whatever the candidates do: the one that was asked for and all on it.
class Asked {
 public:
  Asked(const State& state, MountId mount) : state_(state), mount_(mount) {}
  bool contains(MountId mount) const {
    if (mount.tree != mount_.tree) return false;
    const MountTree& tree = state_.trees.at(mount.tree);
    Slot slot = mount.slot;
    while (slot != kNoSlot && slot != mount_.slot) slot = tree.parent_of(slot);
    return slot == mount_.slot;
  }

 private:
  const State& state_;
  MountId mount_;
};

// --- Since 6.17 (Documentation/filesystems/propagate_umount.txt). The largest set of candidates in which
// - no mount has something below it that stays, unless all of that is on top of its root;
// - no locked mount goes without what it is on.

std::set<MountId> not_shifting(const State& state, const Asked& asked, const std::set<MountId>& candidates) {
  std::set<MountId> kept = candidates;
  std::map<MountId, bool> holds;  // something that stays is reached from it through mounts that go
  for (const MountId& mount : deepest_first(state, candidates)) {
    bool& held = holds[mount];
    for (const MountId& child : children_of(state, mount)) {
      if (asked.contains(child)) continue;
      const bool stays = !candidates.contains(child) || holds[child];
      held = held || stays;
      if (stays && !covers_parent(state, child)) kept.erase(mount);
    }
  }
  return kept;
}

std::set<MountId> not_revealing(const State& state, const Asked& asked, std::set<MountId> kept) {
  const std::vector<MountId> order = deepest_first(state, kept);
  for (auto mount = order.rbegin(); mount != order.rend(); ++mount) {
    const MountId parent = parent_of(state, *mount);
    if (mount_at(state, *mount).locked && !kept.contains(parent) && !asked.contains(parent)) kept.erase(*mount);
  }
  return kept;
}

std::set<MountId> chosen_since_6_17(const State& state, const Asked& asked, const std::set<MountId>& candidates) {
  return not_revealing(state, asked, not_shifting(state, asked, candidates));
}

// --- Before 6.17 (propagate_umount, fs/pnode.c). Candidates are looked at one by one, and their parents after them for
// as long as something comes of it. A mount that could go but for its lock is remembered: it goes with what it is on.

class OlderRules {
 public:
  OlderRules(const State& state, const Asked& asked, const std::set<MountId>& candidates)
      : state_(state), asked_(asked), candidates_(candidates) {}

  std::set<MountId> choose() {
    for (const MountId& candidate : candidates_) {
      if (seen_.contains(candidate) || going_.contains(candidate)) continue;
      MountId mount = candidate;
      while (look_at(mount)) {
        mount = parent_of(state_, mount);
        if (mount.slot == kNoSlot || !seen_.contains(mount)) break;
      }
    }
    take_what_is_on();
    return going_;
  }

 private:
  // True: it can go, or could but for its lock.
  bool look_at(MountId mount) {
    if (going_.contains(mount) || asked_.contains(mount) || free_.contains(mount)) return false;
    seen_.insert(mount);
    for (const MountId& child : children_of(state_, mount)) {
      if (covers_parent(state_, child) || going_.contains(child) || asked_.contains(child)) continue;
      if (!free_.contains(child)) return false;
    }
    free_.insert(mount);
    if (!mount_at(state_, mount).locked) going_.insert(mount);
    return true;
  }

  void take_what_is_on() {
    std::vector<MountId> waiting(going_.begin(), going_.end());
    while (!waiting.empty()) {
      const MountId mount = waiting.back();
      waiting.pop_back();
      for (const MountId& child : children_of(state_, mount))
        if (!covers_parent(state_, child) && !asked_.contains(child) && going_.insert(child).second)
          waiting.push_back(child);
    }
  }

  const State& state_;
  const Asked& asked_;
  const std::set<MountId>& candidates_;
  std::set<MountId> seen_;  // looked at, and not gone
  std::set<MountId> free_;  // nothing that stays is strictly inside it
  std::set<MountId> going_;
};

// What stays on top of mounts that go slides down to where the lowest of them is mounted.
void slide_down(Context& context, const std::set<MountId>& going) {
  State& state = context.state;
  for (const MountId& mount : going) {
    for (const MountId& child : children_of(state, mount)) {
      if (going.contains(child) || !covers_parent(state, child)) continue;
      MountId lowest = mount;
      while (going.contains(parent_of(state, lowest))) lowest = parent_of(state, lowest);
      const MountId parent = parent_of(state, lowest);
      const std::string mountpoint = state.trees.at(mount.tree).mountpoint_of(lowest.slot);
      MountTreeEditor(state.trees[mount.tree]).move(child.slot, parent.slot, mountpoint);
    }
  }
}

}  // namespace

std::vector<MountId> umounted_with(Context& context, MountId mount, const std::set<MountId>& candidates) {
  const Asked asked(context.state, mount);
  const std::set<MountId> going = context.rules.overmount ? chosen_since_6_17(context.state, asked, candidates)
                                                          : OlderRules(context.state, asked, candidates).choose();
  std::vector<MountId> order = deepest_first(context.state, going);
  slide_down(context, going);
  return order;
}

}  // namespace cttrace
