// Roots that several tasks have in common: what one of them makes of it all of them have.
#include "story/work.h"

namespace cttrace {

// The number of what its root is in (TaskState::fs); 0: not known.
uint32_t Teller::Work::fs_of(TaskId id) const {
  const TaskState* const task = state_->task(id);
  return task ? task->fs : 0;
}

// What was made with CLONE_FS has its root in common with its maker: who changed it may end, and another one go on.
void Teller::Work::begin_set_up_of_sharers(Person& caller) {
  begin_set_up(caller);
  const uint32_t fs = fs_of(caller.id);
  const auto users = state_->mount_objects->fs.find(fs);
  if (users == state_->mount_objects->fs.end() || users->second.tasks < 2) return;
  for (auto& [id, other] : people_) {
    if (other.sets_up() || other.process->container != caller.process->container || fs_of(id) != fs) continue;
    other.set_up = caller.set_up;
    other.set_up->threads.insert(id);
  }
}

// The process that has changed its root, or the first of those who have it in common.
TaskId Teller::Work::changer_of_root(const Person& caller) const {
  constexpr int kMostAbove = 32;  // who made whom may be a circle in what a recording says
  const uint32_t fs = fs_of(caller.id);
  const Process* first = caller.process.get();
  for (int above = 0; above < kMostAbove; ++above) {
    const auto maker = people_.find(first->made_by);
    if (!fs || maker == people_.end() || fs_of(maker->first) != fs) break;
    first = maker->second.process.get();
  }
  return first->leader;
}

}  // namespace cttrace
