// Threads, processes and set-ups come and go.
#include <sched.h>
#include <sys/wait.h>

#include <algorithm>

#include "story/call.h"
#include "story/naming.h"
#include "story/work.h"

namespace cttrace {
namespace {

constexpr size_t kMostGone = 256;
constexpr size_t kMostBusy = 4096;  // each is looked at for every container
constexpr size_t kMostMade = 4096;
constexpr size_t kMostMoved = 64;  // who made whom may be a circle in what a recording says

struct Isolation {
  uint64_t flag;
  ct_ns which;
};
constexpr Isolation kIsolations[] = {
    {CLONE_NEWUSER, CT_NS_USER}, {CLONE_NEWNS, CT_NS_MNT},  {CLONE_NEWPID, CT_NS_PID},      {CLONE_NEWNET, CT_NS_NET},
    {CLONE_NEWUTS, CT_NS_UTS},   {CLONE_NEWIPC, CT_NS_IPC}, {CLONE_NEWCGROUP, CT_NS_CGROUP}};

}  // namespace

std::string Unit::name() const { return last_part(file.path); }
std::string Unit::version() const { return file.version.empty() ? version_in(file.path) : file.version; }

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
  keep_stage(child);
  if (flags & kIsolating) {
    step_out(child);
    begin_set_up(child);
  }
  if (!child.sets_up()) return;
  NamespacesChanged changed{.made = true};
  for (const auto& [flag, which] : kIsolations) {
    if (!(flags & flag)) continue;
    const auto type = static_cast<uint32_t>(flag);
    const uint32_t inode = namespaces ? (*namespaces)[which] : inode_of(child, which);
    note_made(child.set_up, type, inode);
    changed.namespaces.push_back({.type = type, .inode = inode});
  }
  if (changed.namespaces.empty()) return;
  // Its maker made the call; what it changed is the child's.
  Step step{.phase = Phase::kNamespaces, .first = number_, .last = number_, .start_ns = time_ns_, .end_ns = time_ns_};
  step.facts = std::move(changed);
  step.selected = !options_.selects;
  add(child, std::move(step));
}

// What is known of a process changed; where it has made steps already, they know it, too.
void Teller::Work::keep_stage(Person& person) {
  if (Draft::Part* const part = draft_of(person).find(person.process->leader)) part->stage = person.process->stage;
}

SetUp& Teller::Work::begin_set_up(Person& person) {
  if (person.sets_up()) return *person.set_up;
  auto made = std::make_shared<SetUp>();
  made->unit = person.process->unit;
  made->begun_by = person.process->leader;
  made->begun_ns = time_ns_;
  made->threads = {person.id};
  ++made->unit->set_ups_begun;
  made->unit->set_ups.push_back(made);
  person.set_up = made;
  ++progress_.going_on;
  return *made;
}

// Directly, or by those that it has made.
bool Teller::Work::has_made(const Process& maker, const Process& process) const {
  TaskId at = process.made_by;
  for (size_t i = 0; i < kMostMoved; ++i) {
    if (at == maker.leader) return true;
    const auto above = people_.find(at);
    if (above == people_.end()) return false;
    at = above->second.process->made_by;
  }
  return false;
}

// Who makes namespaces of its own in a set-up of which a program was held back: that program, or what it has started;
// or another one, while it runs. In a pid namespace of its own it is what that is for: who has a hook executed waits
// for it.
void Teller::Work::step_out(Person& person) {
  const std::shared_ptr<SetUp> set_up = person.sets_up() ? person.set_up : nullptr;
  if (!set_up) return;
  const auto leave = [&] {
    set_up->threads.erase(person.id);
    person.set_up.reset();
  };
  // A runtime works in what another one has made to work in.
  const Unit& unit = *person.process->unit;
  const bool is_runtime = person.process->unit != set_up->unit && (set_up->worker || makes_container(unit.argv));
  if (is_runtime && !set_up->made.contains(CLONE_NEWPID)) {
    set_up->hosts = true;
    return leave();
  }
  if (!set_up->held) return;
  const HeldBack& held = *set_up->held;
  const bool own_pids = set_up->unit->origin.namespaces[CT_NS_PID] != held.snapshot.namespaces[CT_NS_PID];
  const bool inside = is_of(*person.process->unit, *held.unit);
  const bool beside = own_pids && !held.process->stage.end_ns && !has_made(*person.process, *held.process);
  if (!inside && !beside) return;
  if (own_pids) return tell_held_back(set_up);
  set_up->hosts = set_up->hosts || person.process->unit == held.unit;
  leave();
}

