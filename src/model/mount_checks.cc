#include "model/mount_checks.h"

#include <algorithm>
#include <string>

#include "model/mount_paths.h"
#include "model/mount_state.h"
#include "model/path_walk.h"
#include "model/peer_groups.h"

namespace cttrace {

void check_mounts(Context& context, const Call& call, TreeId tree) {
  const MountTree* mounts = tree_in(context.state, tree);
  if (!call.after.mounts || !mounts || tree_info(context.state, tree)->unknown) return;
  TreeInfo& info = edit_info(context.state, tree);
  const int64_t difference = static_cast<int64_t>(*call.after.mounts) - static_cast<int64_t>(mounts->size());
  // What the first count has more are mounts that cannot be seen from where the table was read.
  if (!info.unseen) info.unseen = std::max<int64_t>(difference, 0);
  const int64_t off_by = difference - *info.unseen;
  const bool confirmed = off_by && off_by == info.off_by;
  info.off_by = confirmed ? 0 : off_by;
  if (!confirmed) return;
  *info.unseen += off_by;
  const std::string what = "how many mounts are in mnt:[" + std::to_string(info.inode) + "]";
  context.changes.emplace_back(Contradicted{
      .what = what, .model = std::to_string(mounts->size()), .kernel = std::to_string(*call.after.mounts)});
  doubt(context, tree, what + ": the kernel and the model count differently");
}

void learn_root(const State& state, const Call& call, Mount& made) {
  const std::optional<File>& newest = call.after.newest_mount;
  if (!newest || !newest->mount_root || newest->deleted || newest->kind != FileKind::kPlain) return;
  const Filesystem* const filesystem = state.filesystem(made.filesystem);
  const std::string_view type = filesystem ? std::string_view(filesystem->type) : std::string_view();
  if (type.substr(0, type.find('.')) == newest->fs_type) made.root = *newest->mount_root;
}

void learn_newest(Context& context, const Call& call, TreeId tree, const std::vector<Slot>& came) {
  const std::optional<File>& newest = call.after.newest_mount;
  if (!newest || newest->path_cut) return;
  const MountTree& mounts = context.state.trees.at(tree);
  std::vector<Slot> candidates;
  for (Slot slot : came) {
    if (mounts.at(slot).kernel_id || mounts.path_of(slot) != newest->path) continue;
    const uint32_t on = mounts.at(mounts.parent_of(slot)).kernel_id;
    if (!on || on == newest->mount_parent_id) candidates.push_back(slot);
  }
  if (candidates.size() == 1)
    MountTreeEditor(context.state.trees.at(tree)).set_kernel_id(candidates[0], newest->mount_id);
}

Place corrected_target(Context& context, const Call& call, const Place& target) {
  const State& state = context.state;
  const std::optional<File>& newest = call.after.newest_mount;
  const MountTree& tree = state.trees.at(target.mount.tree);
  if (!newest || newest->path_cut || newest->detached || newest->path == shown_path(state, target)) return target;
  // It is one of several, and which one came last is not told.
  const uint32_t group = tree.at(target.mount.slot).peer_group;
  if (group)
    for (const Receiver& receiver : receivers_of(state, group))
      for (const MountId& mount : receiver.mounts)
        if (mount.tree == target.mount.tree && mount != target.mount) return target;
  const Slot parent = tree.with_kernel_id(newest->mount_parent_id);
  if (parent != kNoSlot && is_below(newest->path, tree.path_of(parent)))
    return {.mount = {target.mount.tree, parent},
            .path = joined(tree.root_of(parent), below(newest->path, tree.path_of(parent))),
            .evidence = Evidence::kObserved};
  const Place top = root_of_mount(state, {target.mount.tree, tree.root()}, Evidence::kInferred);
  Place place = walk(state, crossed(state, top), top, newest->path);
  place.evidence = Evidence::kObserved;
  return place;
}

}  // namespace cttrace
