#include "model/contended.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "model/mount_paths.h"
#include "model/mount_state.h"
#include "model/path_walk.h"
#include "model/superblocks.h"

namespace cttrace {
namespace {

bool receives(const MountTree& tree, Slot slot) {
  const Mount mount = tree.at(slot);
  return mount.peer_group || mount.master;
}

bool is_alone(const State& state, const Call& call) {
  const TaskState* const task = state.task(id_of(call.task));
  const Namespace* const ns = task ? state.ns_of(*task, CT_NS_MNT) : nullptr;
  if (!ns || !tree_in(state, ns->mounts) || tree_info(state, ns->mounts)->unknown) return false;
  return std::ranges::all_of(ns->tasks, [&](const TaskId& other) { return other == task->id; });
}

// With the model's mount on `path`: the kernel tells of another one there, or of the same elsewhere.
bool contradicts(const State& state, const MountChanged& came, const Aftermath& after) {
  const File& newest = *after.newest_mount;
  const bool bound = came.what == MountChanged::What::kBound;
  if (!bound && came.what != MountChanged::What::kMounted) return false;
  const Filesystem* const filesystem = filesystem_of(state, came.mounted.filesystem);
  const bool has_device = filesystem && (filesystem->dev_major || filesystem->dev_minor);
  const bool same_device =
      !has_device || (filesystem->dev_major == newest.dev_major && filesystem->dev_minor == newest.dev_minor);
  const bool same_root = after.mount_root && is_root(came.mounted.root, *after.mount_root);
  if (newest.path == came.path) return bound && (!same_root || !same_device);
  const bool same_type = filesystem && filesystem->type == newest.fs_type;
  return same_type && (!bound || same_root) && same_device &&
         came.mounted.source == after.mount_source.value_or("none");
}

// On this path is a mount of this root, or was for the length of the last event.
bool is_explained(const Context& context, const Suspicion& suspicion) {
  const State& state = context.state;
  for (const Change& change : context.changes) {
    const auto* const came = std::get_if<MountChanged>(&change);
    if (came && came->mount.tree == suspicion.tree && came->path == suspicion.path &&
        is_root(came->mounted.root, suspicion.root))
      return true;
  }
  const MountTree& tree = *tree_in(state, suspicion.tree);
  if (tree.root() == kNoSlot) return true;
  const Place root = crossed(state, root_of_mount(state, {suspicion.tree, tree.root()}, Evidence::kInferred));
  const Place found = walk(state, root, root, suspicion.path);
  return is_mount_root(state, found) && is_root(found.path, suspicion.root) &&
         shown_path(state, found) == suspicion.path;
}

std::string why_doubtful(const Suspicion& one) {
  if (one.path == one.said)
    return "what is mounted on " + one.path + ": other calls went on, and the kernel shows " + one.root +
           " of a filesystem there, not " + one.said_root + ": a symbolic link may have led to that";
  return "where a mount came to: other calls went on, and the kernel has one on " + one.path +
         ": a symbolic link may have led elsewhere than " + one.said;
}

}  // namespace

Call with_its_own_answer(const State& state, const Call& told) {
  Call call = told;
  const MaybeFile& newest = call.after.newest_mount;
  if (is_alone(state, call)) {
    const MountTree& tree = *tree_in(state, tree_of(state, *state.task(id_of(call.task))));
    // What others did in their namespaces comes only to who receives from there.
    const bool all = std::ranges::none_of(tree.in_tree_order(), [&](Slot slot) { return receives(tree, slot); });
    const bool known = newest && tree.with_kernel_id(newest->mount_id) != kNoSlot;
    if (all && !known) {
      call.after.contended = false;
      return call;
    }
    call.after.mounts.reset();
    const Slot on = newest ? tree.with_kernel_id(newest->mount_parent_id) : kNoSlot;
    if (!known && on != kNoSlot && !receives(tree, on)) return call;
  }
  call.after.newest_mount.reset();
  call.after.mount_root.reset();
  call.after.mount_source.reset();
  call.after.mounts.reset();
  return call;
}

void suspect(const Context& context, const Call& told, std::vector<Suspicion>& suspicions) {
  const MaybeFile& newest = told.after.newest_mount;
  if (!newest || !told.after.mount_root || told.after.target) return;
  // mountinfo shows what is deleted and namespaces' files by other words than their paths.
  if (newest->path_cut || newest->deleted || newest->detached || newest->kind != FileKind::kPlain) return;
  const TreeId tree = tree_with_inode(context.state, newest->mount_ns);
  const MountTree* const mounts = tree_in(context.state, tree);
  if (!mounts || mounts->with_kernel_id(newest->mount_id) != kNoSlot) return;
  for (const Change& change : context.changes) {
    const auto* const came = std::get_if<MountChanged>(&change);
    if (!came || came->propagated || came->below || came->mount.tree != tree) continue;
    if (!contradicts(context.state, *came, told.after)) continue;
    suspicions.push_back({.tree = tree,
                          .path = newest->path,
                          .root = *told.after.mount_root,
                          .said = came->path,
                          .said_root = came->mounted.root,
                          .end_ns = told.start_ns + told.duration_ns.value_or(0)});
    return;
  }
}

void explain(const Context& context, std::vector<Suspicion>& suspicions) {
  std::erase_if(suspicions, [&](const Suspicion& one) {
    const MountTree* const tree = tree_in(context.state, one.tree);
    return !tree || is_explained(context, one);
  });
}

void doubt_unexplained(Context& context, std::vector<Suspicion>& suspicions, uint64_t time_ns) {
  std::erase_if(suspicions, [&](const Suspicion& one) {
    if (time_ns <= one.end_ns) return false;
    if (tree_in(context.state, one.tree)) doubt_with_receivers(context, one.tree, why_doubtful(one));
    return true;
  });
}

}  // namespace cttrace
