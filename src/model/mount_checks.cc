#include "model/mount_checks.h"

#include <algorithm>
#include <string>
#include <utility>

#include "model/mount_state.h"

namespace cttrace {
namespace {

// What was unseen in the nearest tree of which this one is a copy that was ever counted.
std::optional<int64_t> unseen_in_original(const State& state, TreeId copied_from) {
  for (const TreeInfo* info = tree_info(state, copied_from); info; info = tree_info(state, info->copied_from))
    if (info->unseen) return info->unseen;
  return std::nullopt;
}

// The mounts of calls that went on while the tree was copied: the number of mounts tells whether all of them came
// before that, or none. False: it does not, or others came or went, too.
bool settle_copy(State& state, TreeId tree, int64_t unseen, int64_t difference) {
  const std::vector<Slot> uncertain = std::exchange(edit_info(state, tree).uncertain, {});
  const int64_t lacking = unseen - difference;
  if (lacking != 0 && lacking != static_cast<int64_t>(uncertain.size())) return false;
  MountTreeEditor editor(state.trees.at(tree));
  for (Slot slot : uncertain) {
    if (!state.trees.at(tree).contains(slot)) continue;
    lacking == 0 ? editor.settle(slot) : editor.remove_subtree(slot);
  }
  return true;
}

// The first count of a copy.
void begin_counting(Context& context, TreeId tree, int64_t difference, const std::string& what) {
  const std::optional<int64_t> unseen = unseen_in_original(context.state, tree_info(context.state, tree)->copied_from);
  if (!unseen && difference >= 0) return edit_info(context.state, tree).unseen = difference, void();
  const bool settled = unseen && settle_copy(context.state, tree, *unseen, difference);
  edit_info(context.state, tree).unseen = settled ? *unseen : difference;
  if (!settled) doubt(context, tree, what + ": mounts came or went while the namespace was copied");
}

}  // namespace

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
  const auto what = [&] { return "how many mounts are in mnt:[" + std::to_string(info.inode) + "]"; };
  if (!info.unseen && info.copied_from) return begin_counting(context, tree, difference, what());
  // What the first count has more are mounts that cannot be seen from where the table was read.
  if (!info.unseen) info.unseen = std::max<int64_t>(difference, 0);
  // What is not certain contradicts nothing.
  if (!info.doubt.empty()) {
    info.unseen = difference;
    info.off_by = 0;
    return;
  }
  const int64_t off_by = difference - *info.unseen;
  const bool confirmed = off_by && off_by == info.off_by;
  info.off_by = confirmed ? 0 : off_by;
  if (!confirmed) return;
  *info.unseen += off_by;
  context.changes.emplace_back(Contradicted{
      .what = what(), .model = std::to_string(mounts->size()), .kernel = std::to_string(*call.after.mounts)});
  doubt(context, tree, what() + ": the kernel and the model count differently");
}

bool is_newest_among(const State& state, const Call& call, TreeId tree, const Attached& came) {
  const MaybeFile& newest = call.after.newest_mount;
  if (!newest || newest->path_cut || newest->deleted || newest->detached) return true;
  const MountTree& mounts = state.trees.at(tree);
  const auto is_there = [&](Slot slot) { return mounts.path_of(slot) == newest->path; };
  return std::ranges::any_of(came.mounts, is_there) || std::ranges::any_of(came.copies, is_there);
}

void learn_newest(Context& context, const Call& call, TreeId tree, const std::vector<Slot>& came) {
  const MaybeFile& newest = call.after.newest_mount;
  if (!newest || newest->path_cut) return;
  const MountTree& mounts = context.state.trees.at(tree);
  std::vector<Slot> candidates;
  for (Slot slot : came) {
    const uint32_t on = mounts.kernel_id_of(mounts.parent_of(slot));
    if (mounts.kernel_id_of(slot) || (on && on != newest->mount_parent_id)) continue;
    if (mounts.path_of(slot) == newest->path) candidates.push_back(slot);
    if (candidates.size() > 1) return;  // of a high stack of mounts all have one path, and each is as long to find out
  }
  if (candidates.size() != 1) return;
  const Slot on = mounts.parent_of(candidates[0]);
  const bool tells_of_parent = on != kNoSlot && !mounts.kernel_id_of(on) && newest->mount_parent_id &&
                               newest->mount_parent_id != newest->mount_id &&
                               mounts.with_kernel_id(newest->mount_parent_id) == kNoSlot;
  set_kernel_id(context.state, {tree, candidates[0]}, newest->mount_id);
  if (tells_of_parent) set_kernel_id(context.state, {tree, on}, newest->mount_parent_id);
}

}  // namespace cttrace
