#include "model/file_places.h"

#include <algorithm>

#include "base/paths.h"
#include "model/mount_state.h"
#include "model/superblocks.h"

namespace cttrace {
namespace {

std::string_view without_subtype(std::string_view type) { return type.substr(0, type.find('.')); }

// The mount may be the one that the file is in: the same filesystem, and on something or on nothing.
bool could_be(const State& state, const MountTree& tree, Slot slot, const File& file) {
  const bool on_nothing = file.mount_parent_id == file.mount_id;
  if (file.mount_parent_id && on_nothing != (tree.parent_of(slot) == kNoSlot)) return false;
  const Filesystem* filesystem = filesystem_of(state, tree.filesystem_of(slot));
  if (!filesystem || filesystem->type.empty()) return true;
  if (without_subtype(filesystem->type) != file.fs_type) return false;
  const bool known = filesystem->dev_major || filesystem->dev_minor;
  return !known || (filesystem->dev_major == file.dev_major && filesystem->dev_minor == file.dev_minor) ||
         file.fs_type == "btrfs" || (!file.dev_major && !file.dev_minor);
}

// What of the file's path is below where the mount is; none: its path is elsewhere.
std::optional<std::string_view> rest_in(const MountTree& tree, Slot slot, const File& file) {
  if (file.path_cut) return std::nullopt;
  const std::string path = tree.path_of(slot);
  if (!is_below(file.path, path)) return std::nullopt;
  return below(file.path, path);
}

Place place_at(const MountTree& tree, MountId mount, std::string_view rest) {
  return {.mount = mount, .path = joined(tree.root_of(mount.slot), rest), .evidence = Evidence::kObserved};
}

// The file's place in this mount; none: its path is elsewhere.
std::optional<Place> place_in(const MountTree& tree, MountId mount, const File& file) {
  const std::optional<std::string_view> rest = rest_in(tree, mount.slot, file);
  if (!rest) return std::nullopt;
  return place_at(tree, mount, *rest);
}

TreeId tree_of_file(const State& state, const File& file, TreeId tree_of_task) {
  if (file.mount_ns) {
    const TreeInfo* info = tree_info(state, tree_of_task);
    if (info && info->inode == file.mount_ns) return tree_of_task;
    if (const TreeId tree = tree_with_inode(state, file.mount_ns)) return tree;
    return info && !info->inode && !file.other_ns ? tree_of_task : 0;
  }
  return detached_tree_of(state, file);
}

// Deepest mountpoint first, of one mountpoint the topmost.
std::vector<Slot> deepest_first(std::vector<OnTheWay> passed) {
  std::ranges::stable_sort(passed, {},
                           [](const OnTheWay& mount) { return mount.at.size() == 1 ? 0 : mount.at.size(); });
  std::vector<Slot> slots;
  for (auto last = passed.rbegin(); last != passed.rend(); ++last) slots.push_back(last->slot);
  return slots;
}

void learn(State& state, MountId mount, const File& file) {
  const MountTree& tree = state.trees.at(mount.tree);
  if (tree.kernel_id_of(mount.slot) != file.mount_id) set_kernel_id(state, mount, file.mount_id);
  const Slot parent = tree.parent_of(mount.slot);
  if (parent == kNoSlot || !file.mount_parent_id || file.mount_parent_id == file.mount_id) return;
  if (tree.kernel_id_of(parent) == 0 && tree.with_kernel_id(file.mount_parent_id) == kNoSlot)
    set_kernel_id(state, {mount.tree, parent}, file.mount_parent_id);
}

// Among mounts whose ids are not known yet, those that it may be in, topmost first.
std::vector<Place> candidates_for(const State& state, TreeId id, const File& file) {
  const MountTree& tree = state.trees.at(id);
  std::vector<Slot> slots;
  const Slot parent = tree.with_kernel_id(file.mount_parent_id);
  if (parent != kNoSlot && file.mount_parent_id != file.mount_id) {
    slots = tree.children(parent);
    std::ranges::reverse(slots);
  } else {
    slots = deepest_first(on_the_way(tree, file.path));
  }
  std::vector<Place> found;
  for (Slot slot : slots) {
    if (tree.kernel_id_of(slot) || !could_be(state, tree, slot, file)) continue;
    // One that is on a mount with another id is another one.
    const Slot on = tree.parent_of(slot);
    const uint32_t on_id = on == kNoSlot ? 0 : tree.kernel_id_of(on);
    if (on_id && file.mount_parent_id && on_id != file.mount_parent_id) continue;
    if (std::optional<Place> place = place_in(tree, {id, slot}, file)) found.push_back(std::move(*place));
  }
  return found;
}

Place unplaced(const State& state, const File& file) {
  Place place = {.path = file.path, .evidence = Evidence::kObserved, .shown = file.shown()};
  place.detached = file.detached;
  if (place.detached) place.filesystem = filesystem_with(state, file.dev_major, file.dev_minor);
  return place;
}

}  // namespace

std::vector<OnTheWay> on_the_way(const MountTree& tree, std::string_view path) {
  std::vector<OnTheWay> passed, waiting;
  if (tree.root() != kNoSlot) waiting.push_back({"/", tree.root()});
  while (!waiting.empty()) {
    const OnTheWay mount = std::move(waiting.back());
    waiting.pop_back();
    const std::string& root = tree.root_of(mount.slot);
    std::string_view next = mount.at;
    for (;;) {
      const Slot on = tree.mounted_on(mount.slot, joined(root, below(next, mount.at)));
      if (on != kNoSlot) waiting.push_back({std::string(next), on});
      if (next.size() >= path.size()) break;
      next = path.substr(0, path.find('/', next.size() + (next.size() > 1)));
    }
    passed.push_back(mount);
  }
  return passed;
}

TreeId detached_tree_of(const State& state, const File& file) {
  if (is_nowhere(file) || !file.mount_id) return 0;
  for (TreeId id : anonymous_with(state, file.mount_id)) {
    const MountTree& tree = state.trees.at(id);
    const Slot slot = tree.with_kernel_id(file.mount_id);
    if (slot != kNoSlot && could_be(state, tree, slot, file)) return id;
  }
  for (TreeId id : anonymous_with(state, file.mount_parent_id))
    if (state.trees.at(id).with_kernel_id(file.mount_parent_id) != kNoSlot) return id;
  return 0;
}

// A namespace's file is somewhere only where it is mounted.
bool is_nowhere(const File& file) {
  return file.internal || (file.kind != FileKind::kPlain && (file.kind != FileKind::kNamespace || !file.mount_ns));
}

namespace {

// Who traces by ptrace may see no more than that a file is in some mount (docs/backends.md).
bool tells_where(const File& file) { return file.mount_ns || file.detached || is_nowhere(file); }

// Where a file is that is in no tree that is known.
Place elsewhere(const State& state, const File& file, const Place* expected) {
  if (tells_where(file) || !expected) return unplaced(state, file);
  const MountTree* const tree = tree_in(state, expected->mount.tree);
  const uint32_t id = tree && tree->contains(expected->mount.slot) ? tree->at(expected->mount.slot).kernel_id : 0;
  if (id && id != file.mount_id) return unplaced(state, file);
  Place place = *expected;
  place.evidence = Evidence::kInferred;
  return place;
}

struct InMount {
  MountId mount;
  std::string_view rest;  // of the file's path, below where the mount is
};

// The mount that has the id of the file's.
std::optional<InMount> mount_with_id(Context& context, const File& file, TreeId tree_of_task) {
  State& state = context.state;
  const TreeId id = is_nowhere(file) ? 0 : tree_of_file(state, file, tree_of_task);
  const MountTree* const tree = tree_in(state, id);
  if (!tree) return std::nullopt;
  if (file.mount_ns && !tree_info(state, id)->inode) name_mounts(context, id, file.mount_ns);
  const Slot slot = tree->with_kernel_id(file.mount_id);
  if (slot == kNoSlot || !could_be(state, *tree, slot, file)) return std::nullopt;
  if (const std::optional<std::string_view> rest = rest_in(*tree, slot, file)) return InMount{{id, slot}, *rest};
  // The id is used again, or something was renamed or moved that nobody saw.
  set_kernel_id(state, {id, slot}, 0);
  return std::nullopt;
}

}  // namespace

std::optional<Place> find_by_id(Context& context, const File& file, TreeId tree_of_task) {
  const std::optional<InMount> found = mount_with_id(context, file, tree_of_task);
  if (!found) return std::nullopt;
  return place_at(context.state.trees.at(found->mount.tree), found->mount, found->rest);
}

Place find_file(Context& context, const File& file, const Place* expected, TreeId tree_of_task) {
  State& state = context.state;
  if (is_nowhere(file)) return unplaced(state, file);
  if (std::optional<Place> place = find_by_id(context, file, tree_of_task)) return std::move(*place);
  const TreeId id = tree_of_file(state, file, tree_of_task);
  if (!id || !tree_in(state, id)) return elsewhere(state, file, expected);
  std::vector<Place> candidates = candidates_for(state, id, file);
  if (candidates.empty()) return unplaced(state, file);
  size_t chosen = 0;
  bool sure = candidates.size() == 1;
  if (expected) {
    const auto found = std::ranges::find_if(
        candidates, [&](const Place& place) { return place.mount == expected->mount && place.path == expected->path; });
    if (found != candidates.end()) {
      chosen = static_cast<size_t>(found - candidates.begin());
      sure = sure || expected->evidence == Evidence::kObserved;
    }
  }
  if (!tree_info(state, id)->doubt.empty())
    candidates[chosen].evidence = Evidence::kUnknown;
  else if (sure)
    learn(state, candidates[chosen].mount, file);
  else
    candidates[chosen].evidence = Evidence::kInferred;
  return candidates[chosen];
}

void see_file(Context& context, const File& file) {
  if (file.mount_id && file.mount_ns && !mount_with_id(context, file, 0)) find_file(context, file, nullptr, 0);
}

Place place_of(const State& state, const File& file) {
  if (is_nowhere(file)) return unplaced(state, file);
  const TreeId id = tree_of_file(state, file, 0);
  const MountTree* tree = tree_in(state, id);
  if (!tree) return unplaced(state, file);
  const Slot known = tree->with_kernel_id(file.mount_id);
  if (known != kNoSlot)
    if (std::optional<Place> place = place_in(*tree, {id, known}, file)) return *place;
  std::vector<Place> candidates = candidates_for(state, id, file);
  return candidates.empty() ? unplaced(state, file) : candidates[0];
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
