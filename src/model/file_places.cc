#include "model/file_places.h"

#include <algorithm>

#include "model/mount_paths.h"
#include "model/mount_state.h"

namespace cttrace {
namespace {

std::string_view without_subtype(std::string_view type) { return type.substr(0, type.find('.')); }

// The mount may be the one that the file is in: same filesystem, and the file's path is below it.
bool could_be(const State& state, const MountTree& tree, Slot slot, const File& file) {
  const Filesystem* filesystem = filesystem_of(state, tree.at(slot).filesystem);
  if (!filesystem || filesystem->type.empty()) return true;
  if (without_subtype(filesystem->type) != file.fs_type) return false;
  const bool known = filesystem->dev_major || filesystem->dev_minor;
  return !known || (filesystem->dev_major == file.dev_major && filesystem->dev_minor == file.dev_minor) ||
         file.fs_type == "btrfs" || (!file.dev_major && !file.dev_minor);
}

// The file's place in this mount; none: its path is elsewhere.
std::optional<Place> place_in(const MountTree& tree, MountId mount, const File& file) {
  const std::string path = tree.path_of(mount.slot);
  if (file.path_cut || !is_below(file.path, path)) return std::nullopt;
  return Place{.mount = mount,
               .path = joined(tree.root_of(mount.slot), below(file.path, path)),
               .evidence = Evidence::kObserved};
}

TreeId tree_of_file(const State& state, const File& file, TreeId tree_of_task) {
  if (file.mount_ns) {
    if (const TreeId tree = tree_with_inode(state, file.mount_ns)) return tree;
    const TreeInfo* info = tree_info(state, tree_of_task);
    return info && !info->inode && !file.other_ns ? tree_of_task : 0;
  }
  for (TreeId tree : state.mount_objects->anonymous)
    if (state.trees.at(tree).with_kernel_id(file.mount_id) != kNoSlot) return tree;
  return 0;
}

// All mounts that the path goes through or by, from the deepest up: on each mountpoint the topmost first.
std::vector<Slot> on_the_way(const MountTree& tree, std::string_view path) {
  std::vector<Slot> passed;
  if (tree.root() == kNoSlot) return passed;
  Slot slot = tree.root();
  std::string at = tree.root_of(slot);
  const auto cross = [&] {
    for (Slot on = tree.mounted_on(slot, at); on != kNoSlot; on = tree.mounted_on(slot, at)) {
      slot = on;
      at = tree.root_of(on);
      passed.push_back(on);
    }
  };
  passed.push_back(slot);
  cross();
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    if (end) {
      at = child_path(at, path.substr(0, end));
      cross();
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  std::ranges::reverse(passed);
  return passed;
}

void learn(State& state, MountId mount, const File& file) {
  const MountTree& tree = state.trees.at(mount.tree);
  if (tree.at(mount.slot).kernel_id != file.mount_id)
    MountTreeEditor(state.trees.at(mount.tree)).set_kernel_id(mount.slot, file.mount_id);
  const Slot parent = tree.parent_of(mount.slot);
  if (parent == kNoSlot || !file.mount_parent_id || file.mount_parent_id == file.mount_id) return;
  if (tree.at(parent).kernel_id == 0 && tree.with_kernel_id(file.mount_parent_id) == kNoSlot)
    MountTreeEditor(state.trees.at(mount.tree)).set_kernel_id(parent, file.mount_parent_id);
}

// Among mounts whose ids are not known yet.
std::optional<Place> guess(const State& state, TreeId id, const File& file) {
  const MountTree& tree = state.trees.at(id);
  std::vector<Slot> candidates;
  const Slot parent = tree.with_kernel_id(file.mount_parent_id);
  if (parent != kNoSlot && file.mount_parent_id != file.mount_id) {
    candidates = tree.children(parent);
    std::ranges::reverse(candidates);
  } else {
    candidates = on_the_way(tree, file.path);
  }
  std::optional<Place> found;
  for (Slot slot : candidates) {
    if (tree.at(slot).kernel_id || !could_be(state, tree, slot, file)) continue;
    std::optional<Place> place = place_in(tree, {id, slot}, file);
    if (!place) continue;
    // The deepest is where a path leads that nothing was mounted over since.
    if (!found || tree.path_of(slot).size() > tree.path_of(found->mount.slot).size()) found = place;
  }
  return found;
}

Place unplaced(const File& file) {
  Place place = {.path = file.path, .evidence = Evidence::kObserved, .shown = file.shown()};
  place.detached = file.detached;
  return place;
}

}  // namespace

bool is_nowhere(const File& file) { return file.internal || file.kind != FileKind::kPlain; }

Place find_file(Context& context, const File& file, const Place* expected, TreeId tree_of_task) {
  State& state = context.state;
  if (is_nowhere(file)) return unplaced(file);
  const TreeId id = tree_of_file(state, file, tree_of_task);
  if (!id || !tree_in(state, id)) return unplaced(file);
  if (file.mount_ns && !tree_info(state, id)->inode) name_mounts(context, id, file.mount_ns);
  const MountTree& tree = state.trees.at(id);
  const Slot known = tree.with_kernel_id(file.mount_id);
  if (known != kNoSlot && could_be(state, tree, known, file)) {
    if (std::optional<Place> place = place_in(tree, {id, known}, file)) return *place;
    // The id is used again, or something was renamed or moved that nobody saw.
    MountTreeEditor(state.trees.at(id)).set_kernel_id(known, 0);
  }
  if (expected && expected->mount.tree == id && tree.contains(expected->mount.slot) &&
      !tree.at(expected->mount.slot).kernel_id && could_be(state, tree, expected->mount.slot, file)) {
    const std::optional<Place> place = place_in(tree, expected->mount, file);
    if (place && place->path == expected->path) {
      learn(state, place->mount, file);
      return *place;
    }
  }
  if (const std::optional<Place> place = guess(state, id, file)) {
    learn(state, place->mount, file);
    return *place;
  }
  return unplaced(file);
}

void see_file(Context& context, const File& file) {
  if (file.mount_id && file.mount_ns) find_file(context, file, nullptr, 0);
}

Place place_of(const State& state, const File& file) {
  if (is_nowhere(file)) return unplaced(file);
  const TreeId id = tree_of_file(state, file, 0);
  const MountTree* tree = tree_in(state, id);
  if (!tree) return unplaced(file);
  const Slot known = tree->with_kernel_id(file.mount_id);
  std::optional<Place> place;
  if (known != kNoSlot) place = place_in(*tree, {id, known}, file);
  if (!place) place = guess(state, id, file);
  return place.value_or(unplaced(file));
}

void name_mounts(Context& context, TreeId tree, uint32_t inode) {
  if (!inode || !tree_info(context.state, tree)) return;
  MountObjects& objects = context.state.mount_objects.edit();
  TreeInfo& info = objects.trees[tree];
  if (const auto old = objects.by_inode.find(info.inode); old != objects.by_inode.end() && old->second == tree)
    objects.by_inode.erase(old);
  info.inode = inode;
  objects.by_inode[inode] = tree;
}

}  // namespace cttrace