void Teller::Work::note_made(const std::shared_ptr<SetUp>& set_up, uint32_t type, uint32_t inode) {
  set_up->made[type] = inode;
  if (!inode) return;
  if (made_in_.size() >= kMostMade) std::erase_if(made_in_, [](const auto& each) { return each.second.expired(); });
  if (made_in_.size() >= kMostMade) made_in_.erase(made_in_.begin());
  made_in_[{type, inode}] = set_up;
}

// The set-up that goes on of which a namespace is. nullptr: of none.
std::shared_ptr<SetUp> Teller::Work::making_of(uint32_t type, uint32_t inode) const {
  const auto found = made_in_.find({type, inode});
  const std::shared_ptr<SetUp> making = found == made_in_.end() ? nullptr : found->second.lock();
  return making && !making->over ? making : nullptr;
}

// It went into other namespaces, and is back. Of those that it has made: what it has executed there is what they were
// for; or those go on whom it left there; or nobody is in them, and it may come again.
void Teller::Work::come_home(Person& person) {
  const std::shared_ptr<SetUp> left = person.set_up;
  const bool alone = left->threads.size() <= 1, made = !left->made.empty();
  if (made && left->held) return tell_held_back(left);
  if (made ? alone : !alone || left->roots.count()) return;
  person.set_up.reset();
  left->threads.erase(person.id);
  if (alone && !left->over) drop_set_up(left);
}

// pivot_root moves everybody who stood on the old root: who has executed a program to call it goes on with the new one.
void Teller::Work::begin_set_up_of_moved(Person& caller) {
  if (caller.sets_up()) return;
  const Place* const root = root_of(caller);
  const auto is_moved = [&](const Person& other) {
    const Place* const its = root_of(other);
    return other.process->container == caller.process->container && root && its && root->mount.tree &&
           its->mount == root->mount && its->path == root->path;
  };
  std::vector<Person*> moved = {&caller};
  for (Person* above = person(caller.process->made_by); above && is_moved(*above) && moved.size() < kMostMoved;
       above = person(above->process->made_by))
    moved.push_back(above);
  const std::shared_ptr<SetUp> set_up = (begin_set_up(*moved.back()), moved.back()->set_up);
  for (Person* const each : moved) {
    if (each->sets_up()) continue;
    each->set_up = set_up;
    set_up->threads.insert(each->id);
  }
}

const Place* Teller::Work::root_of(const Person& person) const {
  const TaskState* const task = state_->task(person.process->leader);
  const FsStruct* const fs = task ? state_->fs_of(*task) : nullptr;
  return fs ? &fs->root : nullptr;
}

// Nobody is in it any more.
void Teller::Work::end_set_up(const std::shared_ptr<SetUp>& set_up) {
  if (set_up->over) return;
  if (set_up->hosts) return drop_set_up(set_up);
  if (set_up->was_for_helper()) set_up->held = std::exchange(set_up->helped, {});
  if (set_up->held) return tell_held_back(set_up);
  Unit& unit = *set_up->unit;
  const bool isolated = set_up->made.contains(CLONE_NEWNS) || set_up->made.contains(CLONE_NEWPID) ||
                        set_up->roots.count() || set_up->joined.contains(CLONE_NEWNS);
  if (!isolated) return drop_set_up(set_up);
  if (unit.seen_to_begin && (set_up->failed || unit.failed || unit.processes > 0)) {
    // When its runtime has ended, or has gone on with other things, it is known more. If that fails, it is for the
    // latest.
    if (set_up->failed) return failed_.push_back(set_up);
    return drop_helpers_of(*set_up);
  }
  if (set_up->failed) return tell_unfinished(set_up, Ending::kFailed);
  drop_set_up(set_up);
}

