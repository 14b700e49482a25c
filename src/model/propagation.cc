#include "model/propagation.h"

#include <map>
#include <string>
#include <utility>

#include "base/paths.h"
#include "model/mount_state.h"
#include "model/peer_groups.h"

namespace cttrace {
namespace {

using Groups = std::vector<uint32_t>;  // a peer group for each of some loose mounts

bool is_mount_namespace_file(const Mount& mount) { return mount.root.starts_with("mnt:["); }

// The subtree as loose mounts, without what `leave_out` says, and what is on that.
template <typename LeaveOut>
LooseMounts picture_of(const State& state, MountId top, LeaveOut leave_out) {
  const MountTree& tree = state.trees.at(top.tree);
  LooseMounts loose;
  std::map<Slot, size_t> indexes;
  for (Slot slot : tree.subtree(top.slot)) {
    const auto parent = indexes.find(tree.parent_of(slot));
    if (slot != top.slot && parent == indexes.end()) continue;
    Mount mount = tree.at(slot);
    if (leave_out(slot, mount)) continue;
    indexes[slot] = loose.size();
    loose.push_back({std::move(mount), slot == top.slot ? 0 : parent->second});
  }
  return loose;
}

// A copy that propagation makes: never of a mount namespace's file.
LooseMounts copy_for(const LooseMounts& source, const Groups& groups, bool shared, bool lock) {
  LooseMounts copy;
  std::map<size_t, size_t> indexes;
  for (size_t i = 0; i < source.size(); ++i) {
    const auto parent = indexes.find(source[i].parent);
    if (i != 0 && parent == indexes.end()) continue;
    if (is_mount_namespace_file(source[i].mount)) continue;
    indexes[i] = copy.size();
    LooseMount& mount = copy.emplace_back(source[i]);
    mount.parent = i == 0 ? 0 : parent->second;
    mount.mount.kernel_id = 0;
    mount.mount.peer_group = shared ? groups[i] : 0;
    mount.mount.master = shared ? 0 : groups[i];
    mount.mount.unbindable = false;
    mount.mount.locked = i != 0 && (lock || mount.mount.locked);
  }
  return copy;
}

// Where the mount that was there before goes: onto what comes beneath it. With the newer rule, onto the topmost of
// that.
Place top_of(const State& state, const KernelRules& rules, MountId mount) {
  const Place root = root_of_mount(state, mount, Evidence::kInferred);
  return rules.overmount ? crossed(state, root) : root;
}

void slide_beneath(Context& context, MountId beneath, Slot covered) {
  if (covered == kNoSlot) return;
  const Place top = top_of(context.state, context.rules, beneath);
  MountTreeEditor(context.state.trees[beneath.tree]).move(covered, top.mount.slot, top.path);
}

std::vector<Slot> put(Context& context, LooseMounts&& mounts, MountId parent, std::string_view path) {
  const Slot covered = context.state.trees[parent.tree].mounted_on(parent.slot, path);
  std::vector<Slot> slots;
  for (size_t i = 0; i < mounts.size(); ++i) {
    Mount& mount = mounts[i].mount;
    mount.parent = i == 0 ? parent.slot : slots[mounts[i].parent];
    if (i == 0) mount.mountpoint = path;
    slots.push_back(add_mount(context.state, parent.tree, std::move(mount)));
  }
  slide_beneath(context, {parent.tree, slots[0]}, covered);
  return slots;
}

// Where mounts are, each found out once: of a high stack of mounts every one is as far from the root as the stack is
// high.
class Paths {
 public:
  explicit Paths(const State& state) : state_(state) {}
  const std::string& of(MountId mount) {
    const MountTree& tree = state_.trees.at(mount.tree);
    std::vector<Slot> up;
    for (Slot slot = mount.slot; slot != kNoSlot && !known_.contains({mount.tree, slot}); slot = tree.parent_of(slot))
      up.push_back(slot);
    for (auto slot = up.rbegin(); slot != up.rend(); ++slot) {
      const Slot parent = tree.parent_of(*slot);
      known_[{mount.tree, *slot}] = parent == kNoSlot ? "/"
                                                      : joined(known_.at({mount.tree, parent}),
                                                               below(tree.mountpoint_of(*slot), tree.root_of(parent)));
    }
    return known_.at(mount);
  }

