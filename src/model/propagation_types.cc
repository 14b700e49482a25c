#include "model/propagation_types.h"

#include <set>
#include <vector>

#include "model/mount_state.h"
#include "model/peer_groups.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

// Smaller trees are changed mount by mount.
constexpr size_t kLarge = 64;
// So many mounts may stay as they are when the rest of the tree is changed as a whole.
constexpr size_t kFewOutside = 8;

// change_mnt_propagation, fs/pnode.c
void change_one(State& state, MountId id, uint64_t type) {
  const Mount mount = mount_at(state, id);
  switch (type) {
    case MS_SHARED:
      if (!mount.peer_group)
        set_propagation(state, id, new_group(state, mount.master), 0, false);
      else if (mount.unbindable)
        set_propagation(state, id, mount.peer_group, 0, false);
      break;
    case MS_SLAVE:
      if (mount.peer_group) set_propagation(state, id, 0, mount.peer_group, mount.unbindable);
      break;
    default:
      if (mount.peer_group || mount.master || mount.unbindable != (type == MS_UNBINDABLE))
        set_propagation(state, id, 0, 0, type == MS_UNBINDABLE);
      break;
  }
}

// Who is not in the subtree; none: they are too many.
std::optional<std::vector<Slot>> outside(const MountTree& tree, Slot top) {
  std::vector<Slot> found, waiting;
  if (tree.root() != top) waiting.push_back(tree.root());
  while (!waiting.empty()) {
    const Slot slot = waiting.back();
    waiting.pop_back();
    found.push_back(slot);
    if (found.size() > kFewOutside) return std::nullopt;
    for (Slot child : tree.children(slot))
      if (child != top) waiting.push_back(child);
  }
  return found;
}

void change_whole_tree(State& state, TreeId id, const std::vector<Slot>& but, uint64_t type) {
  std::vector<Mount> kept;
  for (Slot slot : but) kept.push_back(mount_at(state, {id, slot}));
  std::set<uint32_t> groups;
  for (Slot slot : state.trees.at(id).shared()) groups.insert(mount_at(state, {id, slot}).peer_group);
  MountTreeEditor editor(state.trees.at(id));
  editor.change_all({.slaves = type == MS_SLAVE, .privates = type != MS_SLAVE, .unbindable = type == MS_UNBINDABLE});
  for (size_t i = 0; i < but.size(); ++i)
    editor.set_propagation(but[i], kept[i].peer_group, kept[i].master, kept[i].unbindable);
  for (uint32_t group : groups) members_left(state, group);
}

}  // namespace

void change_propagation(Context& context, MountId mount, uint64_t type, bool recursively) {
  State& state = context.state;
  const Mount before = mount_at(state, mount);
  size_t size = 1;
  const MountTree& tree = state.trees.at(mount.tree);
  std::optional<std::vector<Slot>> but;
  if (recursively && type != MS_SHARED && tree.size() >= kLarge) but = outside(tree, mount.slot);
  if (but) {
    size = tree.size() - but->size();
    change_whole_tree(state, mount.tree, *but, type);
  } else {
    const std::vector<Slot> slots = recursively ? tree.subtree(mount.slot) : std::vector{mount.slot};
    size = slots.size();
    for (Slot slot : slots) change_one(state, {mount.tree, slot}, type);
  }
  MountTreeEditor(state.trees.at(mount.tree)).add_history(mount.slot, state.event);
  context.changes.emplace_back(MountChanged{.what = MountChanged::What::kPropagation,
                                            .mount = mount,
                                            .path = state.trees.at(mount.tree).path_of(mount.slot),
                                            .mounted = mount_at(state, mount),
                                            .before = before,
                                            .before_path = {},
                                            .propagated = false,
                                            .below = static_cast<uint32_t>(size - 1)});
}

}  // namespace cttrace
