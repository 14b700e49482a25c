#include "decode/processes.h"

#include <variant>

namespace cttrace {

void Processes::see(const Fork& fork) {
  // Who had the number before has ended, seen or not.
  if (fork.child.tid == fork.child.tgid) processes_.erase(fork.child.tgid);
  processes_[fork.child.tgid].threads.insert(fork.child.tid);
}

void Processes::see(const Snapshot& snapshot) {
  // Who executes is alone in its process: de_thread, fs/exec.c.
  if (!snapshot.at_start) processes_.erase(snapshot.task.tgid);
  processes_[snapshot.task.tgid].threads.insert(snapshot.task.tid);
}

void Processes::see(TaskExit& exit, bool lossy) {
  const auto found = processes_.find(exit.task.tgid);
  if (found == processes_.end()) return;
  Process& process = found->second;
  process.threads.erase(exit.task.tid);
  exit.last_of_process = exit.last_of_process && !process.ended && (process.threads.empty() || lossy);
  process.ended = process.ended || exit.last_of_process;
  if (process.threads.empty()) processes_.erase(found);
}

void Processes::see(Event& event, bool lossy) {
  if (const auto* const fork = std::get_if<Fork>(&event)) see(*fork);
  if (const auto* const snapshot = std::get_if<Snapshot>(&event)) see(*snapshot);
  if (auto* const exit = std::get_if<TaskExit>(&event)) see(*exit, lossy);
}

}  // namespace cttrace
