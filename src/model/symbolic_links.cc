#include "model/symbolic_links.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

#include "base/paths.h"
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

bool shows(const State& state, const Mount& mount, const Shown& shown) {
  if (!is_root(mount.root, shown.path)) return false;
  const Filesystem* filesystem = filesystem_of(state, mount.filesystem);
  if (!filesystem || (!filesystem->dev_major && !filesystem->dev_minor)) return true;
  return filesystem->dev_major == shown.file.dev_major && filesystem->dev_minor == shown.file.dev_minor;
}

// As is_among, where what is shown has come to one of the places, too.
bool is_shown_among(const State& state, const LooseMounts& copies, const Bound& bound) {
  if (bound.places.empty()) return shows(state, copies[0].mount, bound.shown);
  std::vector<std::string> below_first(copies.size());  // where each is
  for (size_t i = 0; i < copies.size(); ++i) {
    const Mount& mount = copies[i].mount;
    const LooseMount& parent = copies[copies[i].parent];
    if (i != 0)
      below_first[i] = below_first[copies[i].parent] + std::string(below(mount.mountpoint, parent.mount.root));
    if (!shows(state, mount, bound.shown)) continue;
    for (const std::string& place : bound.places)
      if (joined(place, below_first[i]) == bound.shown.file.path) return true;
  }
  return false;
}

// The mounts that show the filesystem that is shown.
std::vector<Slot> mounts_of_shown(const State& state, const Bound& bound) {
  const File& file = bound.shown.file;
  const FilesystemId walked = filesystem_at(state, bound.source.mount);
  const Filesystem* const known = filesystem_of(state, walked);
  FilesystemId filesystem = filesystem_with(state, file.dev_major, file.dev_minor);
  if (!filesystem && known && !known->dev_major && !known->dev_minor && known->type == file.fs_type)
    filesystem = walked;
  return state.trees.at(bound.source.mount.tree).of_filesystem(filesystem);
}

// Places that are seen, and of which a copy shows what is shown: as its root or, if it is recursive, on a mount in it.
std::vector<Place> may_have_been_bound(const State& state, const Bound& bound) {
  constexpr size_t kMost = 64;  // copies are made of each
  const MountId near = bound.source.mount;
  const MountTree& tree = state.trees.at(near.tree);
  std::vector<Place> found;
  const auto are_one = [](const Place& a, const Place& b) { return a.mount == b.mount && a.path == b.path; };
  const auto add = [&](Place&& place) {
    if (std::ranges::none_of(found, [&](const Place& other) { return are_one(place, other); }))
      found.push_back(std::move(place));
  };
  for (const Slot slot : mounts_of_shown(state, bound)) {
    if (found.size() >= kMost) return {};
    const Place place = {.mount = {near.tree, slot}, .path = bound.shown.path};
    if (is_below(place.path, tree.root_of(slot)))
      if (Place seen = seen_by(state, near, shown_path(state, place)); are_one(seen, place)) add(std::move(seen));
    if (tree.root_of(slot) != place.path) continue;
    const std::string path = tree.path_of(slot);
    for (const std::string& at : bound.places) {
      if (!is_below(bound.shown.file.path, at)) continue;
      const std::string_view rest = below(bound.shown.file.path, at);
      if (!rest.empty() && path.ends_with(rest)) add(seen_by(state, near, path.substr(0, path.size() - rest.size())));
    }
  }
  return found;
}

struct Candidate {
  Place place;
  LooseMounts copies;
};

std::vector<std::string_view> names_of(std::string_view path) {
  std::vector<std::string_view> names;
  for (size_t at = 0; at < path.size();) {
    const size_t slash = std::min(path.find('/', at), path.size());
    if (slash > at) names.push_back(path.substr(at, slash - at));
    at = slash + 1;
  }
  return names;
}

// What a link does to a path: so many names are others, gone or new.
size_t names_replaced(std::string_view said, std::string_view led) {
  const std::vector<std::string_view> from = names_of(said), to = names_of(led);
  const size_t most = std::min(from.size(), to.size());
  const size_t first = std::ranges::mismatch(from, to).in1 - from.begin();
  const auto last = std::mismatch(from.rbegin(), from.rbegin() + static_cast<ptrdiff_t>(most - first), to.rbegin());
  return from.size() + to.size() - 2 * (first + (last.first - from.rbegin()));
}

bool are_alike(const LooseMounts& some, const LooseMounts& others) {
  const auto facts = [](const LooseMount& loose) {
    const Mount& mount = loose.mount;
    return std::tie(loose.parent, mount.root, mount.filesystem, mount.source, mount.attributes, mount.peer_group,
                    mount.master, mount.unbindable, mount.locked, mount.idmapped);
  };
  if (some.size() != others.size()) return false;
  for (size_t i = 0; i < some.size(); ++i) {
    if (facts(some[i]) != facts(others[i])) return false;
    if (i != 0 && some[i].mount.mountpoint != others[i].mount.mountpoint) return false;  // they come to one place
  }
  return true;
}

