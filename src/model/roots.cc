#include "model/roots.h"

#include <utility>

#include "model/file_places.h"
#include "model/mount_checks.h"
#include "model/mount_state.h"
#include "model/path_walk.h"
#include "model/superblocks.h"

namespace cttrace {
namespace {

// Where the model says that a path leads; where it cannot, what the call said.
Place place_or_words(const FoundPath& found, const Argument& argument) {
  if (found.place) return *found.place;
  Place place = {.evidence = Evidence::kUnknown};
  place.detached = found.detached;
  place.shown = found.file ? found.file->shown() : argument.resolved.value_or(std::string(text_of(argument)));
  return place;
}

// The kernel's own answer, if there is one, corrects the model's.
Place settled(Context& context, const TaskState& task, const Place& place, const MaybeFile& answer) {
  if (!answer) return place;
  const Place* expected = place.detached || tree_in(context.state, place.mount.tree) ? &place : nullptr;
  return find_file(context, *answer, expected, tree_of(context.state, task));
}

void change_root(Context& context, const TaskState& task, const Place& after) {
  const FsStruct* fs = fs_in(context.state, task.fs);
  RootChanged change = {.task = task.id, .before = fs ? fs->root : Place{}, .after = after};
  set_root(context.state, task.fs, after);
  context.changes.emplace_back(std::move(change));
}

void change_cwd(Context& context, const TaskState& task, const Place& after) {
  const FsStruct* fs = fs_in(context.state, task.fs);
  CwdChanged change = {.task = task.id, .before = fs ? fs->cwd : Place{}, .after = after};
  set_cwd(context.state, task.fs, after);
  context.changes.emplace_back(std::move(change));
}

}  // namespace

void apply_chroot(Context& context, const Call& call, TaskState& task) {
  const FoundPath found = find_path(context, task, {.call = call, .path = 0});
  change_root(context, task, settled(context, task, place_or_words(found, call.args[0]), call.after.root));
}

void apply_chdir(Context& context, const Call& call, TaskState& task) {
  const FoundPath found = find_path(context, task, {.call = call, .path = 0});
  change_cwd(context, task, settled(context, task, place_or_words(found, call.args[0]), call.after.cwd));
}

void apply_fchdir(Context& context, const Call& call, TaskState& task) {
  const FoundPath found = find_descriptor(context, task, call.args[0]);
  Place place = place_or_words(found, call.args[0]);
  if (!found.place && call.args[0].file) {
    place.shown = call.args[0].file->shown();
    place.detached = call.args[0].file->detached;
    if (place.detached)
      place.filesystem = filesystem_with(context.state, call.args[0].file->dev_major, call.args[0].file->dev_minor);
  }
  change_cwd(context, task, settled(context, task, place, call.after.cwd));
}

namespace {

bool same_place(const Place& a, const Place& b) { return a.mount == b.mount && a.path == b.path; }

// Everybody who stood exactly on the old root stands on the new one (chroot_fs_refs, fs/fs_struct.c).
void move_who_stood_there(State& state, const Place& before, const Place& after) {
  for (uint32_t fs : standing_in(state, before.mount)) {
    const FsStruct places = *fs_in(state, fs);
    if (same_place(places.root, before)) set_root(state, fs, after);
    if (same_place(places.cwd, before)) set_cwd(state, fs, after);
  }
}

struct PivotPlaces {
  Place root, new_root, put_old;
};

std::optional<PivotPlaces> find_pivot(Context& context, const Call& call, const TaskState& task) {
  const State& state = context.state;
  const FoundPath new_root = find_path(context, task, {.call = call, .path = 0});
  const FoundPath put_old = find_path(context, task, {.call = call, .path = 1});
  const FsStruct* fs = fs_in(state, task.fs);
  if (!fs || !new_root.place || !put_old.place) {
    const FoundPath& missing = new_root.place ? put_old : new_root;
    doubt(context, tree_of(state, task), "where pivot_root put the mounts: " + missing.why);
    return std::nullopt;
  }
  const PivotPlaces pivot = {fs->root, *new_root.place, crossed(state, *put_old.place)};
  const TreeId tree = pivot.new_root.mount.tree;
  const bool sense = pivot.root.mount.tree == tree && pivot.put_old.mount.tree == tree &&
                     is_mount_root(state, pivot.root) && is_mount_root(state, pivot.new_root) &&
                     pivot.root.mount != pivot.new_root.mount &&
                     is_within(state, pivot.new_root.mount, pivot.root.mount) &&
                     is_within(state, pivot.put_old.mount, pivot.new_root.mount) &&
                     state.trees.at(tree).parent_of(pivot.root.mount.slot) != kNoSlot &&
                     state.trees.at(tree).parent_of(pivot.new_root.mount.slot) != kNoSlot;
  if (sense) return pivot;
  doubt(context, tree_of(state, task),
        "where pivot_root put the mounts: the kernel cannot have moved " + shown_path(state, pivot.new_root) + " to " +
            shown_path(state, pivot.root));
  return std::nullopt;
}

void pivot(Context& context, const PivotPlaces& places) {
  State& state = context.state;
  const TreeId tree = places.root.mount.tree;
  const Slot old_root = places.root.mount.slot, new_root = places.new_root.mount.slot;
  const Mount before = state.trees.at(tree).at(old_root);
  MountTreeEditor editor(state.trees[tree]);
  editor.move(new_root, before.parent, before.mountpoint);
  editor.move(old_root, places.put_old.mount.slot, places.put_old.path);
  if (before.locked) {
    editor.set_locked(new_root, true);
    editor.set_locked(old_root, false);
  }
  move_who_stood_there(state, places.root, places.new_root);
}

}  // namespace

void apply_pivot_root(Context& context, const Call& call, TaskState& task) {
  State& state = context.state;
  const FsStruct* fs = fs_in(state, task.fs);
  RootChanged change = {.task = task.id, .before = fs ? fs->root : Place{}, .after = {}, .pivoted = true};
  const std::optional<PivotPlaces> places = find_pivot(context, call, task);
  if (places) pivot(context, *places);
  const FsStruct* after = fs_in(state, task.fs);
  if (!after) return;
  set_root(state, task.fs, settled(context, task, Place(after->root), call.after.root));
  set_cwd(state, task.fs, settled(context, task, Place(fs_in(state, task.fs)->cwd), call.after.cwd));
  change.after = fs_in(state, task.fs)->root;
  if (places) change.old_root = shown_path(state, places->root);
  context.changes.emplace_back(std::move(change));
  check_mounts(context, call, tree_of(state, task));
}

}  // namespace cttrace
