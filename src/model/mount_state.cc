#include "model/mount_state.h"

#include <utility>
#include <vector>

#include "base/paths.h"
#include "model/peer_groups.h"
#include "model/superblocks.h"

namespace cttrace {

const MountTree* tree_in(const State& state, TreeId tree) {
  const auto found = state.trees.find(tree);
  return found == state.trees.end() ? nullptr : &found->second;
}

const TreeInfo* tree_info(const State& state, TreeId tree) {
  const auto found = state.mount_objects->trees.find(tree);
  return found == state.mount_objects->trees.end() ? nullptr : &found->second;
}

TreeInfo& edit_info(State& state, TreeId tree) { return state.mount_objects.edit().trees[tree]; }

TreeId new_tree(State& state, const TreeInfo& info) {
  MountObjects& objects = state.mount_objects.edit();
  const TreeId id = ++objects.last_id;
  objects.trees[id] = info;
  if (info.copied_from) objects.trees[info.copied_from].copies.insert(id);
  state.trees[id];
  return id;
}

namespace {

// What has gone is remembered for as long as copies of it are there: peer groups name them by it.
void forget_info(MountObjects& objects, TreeId tree) {
  while (tree) {
    const auto found = objects.trees.find(tree);
    if (found == objects.trees.end() || !found->second.gone || !found->second.copies.empty()) return;
    const TreeId original = found->second.copied_from;
    objects.trees.erase(found);
    if (const auto above = objects.trees.find(original); above != objects.trees.end()) above->second.copies.erase(tree);
    tree = original;
  }
}

Place nowhere(const State& state, const Place& place) {
  const MountTree* tree = tree_in(state, place.mount.tree);
  const FilesystemId kept = tree && tree->contains(place.mount.slot) ? filesystem_at(state, place.mount) : 0;
  const Filesystem* filesystem = filesystem_of(state, kept);
  const std::string type = filesystem ? filesystem->type : "mount";
  std::string path = place.path;
  if (filesystem) path = joined("/", below(place.path, tree->root_of(place.mount.slot)));
  return {.mount = {},
          .path = place.path,
          .evidence = place.evidence,
          .shown = "(detached " + type + ")" + (path == "/" ? "" : path),
          .detached = true,
          .filesystem = kept};
}

}  // namespace

void leave_tree(State& state, TreeId tree, Slot top) {
  const auto& standing = state.mount_objects->standing;
  std::vector<MountId> leaves;
  for (auto at = standing.lower_bound({tree, 0}); at != standing.end() && at->first.tree == tree; ++at)
    if (is_within(state, at->first, {tree, top})) leaves.push_back(at->first);
  for (const MountId& left : leaves) {
    for (uint32_t fs : standing_in(state, left)) {
      const FsStruct places = *fs_in(state, fs);
      if (places.root.mount == left) set_root(state, fs, nowhere(state, places.root));
      if (places.cwd.mount == left) set_cwd(state, fs, nowhere(state, places.cwd));
    }
  }
}

void remove_tree(State& state, TreeId tree) {
  const MountTree* mounts = tree_in(state, tree);
  if (!mounts) return;
  std::vector<uint32_t> groups;
  for (Slot slot : mounts->shared()) groups.push_back(mount_at(state, {tree, slot}).peer_group);
  if (mounts->root() != kNoSlot) leave_tree(state, tree, mounts->root());
  state.trees.erase(tree);
  for (uint32_t group : groups) members_left(state, group);
  MountObjects& objects = state.mount_objects.edit();
  TreeInfo& info = objects.trees[tree];
  if (const auto named = objects.by_inode.find(info.inode); named != objects.by_inode.end() && named->second == tree)
    objects.by_inode.erase(named);
  info.gone = true;
  objects.standing.erase(objects.standing.lower_bound({tree, 0}), objects.standing.upper_bound({tree, kNoSlot}));
  for (const uint32_t kernel_id : std::exchange(info.kernel_ids, {})) {
    const auto with_id = objects.anonymous.find(kernel_id);
    with_id->second.erase(tree);
    if (with_id->second.empty()) objects.anonymous.erase(with_id);
  }
  forget_info(objects, tree);
}

TreeId tree_of(const State& state, const TaskState& task) {
  const auto found = state.namespaces.find(task.namespaces[CT_NS_MNT].value);
  return found == state.namespaces.end() ? 0 : found->second->mounts;
}

TreeId tree_with_inode(const State& state, uint32_t mount_ns) {
  const auto found = state.mount_objects->by_inode.find(mount_ns);
  return found == state.mount_objects->by_inode.end() ? 0 : found->second;
}

std::set<TreeId> with_copies(const State& state, const std::set<TreeId>& trees) {
  std::set<TreeId> all;
  std::vector<TreeId> waiting(trees.begin(), trees.end());
  while (!waiting.empty()) {
    const auto info = state.mount_objects->trees.find(waiting.back());
    waiting.pop_back();
    if (info == state.mount_objects->trees.end() || !all.insert(info->first).second) continue;
    waiting.insert(waiting.end(), info->second.copies.begin(), info->second.copies.end());
  }
  return all;
}

Mount mount_at(const State& state, MountId mount) { return state.trees.at(mount.tree).at(mount.slot); }

FilesystemId filesystem_at(const State& state, MountId mount) {
  return state.trees.at(mount.tree).filesystem_of(mount.slot);
}

namespace {

void note_kernel_id(State& state, TreeId tree, uint32_t kernel_id) {
  const TreeInfo* const info = tree_info(state, tree);
  if (!kernel_id || !info || !info->anonymous || info->kernel_ids.contains(kernel_id)) return;
  MountObjects& objects = state.mount_objects.edit();
  objects.trees[tree].kernel_ids.insert(kernel_id);
  objects.anonymous[kernel_id].insert(tree);
}

}  // namespace

void set_kernel_id(State& state, MountId mount, uint32_t kernel_id) {
  note_kernel_id(state, mount.tree, kernel_id);
  MountTreeEditor(state.trees.at(mount.tree)).set_kernel_id(mount.slot, kernel_id);
}

std::set<TreeId> anonymous_with(const State& state, uint32_t kernel_id) {
  const auto& anonymous = state.mount_objects->anonymous;
  const auto found = anonymous.find(kernel_id);
  return found == anonymous.end() ? std::set<TreeId>() : found->second;
}

Slot add_mount(State& state, TreeId tree, Mount mount) {
  note_kernel_id(state, tree, mount.kernel_id);
  note_link(state, mount.peer_group ? mount.peer_group : mount.master, tree);
  if (mount.peer_group) mount.master = master_of_group(state, mount.peer_group);
  state.mount_objects.edit().shown_in[mount.filesystem].insert(tree);
  return MountTreeEditor(state.trees[tree]).add(std::move(mount));
}

void set_propagation(State& state, MountId mount, uint32_t peer_group, uint32_t master, bool unbindable) {
  const uint32_t before = mount_at(state, mount).peer_group;
  note_link(state, peer_group ? peer_group : master, mount.tree);
  if (peer_group) master = master_of_group(state, peer_group);
  MountTreeEditor(state.trees[mount.tree]).set_propagation(mount.slot, peer_group, master, unbindable);
  if (before && before != peer_group) members_left(state, before);
}

void cross(const MountTree& tree, Place& place) {
  for (Slot on = tree.mounted_on(place.mount.slot, place.path); on != kNoSlot;
       on = tree.mounted_on(place.mount.slot, place.path)) {
    place.mount.slot = on;
    place.path = tree.root_of(on);
  }
}

Place crossed(const State& state, Place place) {
  if (const MountTree* const tree = tree_in(state, place.mount.tree)) cross(*tree, place);
  return place;
}

Place root_of_mount(const State& state, MountId mount, Evidence evidence) {
  return {.mount = mount, .path = state.trees.at(mount.tree).root_of(mount.slot), .evidence = evidence};
}

bool is_mount_root(const State& state, const Place& place) {
  const MountTree* tree = tree_in(state, place.mount.tree);
  return tree && tree->contains(place.mount.slot) && tree->root_of(place.mount.slot) == place.path;
}

bool is_within(const State& state, MountId mount, MountId top) {
  const MountTree* tree = tree_in(state, mount.tree);
  if (!tree || mount.tree != top.tree) return false;
  if (!tree->contains(mount.slot)) return false;
  Slot slot = mount.slot;
  while (slot != kNoSlot && slot != top.slot) slot = tree->parent_of(slot);
  return slot == top.slot;
}

std::string shown_path(const State& state, const Place& place) {
  const MountTree* tree = tree_in(state, place.mount.tree);
  if (!tree || !tree->contains(place.mount.slot)) return place.shown;
  const std::string path = tree->path_of(place.mount.slot);
  const std::string& root = tree->root_of(place.mount.slot);
  return is_below(place.path, root) ? joined(path, below(place.path, root)) : path;
}

const FsStruct* fs_in(const State& state, uint32_t fs) {
  const auto found = state.fs_structs.find(fs);
  return found == state.fs_structs.end() ? nullptr : &*found->second;
}

namespace {

// One of its two places was in `before`; the other one is in `other`.
void note_standing(State& state, uint32_t fs, MountId before, MountId other, MountId after) {
  if (before == after) return;
  std::map<MountId, std::set<uint32_t>>& standing = state.mount_objects.edit().standing;
  if (const auto left = standing.find(before); left != standing.end() && before != other) {
    left->second.erase(fs);
    if (left->second.empty()) standing.erase(left);
  }
  if (after.tree) standing[after].insert(fs);
}

}  // namespace

void set_root(State& state, uint32_t fs, const Place& place) {
  FsStruct& places = state.fs_structs[fs].edit();
  const MountId before = places.root.mount;
  places.root = place;
  note_standing(state, fs, before, places.cwd.mount, place.mount);
}

void set_cwd(State& state, uint32_t fs, const Place& place) {
  FsStruct& places = state.fs_structs[fs].edit();
  const MountId before = places.cwd.mount;
  places.cwd = place;
  note_standing(state, fs, before, places.root.mount, place.mount);
}

std::vector<uint32_t> standing_in(const State& state, MountId mount) {
  const auto found = state.mount_objects->standing.find(mount);
  if (found == state.mount_objects->standing.end()) return {};
  return {found->second.begin(), found->second.end()};
}

void forget_fs(State& state, uint32_t fs) {
  set_root(state, fs, {});
  set_cwd(state, fs, {});
  state.fs_structs.erase(fs);
  state.mount_objects.edit().fs.erase(fs);
}

void doubt(Context& context, TreeId tree, std::string why) {
  if (!tree_info(context.state, tree) || !tree_info(context.state, tree)->doubt.empty()) return;
  edit_info(context.state, tree).doubt = why;
  context.changes.emplace_back(BecameUnknown{.what = std::move(why)});
}

void doubt_mounts(Context& context, const std::string& why) {
  MountObjects& objects = context.state.mount_objects.edit();
  for (auto& [tree, info] : objects.trees)
    if (!info.gone && info.doubt.empty()) info.doubt = why;
  for (auto& [id, fs] : context.state.fs_structs) fs.edit().root.evidence = fs.edit().cwd.evidence = Evidence::kUnknown;
}

void doubt_with_receivers(Context& context, TreeId tree, const std::string& why) {
  const TreeInfo* info = tree_info(context.state, tree);
  const MountTree* mounts = tree_in(context.state, tree);
  if (!info || !mounts || !info->doubt.empty()) return;
  doubt(context, tree, why);
  std::set<uint32_t> groups;
  for (Slot slot : mounts->shared()) groups.insert(mounts->at(slot).peer_group);
  std::set<TreeId> others;
  for (uint32_t group : groups)
    for (const Receiver& receiver : receivers_of(context.state, group))
      for (const MountId& mount : receiver.mounts) others.insert(mount.tree);
  const uint32_t inode = tree_info(context.state, tree)->inode;
  for (TreeId other : others)
    if (other != tree) doubt(context, other, "what came from mnt:[" + std::to_string(inode) + "]: " + why);
}

void say_unknown(Context& context, std::string what) {
  context.changes.emplace_back(BecameUnknown{.what = std::move(what)});
}

}  // namespace cttrace
