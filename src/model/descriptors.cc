#include "model/descriptors.h"

#include <algorithm>
#include <vector>

#include "model/mount_state.h"
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
    if (context == objects.contexts.end()) return;
    more ? ++context->second.holders : --context->second.holders;
    if (!context->second.holders) objects.contexts.erase(context);
  }
}

// The last descriptor of a detached tree takes the tree with it (dissolve_on_fput, fs/namespace.c).
void release(Context& context, const MountDescriptor& descriptor) {
  hold(context.state, descriptor, false);
  const TreeInfo* info = descriptor.tree ? tree_info(context.state, descriptor.tree) : nullptr;
  if (!info || info->gone || !info->anonymous || info->holders) return;
  remove_tree(context.state, descriptor.tree);
  context.changes.emplace_back(TreeDissolved{.tree = descriptor.tree});
}

}  // namespace

const MountDescriptor* descriptor_of(const State& state, const TaskState& task, int fd) {
  const auto table = state.mount_objects->tables.find(task.files);
  if (table == state.mount_objects->tables.end()) return nullptr;
  const auto found = table->second.descriptors.find(fd);
  return found == table->second.descriptors.end() ? nullptr : &found->second;
}

void open_descriptor(State& state, const TaskState& task, int fd, const MountDescriptor& descriptor) {
  if (!task.files || fd < 0) return;
  hold(state, descriptor, true);
  state.mount_objects.edit().tables[task.files].descriptors[fd] = descriptor;
}

void close_descriptor(Context& context, const TaskState& task, int fd) {
  const MountDescriptor* found = descriptor_of(context.state, task, fd);
  if (!found) return;
  const MountDescriptor closed = *found;
  context.state.mount_objects.edit().tables[task.files].descriptors.erase(fd);
  release(context, closed);
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
      close_descriptor(context, task, fd);
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

void leave_descriptor_table(Context& context, uint32_t table) {
  MountObjects& objects = context.state.mount_objects.edit();
  const auto found = objects.tables.find(table);
  if (found == objects.tables.end() || --found->second.users) return;
  const std::map<int, MountDescriptor> descriptors = std::move(found->second.descriptors);
  objects.tables.erase(found);
  for (const auto& [fd, descriptor] : descriptors) release(context, descriptor);
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
  for (const MountDescriptor& descriptor : closed) release(context, descriptor);
}

}  // namespace cttrace
