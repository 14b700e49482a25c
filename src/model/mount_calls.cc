#include "model/mount_calls.h"

#include <algorithm>
#include <string>
#include <utility>

#include "cttrace/namespace.h"
#include "model/mount_attributes.h"
#include "model/mount_checks.h"
#include "model/mount_flags.h"
#include "model/mount_state.h"
#include "model/path_walk.h"
#include "model/propagation.h"
#include "model/propagation_types.h"
#include "model/superblocks.h"
#include "model/symbolic_links.h"
#include "model/unmount.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

struct MountCall {
  const Call& call;
  const TaskState& task;
  uint64_t flags;
  TreeId tree;  // of the caller

  const Argument& source() const { return call.args[0]; }
  const Argument& target() const { return call.args[1]; }
  std::string_view type() const { return text_of(call.args[2]); }
  std::string_view data() const { return text_of(call.args[4]); }
};

void cannot_tell(Context& context, const MountCall& mount, const char* what, const std::string& why) {
  const std::string said = std::string("what ") + what + " changed: " + why;
  // All but attributes has to do with others: they receive what comes, and have masters or lose them.
  if (mount.flags & MS_REMOUNT)
    doubt(context, mount.tree, said);
  else
    doubt_with_receivers(context, mount.tree, said);
}

std::optional<Place> find_target(Context& context, const MountCall& mount, const char* what) {
  const FoundPath found = find_target_path(context, mount.task, {.call = mount.call, .path = 1});
  if (!found.place) cannot_tell(context, mount, what, found.why);
  return found.place;
}

// A mount's root, as what a call changes must be.
std::optional<MountId> find_mount(Context& context, const MountCall& mount, const char* what) {
  const std::optional<Place> place = find_target(context, mount, what);
  if (!place) return std::nullopt;
  if (is_mount_root(context.state, *place)) return place->mount;
  cannot_tell(context, mount, what, "nothing is mounted on " + shown_path(context.state, *place) + " in the model");
  return std::nullopt;
}

// Mounts come to the target, onto what is mounted there already.
void attach_at(Context& context, const MountCall& mount, LooseMounts mounts, const Place& target,
               MountChanged::What what) {
  State& state = context.state;
  Place at = crossed(state, target);
  const bool alone = mounts.size() == 1;
  if (alone) at = crossed(state, corrected_target(context, at, mount.call.after.newest_mount, true));
  const Attached came = attach(context, std::move(mounts), {.parent = at.mount, .path = at.path, .what = what});
  // Copies are made after what they are copies of.
  note_latest(context, mount.call, at.mount.tree, came.mounts);
  learn_newest(context, mount.call, at.mount.tree, came.copies.empty() ? came.mounts : came.copies);
  // Which of several the newest one is, is not known: but it is where one of them is.
  if (!alone && !is_newest_among(state, mount.call, at.mount.tree, came))
    cannot_tell(context, mount, "a bind mount", "a symbolic link led elsewhere than " + shown_path(state, target));
}

// The kernel tells of the newest mount, which is of this type, as the call's is.
bool is_told(const MountCall& mount) {
  const MaybeFile& newest = mount.call.after.newest_mount;
  const std::string_view type = mount.type();
  return newest && newest->fs_type == type.substr(0, type.find('.'));
}

// What the kernel says of the mount that came: its filesystem may have been there already, as that of a block device
// is.
void learn_made(State& state, const MountCall& mount, Mount& made) {
  if (!is_told(mount)) return;
  const Aftermath& after = mount.call.after;
  made.filesystem = with_device(state, made.filesystem, after.newest_mount->dev_major, after.newest_mount->dev_minor);
  if (!after.mount_root) return;
  made.source = after.mount_source.value_or("none");
  made.root = *after.mount_root;  // of a hierarchy of cgroups, what the caller's cgroup namespace begins at
}

std::string named_source(const MountCall& mount) {
  if (mount.source().reading == Reading::kOk) return std::string(text_of(mount.source()));
  return mount.source().reading == Reading::kNull ? "none" : std::string(kUnknownSource);
}

void mount_new(Context& context, const MountCall& mount) {
  State& state = context.state;
  const std::optional<Place> target = find_target(context, mount, "mount");
  if (!target) return;
  const bool read_only = (mount.flags & MS_RDONLY) || has_option(mount.data(), "ro");
  const bool all_told = mount.call.args[4].reading == Reading::kOk;
  Fact<std::string> options = {filesystem_options({}, mount.data()), Evidence::kObserved};
  const FilesystemId filesystem =
      new_filesystem(state, {.type = std::string(mount.type()),
                             .read_only = read_only_as_made(mount.type(), read_only, mount.data(), all_told),
                             .options = std::move(options),
                             .made_by = state.event,
                             .keyed_by = key_of(mount.type(), mount.task)});
  Mount made = {.root = "/",
                .filesystem = filesystem,
                .source = named_source(mount),
                .attributes = attributes_of(mount.flags),
                .made_by = state.event,
                .history = {state.event}};
  learn_made(state, mount, made);
  attach_at(context, mount, {{.mount = std::move(made)}}, *target, MountChanged::What::kMounted);
}

