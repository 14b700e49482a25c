#include "model/descriptors.h"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include "model/buried.h"
#include "model/file_places.h"
#include "model/mount_state.h"
#include "model/peer_groups.h"
#include "model/superblocks.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

void hold(State& state, const MountDescriptor& descriptor, bool more) {
  if (descriptor.tree && tree_info(state, descriptor.tree)) {
    TreeInfo& info = edit_info(state, descriptor.tree);
    more ? ++info.holders : --info.holders;
  }
  if (descriptor.context) {
    MountObjects& objects = state.mount_objects.edit();
    const auto context = objects.contexts.find(descriptor.context);
    if (context != objects.contexts.end()) more ? ++context->second.holders : --context->second.holders;
  }
}

void dissolve(Context& context, TreeId tree) {
  remove_tree(context.state, tree);
  context.changes.emplace_back(TreeDissolved{.tree = tree});
}

bool is_detached(const State& state, TreeId tree) {
  const TreeInfo* info = tree ? tree_info(state, tree) : nullptr;
  return info && info->anonymous && !info->gone;
}

// What is not the root of a tree, or no longer, keeps none.
TreeId tree_held_by(const State& state, const File& file) {
  const TreeId tree = detached_tree_of(state, file);
  if (!tree || file.mount_parent_id != file.mount_id) return 0;
  const MountTree& mounts = state.trees.at(tree);
  return mounts.with_kernel_id(file.mount_id) == mounts.root() ? tree : 0;
}

// The last descriptor of a detached tree takes the tree with it (dissolve_on_fput, fs/namespace.c).
void release(Context& context, const MountDescriptor& descriptor) {
  hold(context.state, descriptor, false);
  if (!is_detached(context.state, descriptor.tree)) return;
  const TreeInfo* info = tree_info(context.state, descriptor.tree);
  if (!info->holders && !info->held_elsewhere) dissolve(context, descriptor.tree);
}

// Nobody says whether what `lets_go` closes is the last descriptor of the tree: one may be on its way through a socket.
void bury(Context& context, TreeId held, const std::function<void()>& lets_go) {
  constexpr size_t kMostBuried = 16;
  State& state = context.state;
  const bool detached = is_detached(state, held);
  BuriedTree tree;
  if (detached) {
    tree = {.owner = tree_info(state, held)->owner, .mounts = state.trees.at(held)};
    if (tree.mounts.root() != kNoSlot) tree.kernel_id = tree.mounts.kernel_id_of(tree.mounts.root());
  }
  // It is there before the tree goes: what its groups were the masters of may have them still.
  std::vector<BuriedTree>& buried = state.mount_objects.edit().buried;
  const bool known = detached && tree.kernel_id;
  if (known) buried.push_back(std::move(tree));
  lets_go();
  if (!known) return;
  std::vector<BuriedTree>& after = state.mount_objects.edit().buried;
  if (tree_in(state, held))
    after.pop_back();
  else if (after.size() > kMostBuried)
    after.erase(after.begin());
}

void release_unseen(Context& context, const MountDescriptor& descriptor) {
  bury(context, descriptor.tree, [&] { release(context, descriptor); });
}

// Somebody shows a descriptor of a tree that was taken to be gone.
void exhume(Context& context, const File& file) {
  State& state = context.state;
  const std::vector<BuriedTree>& buried = state.mount_objects->buried;
  const auto found = std::ranges::find(buried, file.mount_id, &BuriedTree::kernel_id);
  if (!file.detached || found == buried.end() || detached_tree_of(state, file)) return;
  const BuriedTree tree = *found;
  std::erase_if(state.mount_objects.edit().buried, [&](const auto& each) { return each.kernel_id == file.mount_id; });
  tree_again(state, tree.mounts, {.anonymous = true, .owner = tree.owner});
}

}  // namespace

const MountDescriptor* descriptor_of(const State& state, const TaskState& task, int fd) {
  const auto table = state.mount_objects->tables.find(task.files);
  if (table == state.mount_objects->tables.end()) return nullptr;
  const auto found = table->second.descriptors.find(fd);
  return found == table->second.descriptors.end() ? nullptr : &found->second;
}

void open_descriptor(Context& context, const TaskState& task, int fd, const MountDescriptor& descriptor) {
  if (!task.files || fd < 0) return;
  // The number is used again: nobody saw how the old one was closed.
  close_descriptor(context, task, fd);
  hold(context.state, descriptor, true);
  context.state.mount_objects.edit().tables[task.files].descriptors[fd] = descriptor;
}

void close_descriptor(Context& context, const TaskState& task, int fd) {
  const MountDescriptor* found = descriptor_of(context.state, task, fd);
  if (!found) return;
  const MountDescriptor closed = *found;
  context.state.mount_objects.edit().tables[task.files].descriptors.erase(fd);
  release(context, closed);
}

namespace {

// Whether somebody else has what is about to be closed. `others`: holders that are known besides.
bool is_held_by_others(const File& file, uint32_t others) {
  return file.references ? file.references > others + 1 : file.shared && !others;
}

}  // namespace

