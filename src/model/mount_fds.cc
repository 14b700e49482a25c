#include "model/mount_fds.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "model/descriptors.h"
#include "model/mount_attributes.h"
#include "model/mount_checks.h"
#include "model/mount_flags.h"
#include "model/mount_state.h"
#include "model/path_walk.h"
#include "model/peer_groups.h"
#include "model/propagation.h"
#include "model/propagation_types.h"
#include "model/symbolic_links.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

void set_attributes(Context& context, MountId mount, const mount_attr& attributes, bool recursively) {
  const bool idmap = attributes.attr_set & MOUNT_ATTR_IDMAP;
  if (attributes.attr_set || attributes.attr_clr)
    change_attributes(
        context, mount, recursively,
        [&](uint64_t before) { return changed_attributes(before, attributes.attr_set, attributes.attr_clr); }, idmap);
  if (attributes.propagation) change_propagation(context, mount, attributes.propagation, recursively);
}

void cannot_place(Context& context, const TaskState& task, const char* what, const std::string& why) {
  doubt(context, tree_of(context.state, task), std::string("what ") + what + " changed: " + why);
}

// Others may have received what came, or lost their master.
void cannot_tell_others(Context& context, const TaskState& task, const char* what, const std::string& why) {
  doubt_with_receivers(context, tree_of(context.state, task), std::string("what ") + what + " changed: " + why);
}

// Copies of the place; where the kernel shows that a symbolic link led elsewhere, of what it led to.
LooseMounts cloned_copies(Context& context, const Call& call, const TaskState& task, const Place& place) {
  const State& state = context.state;
  const bool recursive = call.args[2].raw & AT_RECURSIVE;
  LooseMounts copies = copies_of(state, place.mount, place.path, recursive, true);
  if (!call.returned_file || !call.after.mount_root || copies.empty()) return copies;
  const Shown shown = {*call.returned_file, *call.after.mount_root};
  if (is_among(state, {copies.front()}, shown)) return copies;
  if (std::optional<LooseMounts> found = corrected_copies(state, {place, shown, recursive})) return *std::move(found);
  cannot_place(context, task, "open_tree", "a symbolic link led elsewhere than " + shown_path(state, place));
  return copies;
}

// What is cloned may be a mount of somebody who is not traced.
void find_unseen_cloned(Context& context, const Call& call, const TaskState& task) {
  if (!call.returned_file || !call.after.mount_root) return;
  const FoundPath found = find_path(context, task, {.call = call, .path = 1, .dirfd = 0});
  if (!found.place || found.detached || found.place->mount.tree != tree_of(context.state, task)) return;
  const Bound bound = {.source = *found.place, .shown = {*call.returned_file, *call.after.mount_root}};
  if (!add_unseen(context.state, bound, call.after.mount_source.value_or("none"))) return;
  cannot_place(context, task, "open_tree", led_to_unseen(context.state, bound));
}

// A detached copy, held by the descriptor that the call returned.
std::optional<MountId> clone_tree(Context& context, const Call& call, const TaskState& task, const Place& place) {
  State& state = context.state;
  LooseMounts copies = cloned_copies(context, call, task, place);
  if (call.returned_file) id_is_new(context, call.returned_file->mount_id);
  const TreeInfo* own = tree_info(state, tree_of(state, task));
  const TreeId tree = new_tree(state, {.anonymous = true, .owner = own ? own->owner : 0});
  std::vector<Slot> slots;
  for (size_t i = 0; i < copies.size(); ++i) {
    Mount mount = copies[i].mount;
    mount.parent = i == 0 ? kNoSlot : slots[copies[i].parent];
    mount.made_by = state.event;
    mount.history = {state.event};
    if (i == 0 && call.returned_file) mount.kernel_id = call.returned_file->mount_id;
    slots.push_back(add_mount(state, tree, mount));
  }
  open_descriptor(context, task, static_cast<int>(call.result),
                  {.tree = tree, .close_on_exec = (call.args[2].raw & OPEN_TREE_CLOEXEC) != 0});
  context.changes.emplace_back(TreeMade{.tree = tree, .how = TreeMade::How::kOpenTree});
  return MountId{tree, slots[0]};
}

// SET_GROUP: into the peer group of the one, and with its master (do_set_group, fs/namespace.c).
void set_group(State& state, MountId from, MountId to) {
  const Mount giver = mount_at(state, from);
  set_propagation(state, to, giver.peer_group, giver.master, mount_at(state, to).unbindable && !giver.peer_group);
  MountTreeEditor(state.trees.at(to.tree)).add_history(to.slot, state.event);
}

// Of a mount that somebody made whom nobody saw, it may be where it is attached that its filesystem's type is seen.
void learn_type(State& state, MountId mount, const MaybeFile& seen) {
  const auto filesystem = state.filesystems.find(filesystem_at(state, mount));
  if (seen && filesystem != state.filesystems.end() && filesystem->second->type.empty())
    filesystem->second.edit().type = seen->fs_type;
}

