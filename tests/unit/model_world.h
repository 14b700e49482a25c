// A model, and what happens in it, made by hand.
#pragma once

#include <linux/sched.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "made_events.h"
#include "model/model.h"

namespace cttrace {

// The namespaces of the tasks that are there when tracing begins, by ct_ns.
inline constexpr NamespaceInodes kHost = {100, 101, 102, 103, 104, 105, 105, 107, 107, 109};
inline constexpr uint64_t kAllCapabilities = (uint64_t{1} << 41) - 1;

// With another inode number at `which`.
inline NamespaceInodes with(NamespaceInodes inodes, std::initializer_list<std::pair<ct_ns, uint32_t>> others) {
  for (const auto& [which, inode] : others) inodes[which] = inode;
  return inodes;
}

class World {
 public:
  using EditSnapshot = std::function<void(Snapshot&)>;
  using EditCall = std::function<void(Call&)>;
  using EditFork = std::function<void(Fork&)>;

  // What the last event changed.
  Changes changes;
  std::vector<Event> events;

  const State& state() const { return model_.state(); }
  const Model& model() const { return model_; }
  std::map<std::string_view, Agreement> agreements() const {
    return {model_.agreements().begin(), model_.agreements().end()};
  }
  uint64_t now() const { return now_; }

  void apply(Event event) {
    events.push_back(event);
    changes = model_.apply(event);
    now_ += 10;
  }

  // Root on the host, with all capabilities.
  Snapshot snapshot(const Task& task, const EditSnapshot& edit = {}) const {
    Snapshot snapshot;
    snapshot.task = task;
    snapshot.old_tid = task.tid;
    snapshot.time_ns = now_;
    snapshot.namespaces = kHost;
    snapshot.pids = {task.tid};
    snapshot.cap_permitted = snapshot.cap_effective = snapshot.cap_bounding = kAllCapabilities;
    snapshot.seccomp_filters = 0;
    snapshot.uid_map = snapshot.gid_map = {{.first = 0, .lower_first = 0, .count = UINT32_MAX}};
    snapshot.exe = File{.path = "/bin/program", .mode = 0100755};
    snapshot.cgroup = "/";
    if (edit) edit(snapshot);
    return snapshot;
  }
  // A task that was there when tracing began; the first thread of its process where `tgid` is not given.
  Task found(uint32_t tid, const EditSnapshot& edit = {}, uint32_t tgid = 0) {
    const Task task{.tid = tid, .tgid = tgid ? tgid : tid, .start_ns = 1};
    Snapshot there = snapshot(task, edit);
    there.at_start = true;
    apply(there);
    return task;
  }
  Task forks(const Task& creator, uint32_t tid, std::optional<uint64_t> flags = 0, const EditFork& edit = {}) {
    Fork fork{
        .task = creator, .child = {.tid = tid, .tgid = tid, .start_ns = now_}, .child_pids = {tid}, .time_ns = now_};
    fork.clone_flags = flags;
    if (flags.value_or(0) & CLONE_THREAD) fork.child.tgid = creator.tgid;
    if (edit) edit(fork);
    apply(fork);
    return fork.child;
  }
  Call made(const Task& task, std::string_view name, const std::vector<Given>& arguments,
            const EditCall& edit = {}) const {
    Call call = made_call(name, arguments);
    call.task = task;
    call.start_ns = now_;
    call.duration_ns = 1;
    if (edit) edit(call);
    return call;
  }
  void calls(const Task& task, std::string_view name, const std::vector<Given>& arguments = {},
             const EditCall& edit = {}) {
    apply(made(task, name, arguments, edit));
  }
  // Without anything that the kernel says beside the arguments.
  void executes(const Task& task, const EditSnapshot& edit = {}, const std::vector<std::string>& argv = {"program"}) {
    calls(task, "execve", {"/bin/program", argv});
    apply(snapshot(task, edit));
  }
  void ends(const Task& task, uint32_t code = 0, MaybeKiller killer = {}) {
    apply(
        TaskExit{.task = task, .time_ns = now_, .code = code, .last_of_process = true, .killed_by = std::move(killer)});
  }
  void passes(uint64_t ns) { now_ += ns; }
  // Something that changes nothing.
  void goes_on(const Task& task) {
    calls(task, "pidfd_open", {1, 0}, [](Call& call) { call.result = -1; });
  }

  const TaskState& task(const Task& task) const {
    const TaskState* const state = model_.state().task(id_of(task));
    if (!state) throw std::logic_error("no such task: " + std::to_string(task.tid));
    return *state;
  }
  const Identity& identity(const Task& of) const { return task(of).identity; }
  NamespaceId ns_id(const Task& of, ct_ns which) const { return task(of).namespaces[which].value; }
  const Namespace& ns(const Task& of, ct_ns which) const {
    const Namespace* const found = model_.state().ns_of(task(of), which);
    if (!found) throw std::logic_error("in no such namespace: " + std::to_string(of.tid));
    return *found;
  }
  template <typename T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const Change& change : changes)
      if (const T* one = std::get_if<T>(&change)) found.push_back(*one);
    return found;
  }

 private:
  Model model_{made_info()};
  uint64_t now_ = 1000;
};

// An open descriptor of a namespace; of a process.
inline File namespace_file(uint32_t type, uint32_t inode) {
  File file{.kind = FileKind::kNamespace, .fd = 3};
  file.inode = inode;
  file.fs_type = "nsfs";
  file.target = type;
  return file;
}
inline File pidfd(uint32_t pid) {
  File file{.kind = FileKind::kPidfd, .fd = 3};
  file.target = pid;
  return file;
}

}  // namespace cttrace