std::vector<Candidate> bound_candidates(const State& state, const Bound& bound) {
  std::vector<Candidate> found;
  for (Place& place : may_have_been_bound(state, bound)) {
    LooseMounts copies = copies_of(state, place.mount, place.path, bound.recursive, true);
    if (!is_shown_among(state, copies, bound)) continue;
    found.push_back({std::move(place), std::move(copies)});
  }
  return found;
}

bool all_alike(const std::vector<Candidate>& found) {
  return std::ranges::all_of(found, [&](const Candidate& one) { return are_alike(one.copies, found[0].copies); });
}

}  // namespace

Place corrected_target(Context& context, const Place& target, const MaybeFile& told, bool one_of_its_copies) {
  const State& state = context.state;
  if (!told || told->path_cut || told->detached || told->path == shown_path(state, target)) return target;
  if (one_of_its_copies && std::ranges::count(places_of_copies(state, target), told->path)) return target;
  const Place found = mountpoint_of(state, target.mount, *told);
  // Among peers it does not matter which one it came to; but it may have come to a master of theirs.
  const Mount on = mount_at(state, found.mount);
  if (one_of_its_copies && on.master && !members_of(state, on.master).empty())
    doubt(context, target.mount.tree,
          "where a mount came to: a symbolic link led elsewhere than " + shown_path(state, target));
  return found;
}

std::vector<std::string> places_of_copies(const State& state, const Place& target) {
  std::vector<std::string> places = {shown_path(state, target)};
  for (const MountId& mount : receivers_in_tree(state, target.mount))
    if (is_below(target.path, state.trees.at(mount.tree).root_of(mount.slot)))
      places.push_back(shown_path(state, {.mount = mount, .path = target.path}));
  return places;
}

bool is_among(const State& state, const LooseMounts& copies, const Shown& shown) {
  // mountinfo shows what is deleted and namespaces' files by other words than their paths.
  if (shown.file.deleted || shown.file.kind != FileKind::kPlain) return true;
  return std::ranges::any_of(copies, [&](const LooseMount& copy) { return shows(state, copy.mount, shown); });
}

bool add_unseen(State& state, const Bound& bound, const std::string& told_source) {
  const File& file = bound.shown.file;
  const MountId on = bound.source.mount;
  const MountTree& tree = state.trees.at(on.tree);
  // mountinfo shows what is deleted and namespaces' files by other words; each part of a btrfs has a device of its own.
  if (bound.shown.path != "/" || file.deleted || file.kind != FileKind::kPlain || file.fs_type == "btrfs") return false;
  // What a mount's root shows is that mount, where nobody has told of what it is: below all others (rootfs).
  const Filesystem* const there = filesystem_of(state, tree.filesystem_of(on.slot));
  const bool is_known = there && (there->dev_major || there->dev_minor);
  if (bound.source.path == tree.root_of(on.slot) && !is_known) return false;
  const auto may_be_it = [&](Slot slot) {
    const Filesystem* const filesystem = filesystem_of(state, tree.filesystem_of(slot));
    return filesystem && filesystem->type == file.fs_type && !filesystem->dev_major && !filesystem->dev_minor;
  };
  if (!mounts_of_shown(state, bound).empty() || std::ranges::any_of(tree.in_tree_order(), may_be_it)) return false;
  const FilesystemId made = new_filesystem(state, {.type = file.fs_type, .made_by = 0});
  add_mount(state, on.tree,
            {.parent = on.slot,
             .root = bound.shown.path,
             .mountpoint = bound.source.path,
             .filesystem = with_device(state, made, file.dev_major, file.dev_minor),
             .source = told_source,
             .evidence = Evidence::kInferred});
  return true;
}

std::string led_to_unseen(const State& state, const Bound& bound) {
  return shown_path(state, bound.source) + " led to a mount of somebody who is not traced (" +
         bound.shown.file.fs_type + "): trace them, too";
}

std::optional<LooseMounts> copies_of_shown(const State& state, const Bound& bound) {
  std::vector<Candidate> found = bound_candidates(state, bound);
  if (found.empty() || !all_alike(found)) return std::nullopt;
  return std::move(found[0].copies);
}

std::optional<LooseMounts> corrected_copies(const State& state, const Bound& bound) {
  std::vector<Candidate> found = bound_candidates(state, bound);
  // Somebody who is not traced may have mounted something, too.
  const auto is_as_many = [&](const Candidate& one) {
    return one.copies.size() * std::max<size_t>(bound.places.size(), 1) == bound.came;
  };
  if (std::ranges::any_of(found, is_as_many)) std::erase_if(found, std::not_fn(is_as_many));
  if (found.empty()) return std::nullopt;
  if (all_alike(found)) return std::move(found[0].copies);
  // Of several, the links that stay in their mount are more than those that leave it, and short ones than long ones.
  const std::string said = shown_path(state, bound.source);
  const auto unlikely = [&](const Candidate& one) {
    return std::pair(one.place.mount != bound.source.mount, names_replaced(said, shown_path(state, one.place)));
  };
  const auto least = std::ranges::min(found, {}, unlikely);
  std::erase_if(found, [&](const Candidate& one) { return unlikely(one) != unlikely(least); });
  if (!all_alike(found)) return std::nullopt;
  for (LooseMount& copy : found[0].copies) copy.mount.evidence = Evidence::kInferred;
  return std::move(found[0].copies);
}

}  // namespace cttrace
