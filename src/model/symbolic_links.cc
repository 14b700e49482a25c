#include "model/symbolic_links.h"

#include <algorithm>
#include <vector>

#include "model/mount_paths.h"
#include "model/mount_state.h"
#include "model/path_walk.h"
#include "model/peer_groups.h"
#include "model/superblocks.h"

namespace cttrace {
namespace {

// What receives from the mount in the same tree, without it.
std::vector<MountId> receivers_in_tree(const State& state, MountId mount) {
  std::vector<MountId> found;
  const uint32_t group = state.trees.at(mount.tree).at(mount.slot).peer_group;
  if (!group) return found;
  for (const Receiver& receiver : receivers_of(state, group))
    for (const MountId& other : receiver.mounts)
      if (other.tree == mount.tree && other != mount) found.push_back(other);
  return found;
}

bool is_copy_at(const State& state, const Place& target, const std::string& path) {
  for (const MountId& mount : receivers_in_tree(state, target.mount)) {
    const std::string& root = state.trees.at(mount.tree).root_of(mount.slot);
    if (is_below(target.path, root) && shown_path(state, {.mount = mount, .path = target.path}) == path) return true;
  }
  return false;
}

// Where a path leads for somebody who sees `mount`: roots may be stacked, and everybody's is another one of them.
Place seen_by(const State& state, MountId mount, std::string_view path) {
  const MountTree& tree = state.trees.at(mount.tree);
  while (!is_below(path, tree.path_of(mount.slot)) && tree.parent_of(mount.slot) != kNoSlot)
    mount.slot = tree.parent_of(mount.slot);
  const Place start = root_of_mount(state, mount, Evidence::kInferred);
  return walk(state, start, start, below(path, tree.path_of(mount.slot)));
}

// The directory that the file's mount is mounted on; `near`: where it was looked for.
Place mountpoint_of(const State& state, MountId near, const File& file) {
  const TreeId id = near.tree;
  const MountTree& tree = state.trees.at(id);
  const Slot parent = tree.with_kernel_id(file.mount_parent_id);
  if (parent != kNoSlot && is_below(file.path, tree.path_of(parent)))
    return {.mount = {id, parent},
            .path = joined(tree.root_of(parent), below(file.path, tree.path_of(parent))),
            .evidence = Evidence::kObserved};
  Place place = seen_by(state, near, file.path);
  place.evidence = Evidence::kObserved;
  return place;
}

}  // namespace

Place corrected_target(Context& context, const Place& target, const MaybeFile& told, bool one_of_its_copies) {
  const State& state = context.state;
  if (!told || told->path_cut || told->detached || told->path == shown_path(state, target)) return target;
  if (one_of_its_copies && is_copy_at(state, target, told->path)) return target;
  const Place found = mountpoint_of(state, target.mount, *told);
  // Among peers it does not matter which one it came to; but it may have come to a master of theirs.
  const Mount on = mount_at(state, found.mount);
  if (one_of_its_copies && on.master && !members_of(state, on.master).empty())
    doubt(context, target.mount.tree,
          "where a mount came to: a symbolic link led elsewhere than " + shown_path(state, target));
  return found;
}

bool is_among(const State& state, const LooseMounts& copies, const Shown& shown) {
  // mountinfo shows what is deleted and namespaces' files by other words than their paths.
  if (shown.file.deleted || shown.file.kind != FileKind::kPlain) return true;
  return std::ranges::any_of(copies, [&](const LooseMount& copy) {
    if (copy.mount.root != shown.path) return false;
    const Filesystem* filesystem = filesystem_of(state, copy.mount.filesystem);
    if (!filesystem || (!filesystem->dev_major && !filesystem->dev_minor)) return true;
    return filesystem->dev_major == shown.file.dev_major && filesystem->dev_minor == shown.file.dev_minor;
  });
}

std::optional<Place> corrected_source(const State& state, const Place& source, const Shown& shown) {
  const MountTree& tree = state.trees.at(source.mount.tree);
  FilesystemId filesystem = filesystem_with(state, shown.file.dev_major, shown.file.dev_minor);
  const Filesystem* walked = filesystem_of(state, filesystem_at(state, source.mount));
  const bool no_device = walked && !walked->dev_major && !walked->dev_minor && walked->type == shown.file.fs_type;
  if (!filesystem && no_device) filesystem = filesystem_at(state, source.mount);
  std::vector<Place> found;
  for (const Slot slot : tree.of_filesystem(filesystem)) {
    const Place place = {
        .mount = {source.mount.tree, slot}, .path = shown.path, .evidence = Evidence::kInferred, .shown = {}};
    if (!is_below(shown.path, tree.root_of(slot)) || tree.mounted_on(slot, shown.path) != kNoSlot) continue;
    const Place seen = seen_by(state, source.mount, shown_path(state, place));
    if (seen.mount == place.mount && seen.path == place.path) found.push_back(place);
  }
  // Of several, the links that stay in their mount are more than those that leave it.
  for (const Place& place : found)
    if (place.mount == source.mount) return place;
  if (found.size() == 1) return found.front();
  return std::nullopt;
}

}  // namespace cttrace
