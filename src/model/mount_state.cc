#include "model/mount_state.h"

#include <utility>
#include <vector>

#include "model/mount_paths.h"
#include "model/peer_groups.h"

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
  if (info.anonymous) objects.anonymous.insert(id);
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
  objects.anonymous.erase(tree);
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

Slot add_mount(State& state, TreeId tree, Mount mount) {
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

FilesystemId new_filesystem(State& state, Filesystem filesystem) {
  MountObjects& objects = state.mount_objects.edit();
  const FilesystemId id = ++objects.last_id;
  if (filesystem.dev_major || filesystem.dev_minor)
    objects.devices[static_cast<uint64_t>(filesystem.dev_major) << 32 | filesystem.dev_minor] = id;
  if (filesystem.type == "nsfs") objects.of_namespaces.insert(id);
  state.filesystems[id] = CopyOnWrite<Filesystem>(std::move(filesystem));
  return id;
}

FilesystemId filesystem_with(const State& state, uint32_t major, uint32_t minor) {
  const auto known = state.mount_objects->devices.find(static_cast<uint64_t>(major) << 32 | minor);
  return known == state.mount_objects->devices.end() || !filesystem_of(state, known->second) ? 0 : known->second;
}

bool is_mounted(const State& state, FilesystemId filesystem) {
  const auto shown = state.mount_objects->shown_in.find(filesystem);
  if (shown == state.mount_objects->shown_in.end()) return false;
  for (TreeId id : with_copies(state, shown->second)) {
    const TreeInfo* info = tree_info(state, id);
    // Nobody knows whether it is still there.
    if (info && info->anonymous && !info->holders) continue;
    const MountTree* tree = tree_in(state, id);
    if (tree && !tree->of_filesystem(filesystem).empty()) return true;
  }
  return false;
}

NamespaceId key_of(std::string_view type, const TaskState& task) {
  if (type == "mqueue") return task.namespaces[CT_NS_IPC].value;
  return type == "sysfs" ? task.namespaces[CT_NS_NET].value : 0;
}

bool is_kept(const State& state, FilesystemId filesystem) {
  const Filesystem* known = filesystem_of(state, filesystem);
  return known && known->type == "mqueue" && known->keyed_by && state.namespaces.contains(known->keyed_by);
}

namespace {

// Each mount of these makes a superblock of its own (get_tree_nodev, fs/super.c). A device number that is met again
// means that the older one has gone, whoever took it away.
bool is_always_new(const Filesystem* filesystem) {
  return filesystem && (filesystem->type == "tmpfs" || filesystem->type == "ramfs" || filesystem->type == "overlay" ||
                        filesystem->type == "proc" || filesystem->type == "devpts");
}

// Of two with one device number: the first is of another namespace than the second, so it has gone, whoever took it
// away. What was there when tracing began is of none that was made since.
bool is_of_another_namespace(const State& state, FilesystemId first, FilesystemId second) {
  const Filesystem *one = filesystem_of(state, first), *two = filesystem_of(state, second);
  if (!one || !two || !two->keyed_by) return false;
  if (one->keyed_by) return one->keyed_by != two->keyed_by;
  const Namespace* const key = state.ns(two->keyed_by);
  return !one->made_by && key && key->origin == Namespace::Origin::kCreated;
}

// A root or working directory is in a mount of it that was taken away.
bool is_somewhere_detached(const State& state, FilesystemId filesystem) {
  return filesystem && std::ranges::any_of(state.fs_structs, [&](const auto& each) {
           const FsStruct& places = *each.second;
           return places.root.filesystem == filesystem || places.cwd.filesystem == filesystem;
         });
}

// A descriptor of fsopen or fspick keeps it.
bool is_in_a_context(const State& state, FilesystemId filesystem) {
  return filesystem && std::ranges::any_of(state.mount_objects->contexts,
                                           [&](const auto& each) { return each.second.filesystem == filesystem; });
}

// Of the kinds of which each namespace has one: that which fsconfig has made, and nobody has mounted yet.
FilesystemId made_before(const State& state, FilesystemId filesystem) {
  const Filesystem* const made = filesystem_of(state, filesystem);
  if (!made || !made->keyed_by) return 0;
  for (const auto& [id, context] : state.mount_objects->contexts) {
    const Filesystem* const other = filesystem_of(state, context.filesystem);
    if (other && other->made_by < made->made_by && other->type == made->type && other->keyed_by == made->keyed_by &&
        !other->dev_major && !other->dev_minor)
      return context.filesystem;
  }
  return 0;
}

}  // namespace

FilesystemId with_device(State& state, FilesystemId filesystem, uint32_t major, uint32_t minor) {
  if (const FilesystemId before = made_before(state, filesystem)) filesystem = before;
  const uint64_t device = static_cast<uint64_t>(major) << 32 | minor;
  MountObjects& objects = state.mount_objects.edit();
  const auto known = objects.devices.find(device);
  const auto is_of_its_type = [&](FilesystemId other) {
    const Filesystem *one = filesystem_of(state, filesystem), *two = filesystem_of(state, other);
    return !one || !two || one->type.empty() || two->type.empty() || one->type == two->type;
  };
  if (known != objects.devices.end() && known->second != filesystem && is_of_its_type(known->second) &&
      !is_always_new(filesystem_of(state, filesystem)) && !is_of_another_namespace(state, known->second, filesystem) &&
      (is_kept(state, known->second) || is_mounted(state, known->second) ||
       is_somewhere_detached(state, known->second) || is_in_a_context(state, known->second)))
    return known->second;
  objects.devices[device] = filesystem;
  if (const auto found = state.filesystems.find(filesystem); found != state.filesystems.end()) {
    Filesystem& edited = found->second.edit();
    edited.dev_major = major;
    edited.dev_minor = minor;
  }
  return filesystem;
}

const Filesystem* filesystem_of(const State& state, FilesystemId filesystem) {
  const auto found = state.filesystems.find(filesystem);
  return found == state.filesystems.end() ? nullptr : &*found->second;
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
