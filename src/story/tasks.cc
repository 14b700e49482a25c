// Threads and processes come and go.
#include <linux/sched.h>
#include <sys/wait.h>

#include <algorithm>

#include "base/paths.h"
#include "cttrace/namespace.h"
#include "story/call.h"
#include "story/naming.h"
#include "story/work.h"

namespace cttrace {
namespace {

constexpr size_t kMostGone = 256;
constexpr size_t kMostStarters = 8;
constexpr size_t kMostForMemory = 64;
constexpr size_t kMostBusy = 4096;  // each is looked at for every container

}  // namespace

std::string Unit::name() const { return std::string(last_part(file.path)); }
std::string Unit::version() const { return file.version.empty() ? version_in(file.path) : file.version; }

Runtime runtime_of(const Unit& unit) {
  Runtime runtime{.name = unit.name(), .executable = unit.file.path, .version = unit.version()};
  runtime.argv = unit.argv;
  runtime.pid = unit.pid;
  // What the same process ran before has not started it.
  const Unit* below = &unit;
  for (const Unit* above = unit.above.get(); above; below = above, above = above->above.get()) {
    if (runtime.started_by.size() >= kMostStarters) break;
    if (above->pid != below->pid && !above->file.path.empty()) runtime.started_by.push_back(above->name());
  }
  return runtime;
}

bool is_of(const Unit& unit, const Unit& other) {
  for (const Unit* each = &unit; each; each = each->above.get())
    if (each == &other) return true;
  return false;
}

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
  Person* const leader = task.tid == task.tgid ? nullptr : person(task.tgid);
  Person met{.id = id_of(task)};
  if (leader) {
    met.process = leader->process;
  } else {
    auto unit = std::make_shared<Unit>();
    unit->pid = task.tgid;
    met.process = new_process(task, std::move(unit));
  }
  running_[task.tid] = id_of(task);
  return people_[id_of(task)] = std::move(met);
}

std::shared_ptr<Process> Teller::Work::new_process(const Task& task, std::shared_ptr<Unit> unit) {
  auto process = std::make_shared<Process>();
  process->leader = {.tid = task.tgid, .start_ns = task.start_ns};
  process->tgid = task.tgid;
  process->stage = {.task = process->leader, .pids = {task.tgid}, .program = unit->name(), .start_ns = time_ns_};
  process->container = unit->container;
  process->unit = std::move(unit);
  ++process->unit->processes;
  ++progress_.processes;
  return process;
}

void Teller::Work::on(const Fork& fork) {
  Person& creator = meet(fork.task);
  Person& child = people_[id_of(fork.child)];
  child.id = id_of(fork.child);
  running_[fork.child.tid] = child.id;
  if (creator.sets_up()) {
    child.set_up = creator.set_up;
    child.set_up->threads.insert(child.id);
  }
  if (fork.child.tid == fork.child.tgid) {
    child.process = new_process(fork.child, creator.process->unit);
  } else {
    child.process = creator.process;
    return;
  }
  Process& process = *child.process;
  process.container = creator.process->container;
  process.cgroup = fork.child_cgroup.value_or(creator.process->cgroup);
  process.stage.cgroup = fork.child_cgroup.value_or("");
  process.made_by = creator.process->leader;
  process.stage.start_ns = fork.time_ns;
  process.stage.maker = process.made_by;
  if (!fork.child_pids.empty()) process.stage.pids = fork.child_pids;
  if (Known* const known = containers_.find(process.container)) ++known->processes;
  const bool flags_known = creator.child_tid == fork.child.tid;
  if (child.sets_up() || process.unit->seen_to_begin) draft_of(child).part(process.stage);
  if (!flags_known) return;
  creator.child_tid = 0;
  see_child(child, creator.child_flags, &fork.child_namespaces);
}

// As the model knows it. 0: it does not.
uint32_t Teller::Work::inode_of(const Person& person, ct_ns which) const {
  const TaskState* const task = state_->task(person.id);
  const Namespace* const ns = task ? state_->ns_of(*task, which) : nullptr;
  return ns ? ns->inode : 0;
}

// The flags that a process was made with are known.
void Teller::Work::see_child(Person& child, uint64_t flags, const NamespaceInodes* namespaces) {
  child.process->stage.clone_flags = flags;
  keep_stage(*child.process, child.set_up.get());
  if (flags & kIsolating) {
    step_out(child, flags);
    begin_set_up(child);
  }
  if (!child.sets_up()) return;
  NamespacesChanged changed{.made = true};
  for (const NamespaceType& type : namespace_types_from({CLONE_NEWUSER})) {
    if (!(flags & type.flag)) continue;
    const uint32_t inode = namespaces ? (*namespaces)[type.own] : inode_of(child, type.own);
    note_made(child, type.flag, inode);
    changed.namespaces.push_back({.type = type.flag, .inode = inode});
  }
  if (changed.namespaces.empty()) return;
  // Its maker made the call; what it changed is the child's.
  Step step{.phase = Phase::kNamespaces, .first = number_, .last = number_, .start_ns = time_ns_, .end_ns = time_ns_};
  step.facts = std::move(changed);
  step.selected = !options_.selects;
  add(child, std::move(step));
}

// What is known of a process changed; where it has made steps already, they know it, too.
void Teller::Work::keep_stage(const Process& process, SetUp* set_up) {
  for (Draft* draft : {set_up ? &set_up->draft : nullptr, &process.unit->draft})
    if (Draft::Part* const part = draft ? draft->find(process.leader) : nullptr) part->stage = process.stage;
}

