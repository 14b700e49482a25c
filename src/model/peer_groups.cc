#include "model/peer_groups.h"

#include <algorithm>
#include <set>

#include "model/mount_state.h"
#include "model/mount_trees.h"
#include "model/superblocks.h"

namespace cttrace {
namespace {

const PeerGroup* find_group(const State& state, uint32_t group) {
  const PeerGroups& groups = *state.mount_objects->groups;
  const auto found = groups.find(group);
  return found == groups.end() ? nullptr : &found->second;
}

PeerGroups& edit_groups(State& state) { return state.mount_objects.edit().groups.edit(); }

// Where mounts of the group, or its slaves, may be.
std::set<TreeId> trees_of(const State& state, const PeerGroup& group) { return with_copies(state, group.trees); }

template <typename Find>
std::vector<MountId> collect(const State& state, uint32_t group, Find find) {
  std::vector<MountId> found;
  const PeerGroup* known = find_group(state, group);
  if (!known) return found;
  for (TreeId id : trees_of(state, *known)) {
    const MountTree* tree = state.tree(id);
    if (!tree) continue;
    for (Slot slot : find(*tree)) found.push_back({.tree = id, .slot = slot});
  }
  return found;
}

std::vector<MountId> slaves_of(const State& state, uint32_t group) {
  return collect(state, group, [&](const MountTree& tree) { return tree.slaves(group); });
}

bool has_member(const State& state, uint32_t group, TreeId& witness) {
  const PeerGroup* known = find_group(state, group);
  const MountTree* last = known ? state.tree(known->witness) : nullptr;
  if (last && !last->members(group).empty()) return true;
  const std::vector<MountId> members = members_of(state, group);
  if (members.empty()) return false;
  witness = members.front().tree;
  return true;
}

// The group's mounts, and what is kept of it, get another master.
void set_group_master(State& state, uint32_t group, uint32_t master) {
  edit_groups(state)[group].master = master;
  if (master) edit_groups(state)[master].slaves.insert(group);
  for (const MountId& mount : members_of(state, group)) {
    const bool unbindable = state.trees.at(mount.tree).at(mount.slot).unbindable;
    MountTreeEditor(state.trees.at(mount.tree)).set_propagation(mount.slot, group, master, unbindable);
  }
}

// A detached tree that may have gone, or may have been passed on, was in the group.
bool is_buried(const State& state, uint32_t group) {
  return std::ranges::any_of(state.mount_objects->buried,
                             [&](const BuriedTree& tree) { return !tree.mounts.members(group).empty(); });
}

void doubt_slaves(State& state, uint32_t group) {
  for (const Receiver& receiver : receivers_of(state, group))
    for (const MountId& mount : receiver.mounts) {
      TreeInfo& info = state.mount_objects.edit().trees[mount.tree];
      if (info.doubt.empty()) info.doubt = "whose slaves mounts are: a detached tree may be gone, or be passed on";
    }
}

}  // namespace

uint32_t new_group(State& state, uint32_t master) {
  MountObjects& objects = state.mount_objects.edit();
  const uint32_t id = ++objects.last_id;
  PeerGroups& groups = objects.groups.edit();
  groups[id].master = master;
  if (master) groups[master].slaves.insert(id);
  return id;
}

void note_link(State& state, uint32_t group, TreeId tree) {
  const PeerGroup* known = find_group(state, group);
  if (!group || (known && known->trees.contains(tree))) return;
  edit_groups(state)[group].trees.insert(tree);
}

void members_left(State& state, uint32_t group) {
  const PeerGroup* known = find_group(state, group);
  if (!known || known->elsewhere) return;
  TreeId witness = known->witness;
  if (has_member(state, group, witness)) {
    if (witness != known->witness) edit_groups(state)[group].witness = witness;
    return;
  }
  if (is_buried(state, group)) doubt_slaves(state, group);
  const PeerGroup gone = *known;
  for (uint32_t slaves : gone.slaves) set_group_master(state, slaves, gone.master);
  for (const MountId& slave : slaves_of(state, group)) {
    note_link(state, gone.master, slave.tree);
    const bool unbindable = state.trees.at(slave.tree).at(slave.slot).unbindable;
    MountTreeEditor(state.trees.at(slave.tree)).set_propagation(slave.slot, 0, gone.master, unbindable);
  }
  PeerGroups& groups = edit_groups(state);
  if (const auto master = groups.find(gone.master); master != groups.end()) master->second.slaves.erase(group);
  groups.erase(group);
}

uint32_t master_of_group(const State& state, uint32_t group) {
  const PeerGroup* known = find_group(state, group);
  return known ? known->master : 0;
}

std::vector<MountId> members_of(const State& state, uint32_t group) {
  return collect(state, group, [&](const MountTree& tree) { return tree.members(group); });
}

std::vector<Receiver> receivers_of(const State& state, uint32_t group) {
  std::vector<Receiver> receivers;
  // Groups to come, and the receiver that they receive from.
  std::vector<std::pair<uint32_t, size_t>> waiting = {{group, 0}};
  while (!waiting.empty()) {
    auto [next, from] = waiting.back();
    waiting.pop_back();
    const PeerGroup* known = find_group(state, next);
    if (!known) continue;
    receivers.push_back({next, from, members_of(state, next)});
    from = receivers.size() - 1;
    for (const MountId& slave : slaves_of(state, next)) receivers.push_back({0, from, {slave}});
    for (uint32_t slaves : known->slaves) waiting.emplace_back(slaves, from);
  }
  return receivers;
}

void forget_unused(State& state) {
  constexpr size_t kFew = 1024;
  const MountObjects& objects = *state.mount_objects;
  if (objects.groups->size() + state.filesystems.size() < 2 * objects.swept + kFew) return;
  std::set<uint32_t> groups;
  std::set<FilesystemId> filesystems;
  for (const auto& [id, tree] : state.trees) {
    for (Slot slot : tree.in_tree_order()) {
      const Mount mount = tree.at(slot);
      groups.insert(mount.peer_group ? mount.peer_group : mount.master);
      filesystems.insert(mount.filesystem);
    }
  }
  for (const auto& [id, context] : objects.contexts) filesystems.insert(context.filesystem);
  for (const auto& [id, filesystem] : state.filesystems)
    if (is_kept(state, id)) filesystems.insert(id);
  // A group is needed for as long as one that has it for its master is.
  std::vector<uint32_t> needed(groups.begin(), groups.end());
  while (!needed.empty()) {
    const PeerGroup* known = find_group(state, needed.back());
    needed.pop_back();
    if (known && groups.insert(known->master).second) needed.push_back(known->master);
  }
  MountObjects& edited = state.mount_objects.edit();
  std::erase_if(edited.groups.edit(), [&](const auto& entry) { return !groups.contains(entry.first); });
  for (auto& [id, group] : edited.groups.edit())
    std::erase_if(group.slaves, [&](uint32_t slave) { return !groups.contains(slave); });
  std::erase_if(edited.shown_in, [&](const auto& entry) { return !filesystems.contains(entry.first); });
  std::erase_if(edited.devices, [&](const auto& entry) { return !filesystems.contains(entry.second); });
  std::erase_if(edited.of_namespaces, [&](FilesystemId id) { return !filesystems.contains(id); });
  std::erase_if(state.filesystems, [&](const auto& entry) { return !filesystems.contains(entry.first); });
  edited.swept = edited.groups->size() + state.filesystems.size();
}

}  // namespace cttrace