// A namespace's file: of nsfs, the one filesystem that the kernel has for them. Anybody may have made it read-only.
LooseMounts namespace_mount(State& state, const Call& call, const File& file) {
  const MaybeFile& newest = call.after.newest_mount;
  const File& known = newest && newest->kind == FileKind::kNamespace ? *newest : file;
  FilesystemId filesystem =
      new_filesystem(state, {.type = "nsfs", .read_only = {false, Evidence::kUnknown}, .made_by = state.event});
  if (known.dev_major || known.dev_minor) filesystem = with_device(state, filesystem, known.dev_major, known.dev_minor);
  return {{.mount = {.root = known.shown(),
                     .filesystem = filesystem,
                     .source = "nsfs",
                     .attributes = MOUNT_ATTR_STRICTATIME,
                     .made_by = state.event,
                     .history = {state.event}}}};
}

// A link that is known to the kernel only led to a namespace.
bool leads_to_namespace(const State& state, const MountCall& mount, const Place& source) {
  const Aftermath& after = mount.call.after;
  if (!after.newest_mount || after.newest_mount->kind != FileKind::kNamespace || after.contended) return false;
  const Filesystem* from = filesystem_of(state, filesystem_at(state, source.mount));
  return !(mount.flags & MS_REC) && from && from->type != "nsfs";
}

// How many mounts the call has brought, where the kernel tells.
std::optional<size_t> came_by(const State& state, const MountCall& mount) {
  const TreeInfo* const info = tree_info(state, mount.tree);
  if (!mount.call.after.mounts || !info || !info->unseen || !info->doubt.empty() || info->off_by) return std::nullopt;
  const int64_t before = static_cast<int64_t>(state.trees.at(mount.tree).size()) + *info->unseen;
  return std::max<int64_t>(*mount.call.after.mounts - before, 0);
}

// Copies of the source; where the kernel shows that a symbolic link led elsewhere, of what it led to.
LooseMounts bound_copies(Context& context, const MountCall& mount, const Place& source, const Place& target) {
  const State& state = context.state;
  const bool recursive = mount.flags & MS_REC;
  LooseMounts copies = copies_of(state, source.mount, source.path, recursive, true);
  const Aftermath& after = mount.call.after;
  if (leads_to_namespace(state, mount, source)) return namespace_mount(context.state, mount.call, *after.newest_mount);
  if (!after.newest_mount || !after.mount_root) return copies;
  const Shown shown = {*after.newest_mount, *after.mount_root};
  if (is_among(state, copies, shown)) return copies;
  Bound bound = {.source = source, .shown = shown, .recursive = recursive};
  if (recursive) {
    bound.places = places_of_copies(state, crossed(state, target));
    bound.came = came_by(state, mount);
  }
  if (std::optional<LooseMounts> found = corrected_copies(state, bound)) return *std::move(found);
  cannot_tell(context, mount, "a bind mount", "a symbolic link led elsewhere than " + shown_path(state, source));
  return copies;
}

// Where nobody knows what the source's path leads to, the kernel shows what came: copies of that, if it is certain.
std::optional<LooseMounts> shown_copies(Context& context, const MountCall& mount, const Place& target) {
  const State& state = context.state;
  const Aftermath& after = mount.call.after;
  if (!after.newest_mount || !after.mount_root || after.contended || (mount.flags & MS_REC)) return std::nullopt;
  const File& newest = *after.newest_mount;
  const Place at = crossed(state, target);
  const bool came_here = at.mount.tree == mount.tree && !newest.path_cut && !newest.deleted &&
                         std::ranges::count(places_of_copies(state, at), newest.path);
  if (!came_here) return std::nullopt;
  if (newest.kind == FileKind::kNamespace) return namespace_mount(context.state, mount.call, newest);
  return copies_of_shown(state, {.source = at, .shown = {newest, *after.mount_root}});
}

// What is bound may be a mount of somebody who is not traced. Of several that came, also by somebody else meanwhile,
// the kernel shows one: it is this one's first where it is at the target.
void find_unseen_bound(Context& context, const MountCall& mount) {
  const Aftermath& after = mount.call.after;
  const MountTree* const tree = tree_in(context.state, mount.tree);
  if (!tree || !after.newest_mount || !after.mount_root) return;
  const File& newest = *after.newest_mount;
  if (!tree->of_filesystem(filesystem_with(context.state, newest.dev_major, newest.dev_minor)).empty()) return;
  const FoundPath source = find_path(context, mount.task, {.call = mount.call, .path = 0});
  if (!source.place || source.place->mount.tree != mount.tree) return;
  const FoundPath target = find_target_path(context, mount.task, {.call = mount.call, .path = 1});
  const std::string at = target.place   ? shown_path(context.state, *target.place)
                         : after.target ? after.target->path
                                        : std::string();
  if (at != newest.path) return;
  const Bound bound = {.source = *source.place, .shown = {newest, *after.mount_root}};
  if (!add_unseen(context.state, bound, after.mount_source.value_or("none"))) return;
  cannot_tell(context, mount, "a bind mount", led_to_unseen(context.state, bound));
}