// And its source, where it is the newest mount there.
void learn_source(State& state, MountId mount, const Aftermath& after) {
  MountTree& tree = state.trees.at(mount.tree);
  if (tree.at(mount.slot).source != kUnknownSource || !after.newest_mount || !after.mount_root) return;
  if (after.newest_mount->mount_id == tree.kernel_id_of(mount.slot))
    MountTreeEditor(tree).set_source(mount.slot, after.mount_source.value_or("none"));
}

// What is seen at the place, and what it is mounted on: there a mount goes that comes beneath it.
std::optional<Attachment> beneath(const State& state, const Place& place, std::string& path) {
  const Place top = crossed(state, root_of_mount(state, place.mount, Evidence::kInferred));
  const MountTree& tree = state.trees.at(top.mount.tree);
  const Slot parent = tree.parent_of(top.mount.slot);
  if (parent == kNoSlot) return std::nullopt;
  path = tree.mountpoint_of(top.mount.slot);
  return Attachment{.parent = {top.mount.tree, parent}, .path = path};
}

}  // namespace

// open_tree_attr changes the copy, or, where none is made, the mount itself. What happens to mounts that are nowhere
// changes no namespace's.
void apply_open_tree(Context& context, const Call& call, TaskState& task) {
  const bool clone = call.args[2].raw & OPEN_TREE_CLONE;
  if (!clone && call.args.size() == 3) return;
  if (clone) find_unseen_cloned(context, call, task);
  const FoundPath found = find_target_path(context, task, {.call = call, .path = 1, .dirfd = 0});
  if (found.detached) return;
  if (!found.place) return cannot_place(context, task, "open_tree", found.why);
  std::optional<MountId> mount;
  if (clone)
    mount = clone_tree(context, call, task, *found.place);
  else if (is_mount_root(context.state, *found.place))
    mount = found.place->mount;
  if (mount && call.args.size() > 3)
    set_attributes(context, *mount, attributes_in(call.args[3]), call.args[2].raw & AT_RECURSIVE);
}

void apply_mount_setattr(Context& context, const Call& call, TaskState& task) {
  const mount_attr attributes = attributes_in(call.args[3]);
  if (!attributes.attr_set && !attributes.attr_clr && !attributes.propagation) return;
  const FoundPath found = find_target_path(context, task, {.call = call, .path = 1, .dirfd = 0});
  if (found.detached) return;
  const auto cannot = attributes.propagation ? cannot_tell_others : cannot_place;
  if (!found.place) return cannot(context, task, "mount_setattr", found.why);
  if (!is_mount_root(context.state, *found.place))
    return cannot(context, task, "mount_setattr",
                  "nothing is mounted on " + shown_path(context.state, *found.place) + " in the model");
  set_attributes(context, found.place->mount, attributes, call.args[2].raw & AT_RECURSIVE);
}

void apply_move_mount(Context& context, const Call& call, TaskState& task) {
  State& state = context.state;
  const uint64_t flags = call.args[4].raw;
  const FoundPath from = find_path(context, task, {.call = call, .path = 1, .dirfd = 0});
  const FoundPath to = find_target_path(context, task, {.call = call, .path = 3, .dirfd = 2});
  if (!from.place || !to.place) return cannot_tell_others(context, task, "move_mount", from.place ? to.why : from.why);
  if (!is_mount_root(state, *from.place) || ((flags & MOVE_MOUNT_SET_GROUP) && !is_mount_root(state, *to.place)))
    return cannot_tell_others(context, task, "move_mount", "it moved no mount that is in the model");
  if (flags & MOVE_MOUNT_SET_GROUP) return set_group(state, from.place->mount, to.place->mount);

  Place target = crossed(state, *to.place);
  // The descriptor that was moved is where its mount is now.
  if (text_of(call.args[1]).empty())
    target = crossed(state, corrected_target(context, target, call.after.moved, false));
  std::string path;
  std::optional<Attachment> where = Attachment{.parent = target.mount, .path = target.path};
  if (flags & MOVE_MOUNT_BENEATH) where = beneath(state, target, path);
  if (!where) return cannot_tell_others(context, task, "move_mount", "there is nothing that it can have moved beneath");
  if (is_within(state, where->parent, from.place->mount))
    return cannot_tell_others(context, task, "move_mount", "nothing moves below itself");
  if (text_of(call.args[1]).empty()) learn_type(state, from.place->mount, call.after.moved);
  learn_source(state, from.place->mount, call.after);
  MountTreeEditor(state.trees.at(from.place->mount.tree)).add_history(from.place->mount.slot, state.event);
  if (from.place->mount.tree == where->parent.tree) {
    where->what = MountChanged::What::kMoved;
    attach_moved(context, from.place->mount, *where);
  } else {
    where->what = MountChanged::What::kAttached;
    attach_tree(context, from.place->mount.tree, *where);
  }
  check_mounts(context, call, tree_of(state, task));
}

}  // namespace cttrace
