#include "model/mount_checks.h"

#include <algorithm>
#include <string>

#include "model/mount_state.h"

namespace cttrace {

void note_latest(Context& context, const Call& call, TreeId tree, const std::vector<Slot>& came) {
  std::vector<std::pair<Slot, uint64_t>>& latest = edit_info(context.state, tree).latest;
  std::erase_if(latest, [&](const auto& one) { return one.second <= call.start_ns; });
  for (Slot slot : came) latest.emplace_back(slot, call.start_ns + call.duration_ns.value_or(0));
}

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

}  // namespace cttrace