 private:
  const State& state_;
  std::map<MountId, std::string> known_;
};

void tell(Context& context, MountId mount, MountChanged::What what, bool propagated, size_t below, std::string path,
          const std::string& before_path = {}) {
  context.changes.emplace_back(MountChanged{.what = what,
                                            .mount = mount,
                                            .path = std::move(path),
                                            .mounted = mount_at(context.state, mount),
                                            .before = {},
                                            .before_path = before_path,
                                            .propagated = propagated,
                                            .below = static_cast<uint32_t>(below)});
}

struct Copy {
  MountId parent;
  LooseMounts mounts;
};

// The copies that go to everybody who receives from the mount, `source` being the mounts as they will be there.
std::vector<Copy> copies_for_receivers(Context& context, const LooseMounts& source, const Attachment& where,
                                       const std::vector<Receiver>& receivers) {
  State& state = context.state;
  const uint32_t owner = tree_info(state, where.parent.tree)->owner;
  std::vector<Copy> copies;
  std::vector<Groups> groups;  // by receiver
  for (size_t i = 0; i < receivers.size(); ++i) {
    const Receiver& receiver = receivers[i];
    std::vector<MountId> visible;
    for (const MountId& mount : receiver.mounts)
      if (mount != where.parent && !tree_info(state, mount.tree)->anonymous &&
          is_below(where.path, state.trees.at(mount.tree).root_of(mount.slot)))
        visible.push_back(mount);
    Groups own;
    if (i == 0)
      for (const LooseMount& mount : source) own.push_back(mount.mount.peer_group);
    else
      own = groups[receiver.master];
    if (i != 0 && receiver.group && !visible.empty())
      for (uint32_t& number : own) number = new_group(state, number);
    for (const MountId& mount : visible)
      copies.push_back(
          {mount, copy_for(source, own, receiver.group != 0, tree_info(state, mount.tree)->owner != owner)});
    groups.push_back(std::move(own));
  }
  return copies;
}

// Those that came into the same tree.
std::vector<Slot> put_copies(Context& context, std::vector<Copy>&& copies, const Attachment& where) {
  std::vector<Slot> same_tree;
  Paths paths(context.state);
  for (Copy& copy : copies) {
    if (copy.mounts.empty()) continue;
    const std::vector<Slot> slots = put(context, std::move(copy.mounts), copy.parent, where.path);
    const std::string& root = context.state.trees.at(copy.parent.tree).root_of(copy.parent.slot);
    tell(context, {copy.parent.tree, slots[0]}, where.what, true, slots.size() - 1,
         joined(paths.of(copy.parent), below(where.path, root)));
    if (copy.parent.tree == where.parent.tree) same_tree.insert(same_tree.end(), slots.begin(), slots.end());
  }
  return same_tree;
}

}  // namespace

LooseMounts copies_of(const State& state, MountId mount, std::string_view path, bool recursive, bool namespace_files) {
  const MountTree& tree = state.trees.at(mount.tree);
  const auto leave_out = [&](Slot slot, const Mount& seen) {
    if (slot == mount.slot) return false;
    return seen.unbindable || (!namespace_files && is_mount_namespace_file(seen)) ||
           (tree.parent_of(slot) == mount.slot && !is_below(seen.mountpoint, path));
  };
  LooseMounts copies;
  if (recursive)
    copies = picture_of(state, mount, leave_out);
  else
    copies.push_back({.mount = tree.at(mount.slot), .parent = 0});
  for (LooseMount& copy : copies) copy.mount.kernel_id = 0;
  copies[0].mount.root = path;
  copies[0].mount.locked = false;
  return copies;
}

Attached attach(Context& context, LooseMounts mounts, const Attachment& where) {
  State& state = context.state;
  std::vector<Copy> copies;
  if (const uint32_t group = mount_at(state, where.parent).peer_group) {
    for (LooseMount& mount : mounts) {
      if (!mount.mount.peer_group) mount.mount.peer_group = new_group(state, mount.mount.master);
      mount.mount.unbindable = false;
    }
    copies = copies_for_receivers(context, mounts, where, receivers_of(state, group));
  }
  Attached attached = {.mounts = put(context, std::move(mounts), where.parent, where.path)};
  tell(context, {where.parent.tree, attached.mounts[0]}, where.what, false, attached.mounts.size() - 1,
       state.trees.at(where.parent.tree).path_of(attached.mounts[0]));
  attached.copies = put_copies(context, std::move(copies), where);
  return attached;
}

void attach_moved(Context& context, MountId mount, const Attachment& where) {
  State& state = context.state;
  const std::string before = state.trees.at(mount.tree).path_of(mount.slot);
  const std::vector<Slot> moved = state.trees.at(mount.tree).subtree(mount.slot);
  std::vector<Copy> copies;
  if (const uint32_t group = mount_at(state, where.parent).peer_group) {
    // What is moved may be a slave of the mount that it comes onto: as such it gets a copy, and is no peer group yet.
    const std::vector<Receiver> receivers = receivers_of(state, group);
    for (Slot slot : moved) {
      const Mount known = mount_at(state, {mount.tree, slot});
      if (!known.peer_group) set_propagation(state, {mount.tree, slot}, new_group(state, known.master), 0, false);
    }
    const LooseMounts source = picture_of(state, mount, [](Slot, const Mount&) { return false; });
    copies = copies_for_receivers(context, source, where, receivers);
  }
  const Slot covered = state.trees[where.parent.tree].mounted_on(where.parent.slot, where.path);
  MountTreeEditor(state.trees[mount.tree]).move(mount.slot, where.parent.slot, where.path);
  slide_beneath(context, mount, covered == mount.slot ? kNoSlot : covered);
  tell(context, mount, where.what, false, moved.size() - 1, state.trees.at(mount.tree).path_of(mount.slot), before);
  put_copies(context, std::move(copies), where);
}

std::vector<std::pair<Slot, Slot>> attach_tree(Context& context, TreeId tree, const Attachment& where) {
  State& state = context.state;
  const MountId root = {tree, state.trees.at(tree).root()};
  const std::vector<Slot> before = state.trees.at(tree).subtree(root.slot);
  LooseMounts mounts = picture_of(state, root, [](Slot, const Mount&) { return false; });
  const std::vector<Slot> after = attach(context, std::move(mounts), where).mounts;
  std::vector<std::pair<Slot, Slot>> slots;
  for (size_t i = 0; i < before.size(); ++i) slots.emplace_back(before[i], after[i]);
  const MountId at = {where.parent.tree, after[0]};
  // Who stands in it comes along.
  for (const auto& [from, to] : slots)
    for (uint32_t fs : standing_in(state, {tree, from})) {
      const FsStruct places = *fs_in(state, fs);
      for (const bool is_root : {true, false}) {
        Place place = is_root ? places.root : places.cwd;
        if (place.mount != MountId{tree, from}) continue;
        place.mount = {at.tree, to};
        is_root ? set_root(state, fs, place) : set_cwd(state, fs, place);
      }
    }
  remove_tree(state, tree);
  context.changes.emplace_back(TreeAttached{.tree = tree, .at = at});
  return slots;
}

}  // namespace cttrace
