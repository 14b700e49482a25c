// Finding things in a state.
#include "cttrace/state.h"

#include <algorithm>

namespace cttrace {
namespace {

template <typename Map, typename Key>
auto* find_in(const Map& map, const Key& key) {
  const auto place = map.find(key);
  return place == map.end() ? nullptr : &*place->second;
}

// Whoever is in it has one pid.
bool is_outermost(const State& state, NamespaceId pid_namespace) {
  const Namespace* const ns = state.ns(pid_namespace);
  return ns && std::ranges::any_of(ns->tasks, [&](TaskId id) {
           const TaskState* const task = state.task(id);
           return task && task->pids.size() == 1;
         });
}

}  // namespace

const TaskState* State::task(TaskId id) const { return find_in(tasks, id); }

const TaskState* State::task_with(uint32_t tid) const {
  const auto place = running.find(tid);
  return place == running.end() ? nullptr : task(place->second);
}

const TaskState* State::task_numbered(NamespaceId pid_namespace, uint32_t pid) const {
  const auto found = numbered->find({pid_namespace, pid});
  if (found != numbered->end()) return task(found->second);
  // Nobody tells in which one a namespace was made that was there before us. But tids are pids of the outermost.
  return is_outermost(*this, pid_namespace) ? task_with(pid) : nullptr;
}

const Namespace* State::ns(NamespaceId id) const { return find_in(namespaces, id); }

const Namespace* State::ns_of(const TaskState& task, ct_ns which) const { return ns(task.namespaces[which].value); }

const MountTree* State::tree(TreeId id) const {
  const auto place = trees.find(id);
  return place == trees.end() ? nullptr : &place->second;
}

std::string_view State::doubt_of(TreeId id) const {
  const auto found = mount_objects->trees.find(id);
  return found == mount_objects->trees.end() ? std::string_view() : found->second.doubt;
}

const MountTree* State::mounts_of(const TaskState& task) const {
  const Namespace* const mounts = ns_of(task, CT_NS_MNT);
  return mounts ? tree(mounts->mounts) : nullptr;
}

const Filesystem* State::filesystem(FilesystemId id) const { return find_in(filesystems, id); }

const FsStruct* State::fs_of(const TaskState& task) const { return find_in(fs_structs, task.fs); }

}  // namespace cttrace