// The kernel says what the descriptor is; and whether it is the last one, where it says how many there are.
void apply_close(Context& context, const Call& call, TaskState& task) {
  State& state = context.state;
  const int fd = static_cast<int>(call.args[0].raw);
  const MaybeFile& file = call.args[0].file;
  const MountDescriptor* known = descriptor_of(state, task, fd);
  TreeId tree = known ? known->tree : 0;
  if (file && !is_detached(state, tree)) tree = tree_held_by(state, *file);
  if (file && is_detached(state, tree)) {
    TreeInfo& info = edit_info(state, tree);
    const uint32_t own = known && known->tree == tree ? 1 : 0;
    info.held_elsewhere = is_held_by_others(*file, info.holders - own);
  }
  MountObjects& objects = state.mount_objects.edit();
  if (const auto fs = known ? objects.contexts.find(known->context) : objects.contexts.end();
      file && fs != objects.contexts.end())
    fs->second.held_elsewhere = is_held_by_others(*file, fs->second.holders - 1);
  const bool is_last = file && file->references == 1;
  if (is_last && known && known->context) objects.contexts.erase(known->context);
  const auto close = [&] {
    close_descriptor(context, task, fd);
    if (file && !file->shared && is_detached(state, tree)) dissolve(context, tree);
  };
  if (file && file->references)
    close();
  else
    bury(context, tree, close);
}

void see_descriptor(Context& context, const TaskState& task, int fd, const File& file) {
  exhume(context, file);
  const TreeId tree = tree_held_by(context.state, file);
  if (!is_detached(context.state, tree)) return;
  const MountDescriptor* known = descriptor_of(context.state, task, fd);
  if (known && known->tree == tree) return;
  open_descriptor(context, task, fd, {.tree = tree});
  edit_info(context.state, tree).held_elsewhere = false;
}

void id_is_new(Context& context, uint32_t kernel_id) {
  if (!kernel_id) return;
  std::erase_if(context.state.mount_objects.edit().buried,
                [&](const auto& tree) { return tree.kernel_id == kernel_id; });
  for (const TreeId tree : anonymous_with(context.state, kernel_id)) {
    const Slot slot = context.state.trees.at(tree).with_kernel_id(kernel_id);
    if (slot == kNoSlot) continue;
    if (tree_info(context.state, tree)->holders)
      set_kernel_id(context.state, {tree, slot}, 0);
    else
      dissolve(context, tree);
  }
}

void apply_close_range(Context& context, const Call& call, TaskState& task) {
  State& state = context.state;
  const uint64_t first = static_cast<uint32_t>(call.args[0].raw), last = static_cast<uint32_t>(call.args[1].raw);
  if (call.args[2].raw & CLOSE_RANGE_UNSHARE) unshare_mounts_of(context, task, CLONE_FILES);
  const auto table = state.mount_objects->tables.find(task.files);
  if (table == state.mount_objects->tables.end()) return;
  std::vector<int> closed;
  for (const auto& [fd, descriptor] : table->second.descriptors)
    if (static_cast<uint64_t>(fd) >= first && static_cast<uint64_t>(fd) <= last) closed.push_back(fd);
  for (int fd : closed) {
    if (call.args[2].raw & CLOSE_RANGE_CLOEXEC)
      state.mount_objects.edit().tables[task.files].descriptors[fd].close_on_exec = true;
    else
      bury(context, descriptor_of(state, task, fd)->tree, [&] { close_descriptor(context, task, fd); });
  }
}

uint32_t new_descriptor_table(State& state) {
  MountObjects& objects = state.mount_objects.edit();
  objects.tables[++objects.last_id].users = 1;
  return objects.last_id;
}

uint32_t copied_descriptor_table(State& state, uint32_t table) {
  const uint32_t copy = new_descriptor_table(state);
  MountObjects& objects = state.mount_objects.edit();
  const auto original = objects.tables.find(table);
  if (original == objects.tables.end()) return copy;
  const std::map<int, MountDescriptor> descriptors = original->second.descriptors;
  for (const auto& [fd, descriptor] : descriptors) hold(state, descriptor, true);
  state.mount_objects.edit().tables[copy].descriptors = descriptors;
  return copy;
}

void leave_descriptor_table(Context& context, uint32_t table, bool told) {
  MountObjects& objects = context.state.mount_objects.edit();
  const auto found = objects.tables.find(table);
  if (found == objects.tables.end() || --found->second.users) return;
  const std::map<int, MountDescriptor> descriptors = std::move(found->second.descriptors);
  objects.tables.erase(found);
  for (const auto& [fd, descriptor] : descriptors)
    told ? release(context, descriptor) : release_unseen(context, descriptor);
}

void see_held(Context& context, const TaskState& task, const std::vector<File>& held) {
  State& state = context.state;
  for (const File& file : held) see_descriptor(context, task, file.fd, file);
  const auto table = state.mount_objects->tables.find(task.files);
  if (table == state.mount_objects->tables.end()) return;
  std::vector<int> closed;
  for (const auto& [fd, descriptor] : table->second.descriptors)
    if (is_detached(state, descriptor.tree) && std::ranges::find(held, fd, &File::fd) == held.end())
      closed.push_back(fd);
  for (const int fd : closed) close_descriptor(context, task, fd);
  std::map<TreeId, uint32_t> own;  // descriptors
  if (const auto now = state.mount_objects->tables.find(task.files); now != state.mount_objects->tables.end())
    for (const auto& [fd, descriptor] : now->second.descriptors) ++own[descriptor.tree];
  for (const File& file : held) {
    const TreeId tree = tree_held_by(state, file);
    if (!is_detached(state, tree)) continue;
    TreeInfo& info = edit_info(state, tree);
    const bool others_known = info.holders > own[tree];
    info.held_elsewhere = file.references ? file.references > info.holders : file.shared && !others_known;
  }
}

void close_on_exec(Context& context, uint32_t table) {
  MountObjects& objects = context.state.mount_objects.edit();
  const auto found = objects.tables.find(table);
  if (found == objects.tables.end()) return;
  std::vector<MountDescriptor> closed;
  std::erase_if(found->second.descriptors, [&](const auto& entry) {
    if (entry.second.close_on_exec) closed.push_back(entry.second);
    return entry.second.close_on_exec;
  });
  for (const MountDescriptor& descriptor : closed) release_unseen(context, descriptor);
}

}  // namespace cttrace
