// Programs begin: which of them is what a container was made for.
#include <sched.h>

#include <algorithm>

#include "story/call.h"
#include "story/work.h"

namespace cttrace {
namespace {

bool differs(const std::optional<File>& one, const std::optional<File>& other) {
  if (!one || !other) return false;
  return one->inode != other->inode || one->dev_major != other->dev_major || one->dev_minor != other->dev_minor;
}

bool differs(const NamespaceInodes& one, const NamespaceInodes& other, ct_ns which) {
  return one[which] && other[which] && one[which] != other[which];
}

// The words at the end of a command line are the command that it is about.
bool ends_with(const std::vector<std::string>& words, const std::vector<std::string>& end) {
  return !end.empty() && words.size() > end.size() && std::equal(end.rbegin(), end.rend(), words.rbegin());
}

}  // namespace

void Teller::Work::on(const Snapshot& snapshot) {
  Task before = snapshot.task;
  before.tid = snapshot.old_tid ? snapshot.old_tid : snapshot.task.tid;
  Person* known = snapshot.at_start ? nullptr : person(before.tid);
  if (!known) known = &meet(snapshot.task);
  if (before.tid != snapshot.task.tid) {
    // A thread that was not the leader takes its number: it lives on as the leader.
    Person moved = *known;
    people_[id_of(snapshot.task)] = std::move(moved);
    running_[snapshot.task.tid] = id_of(snapshot.task);
    known = person(id_of(snapshot.task));
  }
  if (!snapshot.pids.empty()) known->process->stage.pids = snapshot.pids;
  if (!snapshot.at_start) return executed(*known, snapshot);
  Unit& unit = *known->process->unit;
  if (unit.origin.known) return;  // another thread
  unit.origin = {.known = true, .namespaces = snapshot.namespaces, .root = snapshot.root, .cgroup = snapshot.cgroup};
  if (!snapshot.exe) return;
  unit.file = {snapshot.exe->dev_major, snapshot.exe->dev_minor, snapshot.exe->inode, snapshot.exe->path};
  known->process->stage.program = unit.name();
}

bool Teller::Work::is_itself(const Person& person, const Snapshot& snapshot) const {
  const Unit& unit = *person.process->unit;
  if (!snapshot.exe || !person.exec) return false;
  const File& file = *snapshot.exe;
  constexpr std::string_view kMemory = "/memfd:";
  if (file.internal && file.path.starts_with(kMemory))
    return unit.memory_files.contains(file.path.substr(kMemory.size()));
  if (!unit.file.same_as(file)) return false;
  if (person.exec->by_descriptor) return true;
  // Programs of many names in one file (busybox) tell themselves apart by it.
  const std::string now = person.exec->argv.empty() ? std::string() : last_part(person.exec->argv[0]);
  const std::string then = unit.argv.empty() ? unit.name() : last_part(unit.argv[0]);
  return now == then;
}

std::shared_ptr<Unit> Teller::Work::new_unit(Person& person, const Snapshot& snapshot) {
  const std::shared_ptr<Unit> before = person.process->unit;
  auto unit = std::make_shared<Unit>();
  unit->above = before;
  unit->pid = snapshot.task.tgid;
  unit->seen_to_begin = true;
  unit->container = person.process->container;
  unit->origin = {.known = true, .namespaces = snapshot.namespaces, .root = snapshot.root, .cgroup = snapshot.cgroup};
  if (snapshot.exe)
    unit->file = {snapshot.exe->dev_major, snapshot.exe->dev_minor, snapshot.exe->inode, snapshot.exe->path};
  if (person.exec) {
    unit->argv = person.exec->argv;
    unit->first = person.exec->step.first;
    unit->start_ns = person.exec->step.start_ns;
  }
  --before->processes;
  unit->processes = 1;
  person.process->unit = unit;
  person.process->stage.program = unit->name();
  return unit;
}

void Teller::Work::executed(Person& person, const Snapshot& snapshot) {
  const bool itself = is_itself(person, snapshot);
  if (!itself && person.set_up && !person.set_up->handed_over && is_hand_over(person, snapshot)) {
    Running* const container = container_of(*person.set_up, snapshot);
    const bool made = person.set_up->made.contains(CLONE_NEWNS) || person.set_up->made.contains(CLONE_NEWPID);
    const bool joined = person.set_up->joined.contains(CLONE_NEWNS) || person.set_up->joined.contains(CLONE_NEWPID);
    if (!made && joined)
      enter(person, snapshot, container);
    else
      hand_over(person, snapshot);
    person.exec.reset();
    return;
  }
  Step step;
  if (person.exec)
    step = person.exec->step;
  else
    step.first = step.start_ns = snapshot.time_ns, step.first = number_;
  step.last = number_;
  step.end_ns = std::max(step.end_ns, snapshot.time_ns);
  auto* run = std::get_if<ProgramRun>(&step.facts);
  if (run) run->itself = itself;
  step.phase = Phase::kCreate;
  step.epoch = static_cast<uint32_t>(person.set_up ? person.set_up->roots.count() : 0);
  if (!itself) {
    if (person.set_up && person.set_up->handed_over) {
      --person.set_up->threads;
      person.set_up.reset();
    }
    new_unit(person, snapshot);
    Unit& unit = *person.process->unit;
    unit.draft.begin(step.first, step.start_ns);
  }
  draft_of(person).add(person.process->stage, std::move(step));
  person.exec.reset();
}

// Whether this program is what everything before was for: it is executed where the set-up led to.
bool Teller::Work::is_hand_over(const Person& person, const Snapshot& snapshot) const {
  const Origin& origin = person.set_up->unit->origin;
  const NamespaceInodes& now = snapshot.namespaces;
  const bool isolated = differs(origin.namespaces, now, CT_NS_MNT) || differs(origin.namespaces, now, CT_NS_PID) ||
                        differs(origin.namespaces, now, CT_NS_PID_FOR_CHILDREN) || differs(origin.root, snapshot.root);
  if (!isolated) return false;
  if (person.exec && ends_with(person.set_up->unit->argv, person.exec->argv)) return true;
  const bool first = snapshot.pids.size() > 1 && snapshot.pids.back() == 1;
  const bool own_pids = differs(origin.namespaces, now, CT_NS_PID);
  if (own_pids && first) return true;
  // A child of one that goes on with the set-up is its helper.
  for (const auto& [id, other] : people_) {
    if (id != person.process->made_by || other.set_up != person.set_up) continue;
    return differs(origin.root, snapshot.root) || other.process == nullptr;
  }
  return true;
}

Running* Teller::Work::container_of(const SetUp& set_up, const Snapshot& snapshot) {
  for (auto& [number, running] : containers_) {
    for (const auto& [type, which] : {std::pair{CLONE_NEWNS, CT_NS_MNT}, {CLONE_NEWPID, CT_NS_PID}})
      if (set_up.joined.contains(type) && running.namespaces[which] == snapshot.namespaces[which]) return &running;
  }
  return nullptr;
}

}  // namespace cttrace