void Teller::Work::on(const TaskExit& exit) {
  const TaskId id = id_of(exit.task);
  Person* const gone = person(id);
  if (!gone) return;
  const std::shared_ptr<Process> process = gone->process;
  const std::shared_ptr<SetUp> set_up = gone->sets_up() ? gone->set_up : nullptr;
  if (set_up && set_up->unit == process->unit) process->set_up = set_up;
  if (exit.last_of_process && !exit.code) ends_itself(*gone);
  people_.erase(id);
  const auto running = running_.find(id.tid);
  if (running != running_.end() && running->second == id) running_.erase(running);
  if (set_up) set_up->threads.erase(id);
  // The last thread may be one that was there before its process began a set-up.
  std::shared_ptr<SetUp> its = exit.last_of_process ? process->set_up.lock() : nullptr;
  if (!its || its->over) its = set_up;
  if (exit.last_of_process) process_ended(*process, its.get(), exit);
  for (const std::shared_ptr<SetUp>& each : {its, its == set_up ? nullptr : set_up})
    if (each && (each->threads.empty() || is_left_to_held(*each))) end_set_up(each);
  if (exit.last_of_process && process->unit->processes == 0) unit_ended(process->unit);
}

// Its own program, or the one that had started that. By ptrace it is not known who kills.
std::shared_ptr<Unit> Teller::Work::dismisser_of(const Process& process, const TaskExit& exit) {
  if (!WIFSIGNALED(static_cast<int>(exit.code))) return nullptr;
  const std::shared_ptr<Unit>& starter = process.unit->above;
  if (!exit.killed_by) return starter;
  const bool by_process = exit.killed_by->kind == Killer::Kind::kProcess;
  const Person* const killer = by_process ? person(exit.killed_by->pid) : nullptr;
  if (!killer || killer->process->leader == process.leader) return nullptr;
  const std::shared_ptr<Unit>& unit = killer->process->unit;
  return unit == process.unit || unit == starter ? unit : nullptr;
}

void Teller::Work::process_ended(Process& process, SetUp* set_up, const TaskExit& exit) {
  process.stage.end_ns = exit.time_ns;
  process.stage.exit_code = exit.code;
  process.stage.killed_by = exit.killed_by;
  --progress_.processes;
  --process.unit->processes;
  if (exit.code && (!set_up || set_up->unit != process.unit)) process.unit->failed = true;
  if (exit.code && process.tgid == process.unit->pid) process.unit->gave_up = exit.code;
  // A program that helps may fail, and the set-up go on. A worker is killed when its work is done.
  const bool dismissed = set_up && set_up->worker && WIFSIGNALED(static_cast<int>(exit.code));
  if (set_up) {
    set_up->end_ns = exit.time_ns;
    set_up->last = process.unit;
  }
  if (set_up && !process.cgroup.empty()) set_up->cgroup = process.cgroup;
  if (exit.code && set_up && !dismissed && (process.unit == set_up->unit || set_up->threads.empty())) {
    set_up->failed = exit.code;
    set_up->dismissed_by = dismisser_of(process, exit);
  }
  keep_stage(process, set_up);
  Draft::Part* const part = (set_up ? set_up->draft : process.unit->draft).find(process.leader);
  if (part && WIFEXITED(static_cast<int>(exit.code)) && exit.code) part->excused = process.excused;
  tell_server_end(process);
  tell_entry_end(process.stage);
  Known* const known = containers_.find(process.container);
  if (!known) return;
  --known->processes;
  const bool for_memory = exit.killed_by && exit.killed_by->kind == Killer::Kind::kOutOfMemory;
  if (for_memory && known->program != process.leader) {
    if (known->out_of_memory.size() < kMostForMemory)
      known->out_of_memory.push_back(process.stage);
    else
      ++known->out_of_memory_dropped;
  }
  if (known->program != process.leader) return;
  tell_end(*known, process.stage);
  for (const uint32_t number : containers_.of_program(process.leader))
    tell_end(*containers_.find(number), process.stage);
}

void Teller::Work::busy(const std::shared_ptr<Unit>& unit) {
  if (unit->busy || unit->told || unit->processes == 0) return;
  unit->busy = number_;
  auto& busy = busy_[unit->container];
  busy.emplace(number_, unit);
  if (busy.size() > kMostBusy) not_busy(std::shared_ptr<Unit>(busy.begin()->second));
}

void Teller::Work::not_busy(const std::shared_ptr<Unit>& unit) {
  const auto busy = busy_.find(unit->container);
  if (busy == busy_.end()) return;
  busy->second.erase({std::exchange(unit->busy, 0), unit});
  if (busy->second.empty()) busy_.erase(busy);
}

void Teller::Work::unit_ended(const std::shared_ptr<Unit>& unit) {
  not_busy(unit);
  const std::vector<std::shared_ptr<SetUp>> left = std::exchange(unit->set_ups, {});
  tell_itself(left);
  join_failed(left);
  for (const std::shared_ptr<SetUp>& each : left)
    if ((each->threads.empty() || each->held) && !each->over) end_with_unit(each);
  if (unit->container && !unit->seen_to_begin) return;
  tell_served(*unit);
  tell_hook(*unit);
  unit->end_ns = time_ns_;
  note_failed(unit);
  gone_.push_back(unit);
  if (gone_.size() > kMostGone) gone_.pop_front();
}

}  // namespace cttrace