void mount_bind(Context& context, const MountCall& mount) {
  State& state = context.state;
  find_unseen_bound(context, mount);
  const std::optional<Place> target = find_target(context, mount, "a bind mount");
  if (!target) return;
  const FoundPath source = find_path(context, mount.task, {.call = mount.call, .path = 0});
  LooseMounts copies;
  if (source.place) {
    copies = bound_copies(context, mount, *source.place, *target);
  } else if (source.file && source.file->kind == FileKind::kNamespace) {
    copies = namespace_mount(state, mount.call, *source.file);
  } else if (std::optional<LooseMounts> shown = shown_copies(context, mount, *target)) {
    copies = *std::move(shown);
  } else {
    return cannot_tell(context, mount, "a bind mount", source.why);
  }
  for (LooseMount& copy : copies) {
    copy.mount.made_by = state.event;
    copy.mount.history = {state.event};
  }
  attach_at(context, mount, std::move(copies), *target, MountChanged::What::kBound);
}

void mount_move(Context& context, const MountCall& mount) {
  State& state = context.state;
  const std::optional<Place> target = find_target(context, mount, "MS_MOVE");
  if (!target) return;
  const FoundPath source = find_path(context, mount.task, {.call = mount.call, .path = 0});
  if (!source.place) return cannot_tell(context, mount, "MS_MOVE", source.why);
  Place at = crossed(state, *target);
  const MaybeFile& newest = mount.call.after.newest_mount;
  const uint32_t moved = state.trees.at(source.place->mount.tree).kernel_id_of(source.place->mount.slot);
  if (newest && moved && newest->mount_id == moved) at = crossed(state, corrected_target(context, at, newest, false));
  if (!is_mount_root(state, *source.place) || source.place->mount.tree != at.mount.tree ||
      is_within(state, at.mount, source.place->mount))
    return cannot_tell(context, mount, "MS_MOVE",
                       "nothing is mounted on " + shown_path(state, *source.place) + " in the model");
  attach_moved(context, source.place->mount, {.parent = at.mount, .path = at.path, .what = MountChanged::What::kMoved});
}

void mount_again(Context& context, const MountCall& mount) {
  const std::optional<MountId> target = find_mount(context, mount, "a remount");
  if (!target) return;
  change_attributes(context, *target, false,
                    [&](uint64_t before) { return remounted_attributes(mount.flags, before); });
  if (mount.flags & MS_BIND) return;
  bool read_only = mount.flags & MS_RDONLY;
  if (has_option(mount.data(), "ro")) read_only = true;
  if (has_option(mount.data(), "rw")) read_only = false;
  reconfigure_filesystem(context, *target, read_only, mount.data());
}

}  // namespace

// The order of path_mount, fs/namespace.c.
void apply_mount(Context& context, const Call& call, TaskState& task) {
  const uint64_t flags = without_magic(call.args[3].raw);
  const MountCall mount = {.call = call, .task = task, .flags = flags, .tree = tree_of(context.state, task)};
  if (flags & MS_REMOUNT) {
    mount_again(context, mount);
  } else if (flags & MS_BIND) {
    mount_bind(context, mount);
  } else if (propagation_types(flags)) {
    if (const std::optional<MountId> target = find_mount(context, mount, "a change of propagation"))
      change_propagation(context, *target, propagation_types(flags), flags & MS_REC);
  } else if (flags & MS_MOVE) {
    mount_move(context, mount);
  } else {
    mount_new(context, mount);
  }
  check_mounts(context, call, mount.tree);
}

void apply_umount(Context& context, const Call& call, TaskState& task) {
  State& state = context.state;
  const uint64_t flags = call.args.size() > 1 ? call.args[1].raw : 0;
  const TreeId tree = tree_of(state, task);
  const FoundPath found = find_target_path(context, task, {.call = call, .path = 0, .cross_at_end = true});
  const FsStruct* fs = fs_in(state, task.fs);
  if (!found.place) {
    doubt_with_receivers(context, tree, "what was unmounted: " + found.why);
  } else if (!is_mount_root(state, *found.place) ||
             state.trees.at(found.place->mount.tree).parent_of(found.place->mount.slot) == kNoSlot) {
    doubt_with_receivers(
        context, tree,
        "what was unmounted: nothing is mounted on " + shown_path(state, *found.place) + " in the model");
  } else if (fs && fs->root.mount == found.place->mount && !(flags & MNT_DETACH)) {
    // Nobody takes a root away: it is only made read-only (do_umount, fs/namespace.c).
    reconfigure_filesystem(context, found.place->mount, true, {});
  } else {
    unmount(context, found.place->mount, flags & MNT_DETACH);
  }
  check_mounts(context, call, tree);
}

}  // namespace cttrace
