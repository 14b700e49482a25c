// Threads and processes come and go.
#include <sched.h>

#include <algorithm>

#include "story/call.h"
#include "story/work.h"

namespace cttrace {
namespace {

constexpr uint64_t kIsolating = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER;
constexpr uint64_t kAllTypes = kIsolating | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;

}  // namespace

std::string Unit::name() const { return last_part(file.path); }

Person* Teller::Work::person(TaskId id) {
  const auto found = people_.find(id);
  return found == people_.end() ? nullptr : &found->second;
}

Person* Teller::Work::person(uint32_t tid) {
  const auto found = running_.find(tid);
  return found == running_.end() ? nullptr : person(found->second);
}

// A thread that nobody has told of yet gets a process of its own, with a program that is not known.
Person& Teller::Work::meet(const Task& task) {
  if (Person* known = person(id_of(task))) return *known;
  Person& met = people_[id_of(task)];
  running_[task.tid] = id_of(task);
  Person* const leader = task.tid == task.tgid ? nullptr : person(task.tgid);
  if (leader) {
    met.process = leader->process;
    met.set_up = leader->set_up;
    if (met.set_up) ++met.set_up->threads;
    return met;
  }
  auto unit = std::make_shared<Unit>();
  unit->pid = task.tgid;
  met.process = new_process(task, unit);
  return met;
}

std::shared_ptr<Process> Teller::Work::new_process(const Task& task, std::shared_ptr<Unit> unit) {
  auto process = std::make_shared<Process>();
  process->leader = id_of(task);
  process->tgid = task.tgid;
  process->stage = {.task = id_of(task), .pids = {task.tgid}, .program = unit->name(), .start_ns = time_ns_};
  process->container = unit->container;
  process->unit = std::move(unit);
  ++process->unit->processes;
  ++progress_.processes;
  return process;
}

void Teller::Work::on(const Fork& fork) {
  Person& creator = meet(fork.task);
  Person& child = people_[id_of(fork.child)];
  running_[fork.child.tid] = id_of(fork.child);
  child.set_up = creator.set_up;
  if (child.set_up) ++child.set_up->threads;
  if (fork.child.tid != fork.child.tgid) {
    child.process = creator.process;
    return;
  }
  child.process = new_process(fork.child, creator.process->unit);
  Process& process = *child.process;
  process.container = creator.process->container;
  if (process.container && containers_.contains(process.container)) ++containers_[process.container].processes;
  process.made_by = creator.process->leader;
  if (!fork.child_pids.empty()) process.stage.pids = fork.child_pids;
  const bool told = creator.child_tid == fork.child.tid;
  if (told) {
    creator.child_tid = 0;
    see_child(creator, child, creator.child_flags);
  }
  if (child.set_up) child.set_up->draft.part(process.stage);
}

// The flags that a process was made with are known.
void Teller::Work::see_child(Person& creator, Person& child, uint64_t flags) {
  Process& process = *child.process;
  process.stage.clone_flags = flags;
  if (child.set_up)
    if (Draft::Part* part = child.set_up->draft.find(process.stage.task)) part->stage.clone_flags = flags;
  if (flags & kIsolating) begin_set_up(child);
  if (!child.set_up) return;
  for (uint64_t bit = 1; bit <= kAllTypes; bit <<= 1)
    if (flags & kAllTypes & bit) child.set_up->made[static_cast<uint32_t>(bit)] = 0;
  if (flags & kAllTypes) {
    // Who makes the namespaces is its maker; they are the child's.
    NamespacesChanged changed{.made = true};
    for (const auto& [type, inode] : child.set_up->made)
      if (flags & type) changed.namespaces.push_back({.type = type, .inode = inode});
    Step step{.phase = Phase::kNamespaces, .first = number_, .last = number_, .start_ns = time_ns_, .end_ns = time_ns_};
    step.facts = std::move(changed);
    child.set_up->draft.add(process.stage, std::move(step));
  }
  (void)creator;
}

void Teller::Work::on(const TaskExit& exit) {
  Person* const gone = person(id_of(exit.task));
  if (!gone) return;
  forget(id_of(exit.task), *gone, exit);
}

void Teller::Work::forget(TaskId id, Person& person, const TaskExit& exit) {
  const std::shared_ptr<Process> process = person.process;
  const std::shared_ptr<SetUp> set_up = person.set_up;
  people_.erase(id);
  const auto running = running_.find(id.tid);
  if (running != running_.end() && running->second == id) running_.erase(running);
  if (set_up) --set_up->threads;
  if (exit.last_of_process) {
    process->runs = false;
    process->stage.end_ns = exit.time_ns;
    process->stage.exit_code = exit.code;
    --progress_.processes;
    for (Draft* draft : {set_up ? &set_up->draft : nullptr, &process->unit->draft}) {
      Draft::Part* const part = draft ? draft->find(process->stage.task) : nullptr;
      if (part) part->stage.end_ns = exit.time_ns, part->stage.exit_code = exit.code;
    }
    if (exit.code) (set_up ? set_up->failed : process->unit->failed) = true;
    --process->unit->processes;
    const auto container = containers_.find(process->container);
    if (container != containers_.end()) {
      if (container->second.program == process->leader) tell_end(container->second, exit.time_ns, exit.code);
      if (--container->second.processes == 0) containers_.erase(container);
    }
  }
  if (set_up && set_up->threads == 0) end_set_up(set_up);
  if (process->unit->processes == 0) {
    // A set-up that came to nothing is told when the last of its runtime has gone: it knows why.
    const std::vector<std::shared_ptr<SetUp>> left = process->unit->set_ups;
    for (const auto& each : left)
      if (each->threads == 0 && !each->handed_over) tell_failed(*each, Ending::kFailed);
    process->unit->set_ups.clear();
  }
}

}  // namespace cttrace
