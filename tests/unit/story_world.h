// Runtimes that set containers up, made by hand, and what is told of them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model_world.h"
#include "story/teller.h"

namespace cttrace {

inline constexpr uint64_t kMountsAndPids = CLONE_NEWNS | CLONE_NEWPID;
// Of a container with a mount and a pid namespace.
inline const NamespaceInodes kInside = with(kHost, {{CT_NS_MNT, 500}, {CT_NS_PID, 505}, {CT_NS_PID_FOR_CHILDREN, 505}});

class StoryWorld : public World {
  std::map<std::string, uint64_t> files_;  // inodes of programs by path

  void tell(Teller& teller) const {
    Model model(made_info());
    for (const Event& event : events) {
      const Changes& made = model.apply(event);
      teller.event(event, model.state().event, made, model.state());
    }
  }

 public:
  using Words = std::vector<std::string>;

  Task shell = found(5, [this](Snapshot& snapshot) { is(snapshot, "/bin/sh"); });

  // What is told of all that has happened. `state` is not kept.
  std::vector<News> told() const {
    std::vector<News> all;
    Teller teller({}, [&](News&& news) { all.push_back(std::move(news)); });
    tell(teller);
    teller.finish();
    return all;
  }
  size_t going_on() const {
    Teller teller({}, [](News&&) {});
    tell(teller);
    const size_t count = teller.progress().going_on;
    teller.finish();
    return count;
  }
  template <typename T>
  std::vector<T> told_of() const {
    std::vector<T> found;
    for (const News& news : told())
      if (const T* one = std::get_if<T>(&news)) found.push_back(*one);
    return found;
  }
  Container container() const {
    const std::vector<Container> all = told_of<Container>();
    if (all.size() != 1) throw std::logic_error(std::to_string(all.size()) + " containers");
    return all[0];
  }

  // The task executes a program; each is a file of its own.
  void runs(const Task& task, const Words& argv, const EditSnapshot& edit = {}) {
    calls(task, "execve", {argv[0], argv});
    apply(snapshot(task, [&](Snapshot& snapshot) {
      is(snapshot, argv[0]);
      if (edit) edit(snapshot);
    }));
  }
  // ... in namespaces of its own, with these pids.
  void runs_in(const Task& task, const Words& argv, const NamespaceInodes& namespaces, std::vector<uint32_t> pids) {
    runs(task, argv, [&](Snapshot& snapshot) {
      snapshot.namespaces = namespaces;
      snapshot.pids = std::move(pids);
    });
  }
  // A program that the shell starts, which is told what to do.
  Task starts(uint32_t tid, const Words& argv, const EditSnapshot& edit = {}) {
    const Task task = forks(shell, tid);
    runs(task, argv, edit);
    return task;
  }
  Task clones(const Task& creator, uint32_t tid, uint64_t flags, std::vector<uint32_t> pids,
              const NamespaceInodes& namespaces = {}) {
    const Task child = forks(creator, tid, flags, [&](Fork& fork) {
      fork.child_pids = std::move(pids);
      fork.child_namespaces = namespaces;
    });
    calls(creator, "clone", {flags}, [&](Call& call) {
      call.created_tid = tid;
      call.result = tid;
    });
    return child;
  }
  void unshares(const Task& task, uint64_t flags, const NamespaceInodes& now) {
    calls(task, "unshare", {flags}, [&](Call& call) { call.after.namespaces = now; });
  }
  void joins(const Task& task, uint32_t type, uint32_t inode, const NamespaceInodes& now) {
    calls(task, "setns", {3, type}, [&](Call& call) {
      call.args[0].file = namespace_file(type, inode);
      call.after.namespaces = now;
    });
  }
  void pivots(const Task& task, const std::string& root) {
    calls(task, "pivot_root", {".", "."}, [&](Call& call) { call.args[0].resolved = call.args[1].resolved = root; });
  }
  void fails(const Task& task, std::string_view name, const std::vector<Given>& arguments, int error) {
    calls(task, name, arguments, [&](Call& call) { call.result = -error; });
  }

 private:
  void is(Snapshot& snapshot, const std::string& path) {
    const auto [file, added] = files_.try_emplace(path, 100 + files_.size());
    snapshot.exe = File{.path = path, .inode = file->second, .mode = 0100755};
  }
};

// Steps of one kind, in order.
template <typename T>
std::vector<Step> steps_of(const SetUpStory& story) {
  std::vector<Step> found;
  for (const Step& step : story.steps)
    if (std::holds_alternative<T>(step.facts)) found.push_back(step);
  return found;
}

}  // namespace cttrace