// Nobody is in it any more but the program that was held back, and what that has made: nobody can go on.
bool Teller::Work::is_left_to_held(const SetUp& set_up) const {
  return set_up.held && std::ranges::all_of(set_up.threads, [&](TaskId id) {
           const auto left = people_.find(id);
           return left == people_.end() || is_of(*left->second.process->unit, *set_up.held->unit);
         });
}

// Who has done something for a container, executed nothing and ended well has helped with it.
void Teller::Work::drop_helpers_of(const SetUp& latest) {
  for (const std::shared_ptr<SetUp>& each : std::vector(latest.unit->set_ups))
    if (each.get() != &latest && each->threads.empty() && !each->failed && !each->held) drop_set_up(each);
}

// Of a process that looked around or confined itself. What it did may belong to a container.
void Teller::Work::drop_set_up(const std::shared_ptr<SetUp>& set_up) {
  set_up->over = true;
  --progress_.going_on;
  --set_up->unit->set_ups_begun;
  std::erase(set_up->unit->set_ups, set_up);
  if (set_up->unit->processes > 0) busy(set_up->unit);
  for (Draft::Part& part : set_up->draft.take_parts()) set_up->unit->draft.add(std::move(part));
}

void Teller::Work::on(const TaskExit& exit) {
  const TaskId id = id_of(exit.task);
  Person* const gone = person(id);
  if (!gone) return;
  const std::shared_ptr<Process> process = gone->process;
  const std::shared_ptr<SetUp> set_up = gone->sets_up() ? gone->set_up : nullptr;
  people_.erase(id);
  const auto running = running_.find(id.tid);
  if (running != running_.end() && running->second == id) running_.erase(running);
  if (set_up) set_up->threads.erase(id);
  if (exit.last_of_process) process_ended(*process, set_up.get(), exit);
  if (set_up && (set_up->threads.empty() || is_left_to_held(*set_up))) end_set_up(set_up);
  if (exit.last_of_process && process->unit->processes == 0) unit_ended(process->unit);
}

void Teller::Work::process_ended(Process& process, SetUp* set_up, const TaskExit& exit) {
  process.stage.end_ns = exit.time_ns;
  process.stage.exit_code = exit.code;
  --progress_.processes;
  --process.unit->processes;
  if (exit.code && (!set_up || set_up->unit != process.unit)) process.unit->failed = true;
  // A program that helps may fail, and the set-up go on. A worker is killed when its work is done.
  const bool dismissed = set_up && set_up->worker && WIFSIGNALED(static_cast<int>(exit.code));
  if (set_up) set_up->end_ns = exit.time_ns;
  if (set_up && !process.cgroup.empty()) set_up->cgroup = process.cgroup;
  if (exit.code && set_up && !dismissed && (process.unit == set_up->unit || set_up->threads.empty()))
    set_up->failed = exit.code;
  for (Draft* draft : {set_up ? &set_up->draft : nullptr, &process.unit->draft})
    if (Draft::Part* const part = draft ? draft->find(process.leader) : nullptr) part->stage = process.stage;
  Known* const known = containers_.find(process.container);
  if (!known) return;
  --known->processes;
  if (known->program != process.leader) return;
  tell_end(*known, exit.time_ns, exit.code);
  for (const uint32_t number : containers_.of_program(process.leader))
    tell_end(*containers_.find(number), exit.time_ns, exit.code);
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
  for (const std::shared_ptr<SetUp>& each : std::exchange(unit->set_ups, {}))
    if ((each->threads.empty() || each->held) && !each->over) end_with_unit(each);
  if (unit->container && !unit->seen_to_begin) return;
  tell_served(*unit);
  gone_.push_back(unit);
  if (gone_.size() > kMostGone) gone_.pop_front();
}

}  // namespace cttrace
