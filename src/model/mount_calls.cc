#include "model/mount_calls.h"

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
#include "model/unmount.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

constexpr uint64_t kPropagationTypes = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;

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

void cannot_place(Context& context, const MountCall& mount, const char* what, std::string why) {
  doubt(context, mount.tree, std::string("what ") + what + " changed: " + std::move(why));
}

std::optional<Place> find_target(Context& context, const MountCall& mount, const char* what) {
  const FoundPath found = find_path(context, mount.task, {.call = mount.call, .path = 1});
  if (!found.place) cannot_place(context, mount, what, found.why);
  return found.place;
}

// A mount's root, as what a call changes must be.
std::optional<MountId> find_mount(Context& context, const MountCall& mount, const char* what) {
  const std::optional<Place> place = find_target(context, mount, what);
  if (!place) return std::nullopt;
  if (is_mount_root(context.state, *place)) return place->mount;
  cannot_place(context, mount, what, "nothing is mounted on " + shown_path(context.state, *place) + " in the model");
  return std::nullopt;
}

// Mounts come to the target, onto what is mounted there already.
void attach_at(Context& context, const MountCall& mount, LooseMounts mounts, const Place& target,
               MountChanged::What what) {
  State& state = context.state;
  Place at = crossed(state, target);
  if (mounts.size() == 1) at = crossed(state, corrected_target(context, mount.call, at));
  const Attached came = attach(context, std::move(mounts), {.parent = at.mount, .path = at.path, .what = what});
  // Copies are made after what they are copies of.
  learn_newest(context, mount.call, at.mount.tree, came.copies.empty() ? came.mounts : came.copies);
}

// The kernel says which one came last: it may have been there already, as that of a block device is.
FilesystemId learn_filesystem(State& state, const MountCall& mount, FilesystemId filesystem) {
  const std::optional<File>& newest = mount.call.after.newest_mount;
  const std::string_view type = mount.type();
  if (!newest || newest->fs_type != type.substr(0, type.find('.'))) return filesystem;
  return with_device(state, filesystem, newest->dev_major, newest->dev_minor);
}

void mount_new(Context& context, const MountCall& mount) {
  State& state = context.state;
  const std::optional<Place> target = find_target(context, mount, "mount");
  if (!target) return;
  // Every ipc namespace has an mqueue before anybody mounts it.
  const bool read_only = mount.type() != "mqueue" && ((mount.flags & MS_RDONLY) || has_option(mount.data(), "ro"));
  FilesystemId filesystem = new_filesystem(state, {.type = std::string(mount.type()),
                                                   .read_only = {read_only, Evidence::kInferred},
                                                   .options = {std::string(mount.data()), Evidence::kObserved},
                                                   .made_by = state.event});
  filesystem = learn_filesystem(state, mount, filesystem);
  const bool named = mount.source().reading == Reading::kOk;
  Mount made = {.root = "/",
                .filesystem = filesystem,
                .source = named ? std::string(text_of(mount.source())) : "none",
                .attributes = attributes_of(mount.flags),
                .made_by = state.event,
                .history = {state.event}};
  learn_root(state, mount.call, made);
  attach_at(context, mount, {{.mount = std::move(made)}}, *target, MountChanged::What::kMounted);
}

// A namespace's file: of nsfs, a filesystem of the kernel's own.
LooseMounts namespace_mount(State& state, const Call& call, const File& file) {
  const FilesystemId filesystem =
      new_filesystem(state, {.type = "nsfs", .read_only = {false, Evidence::kInferred}, .made_by = state.event});
  const std::optional<File>& newest = call.after.newest_mount;
  const File& known = newest && newest->kind == FileKind::kNamespace ? *newest : file;
  return {{.mount = {.root = known.shown(),
                     .filesystem = filesystem,
                     .source = "nsfs",
                     .attributes = MOUNT_ATTR_STRICTATIME,
                     .made_by = state.event,
                     .history = {state.event}}}};
}

void mount_bind(Context& context, const MountCall& mount) {
  State& state = context.state;
  const std::optional<Place> target = find_target(context, mount, "a bind mount");
  if (!target) return;
  const FoundPath source = find_path(context, mount.task, {.call = mount.call, .path = 0});
  LooseMounts copies;
  if (source.place) {
    copies = copies_of(state, source.place->mount, source.place->path, mount.flags & MS_REC, true);
    for (LooseMount& copy : copies) {
      copy.mount.made_by = state.event;
      copy.mount.history = {state.event};
    }
    // Links that its path leads through are not known. Of several, the newest is another one.
    if (copies.size() == 1) learn_root(state, mount.call, copies[0].mount);
  } else if (source.file && source.file->kind == FileKind::kNamespace) {
    copies = namespace_mount(state, mount.call, *source.file);
  } else {
    return cannot_place(context, mount, "a bind mount", source.why);
  }
  attach_at(context, mount, std::move(copies), *target, MountChanged::What::kBound);
}

void mount_move(Context& context, const MountCall& mount) {
  State& state = context.state;
  const std::optional<Place> target = find_target(context, mount, "MS_MOVE");
  if (!target) return;
  const FoundPath source = find_path(context, mount.task, {.call = mount.call, .path = 0});
  if (!source.place) return cannot_place(context, mount, "MS_MOVE", source.why);
  const Place at = crossed(state, *target);
  if (!is_mount_root(state, *source.place) || source.place->mount.tree != at.mount.tree)
    return cannot_place(context, mount, "MS_MOVE",
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
  constexpr uint64_t kMagicMask = 0xffff0000;
  uint64_t flags = call.args[3].raw;
  if ((flags & kMagicMask) == MS_MGC_VAL) flags &= ~kMagicMask;
  const MountCall mount = {.call = call, .task = task, .flags = flags, .tree = tree_of(context.state, task)};
  if (flags & MS_REMOUNT) {
    mount_again(context, mount);
  } else if (flags & MS_BIND) {
    mount_bind(context, mount);
  } else if (flags & kPropagationTypes) {
    if (const std::optional<MountId> target = find_mount(context, mount, "a change of propagation"))
      change_propagation(context, *target, flags & kPropagationTypes, flags & MS_REC);
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
  const FoundPath found = find_path(context, task, {.call = call, .path = 0, .cross_at_end = true});
  const FsStruct* fs = fs_in(state, task.fs);
  if (!found.place) {
    doubt(context, tree, "what was unmounted: " + found.why);
  } else if (!is_mount_root(state, *found.place) ||
             state.trees.at(found.place->mount.tree).parent_of(found.place->mount.slot) == kNoSlot) {
    doubt(context, tree,
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
