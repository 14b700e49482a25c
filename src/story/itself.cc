// Runtimes that execute no other program, and go on in what they have set up: gVisor's sandbox executes itself again
// there, virtual machines and WebAssembly run in the process that has made the container.
#include <sched.h>

#include <algorithm>
#include <iterator>

#include "story/naming.h"
#include "story/work.h"

namespace cttrace {
namespace {

constexpr uint32_t kMostSteps = 256;  // a state is kept at each: who takes more goes on already

// What a snapshot would say of it now, as far as the model knows.
void see(Snapshot& snapshot, const State& state, const TaskState& task) {
  for (size_t which = 0; which < CT_NS_COUNT; ++which)
    if (const Namespace* const ns = state.ns_of(task, static_cast<ct_ns>(which)); ns && ns->inode)
      snapshot.namespaces[which] = ns->inode;
  if (const Namespace* const users = state.ns_of(task, CT_NS_USER)) {
    if (users->uid_map.known()) snapshot.uid_map = users->uid_map.value;
    if (users->gid_map.known()) snapshot.gid_map = users->gid_map.value;
  }
  const Identity& identity = task.identity;
  if (identity.uids.known()) snapshot.euid = identity.uids.value[1];
  if (identity.gids.known()) snapshot.egid = identity.gids.value[1];
  if (identity.capabilities.known()) snapshot.cap_permitted = identity.capabilities.value.permitted;
  if (identity.no_new_privs.known()) snapshot.no_new_privs = identity.no_new_privs.value;
  if (identity.seccomp_mode.known()) snapshot.seccomp_mode = identity.seccomp_mode.value;
  if (identity.seccomp_filters.known()) snapshot.seccomp_filters = identity.seccomp_filters.value;
}

}  // namespace

// It has switched its root and executed itself in there: as far as it is seen to, that is what it was to come to. A
// daemon that shuts itself in does so, too; it is made for nobody.
void Teller::Work::goes_on_itself(const Person& person, const Snapshot& snapshot) {
  if (!person.sets_up()) return;
  SetUp& set_up = *person.set_up;
  const Process& process = *person.process;
  const bool settles = set_up.made.contains(CLONE_NEWNS) && set_up.switched_by == process.leader;
  const bool made_for_it = process.tgid != set_up.unit->pid || makes_container(set_up.unit->argv);
  if (!settles || !made_for_it || process.unit != set_up.unit) return;
  if (!set_up.itself) settling_.emplace_back(time_ns_, person.set_up);
  HeldBack& itself = set_up.itself.emplace();
  itself.process = person.process;
  itself.unit = process.unit;
  itself.snapshot = snapshot;
  if (person.exec) itself.exec = PendingExec{.path = person.exec->path, .argv = person.exec->argv};
  itself.state = std::make_shared<State>(*state_);
  itself.number = number_;
}

// It goes on where its last step was that makes no process.
void Teller::Work::keep_itself(const Person& person, const Step& step) {
  std::optional<HeldBack>& itself = person.set_up->itself;
  if (!itself || itself->process != person.process || person.set_up->steps_itself >= kMostSteps) return;
  ++person.set_up->steps_itself;
  itself->snapshot.time_ns = std::max(itself->snapshot.time_ns, step.end_ns);
  itself->state = std::make_shared<State>(*state_);
  itself->number = number_;
}

// The first process of a pid namespace, in a root of its own, that has done its work when it ends.
void Teller::Work::ends_itself(const Person& person) {
  if (!person.sets_up()) return;
  SetUp& set_up = *person.set_up;
  const Process& process = *person.process;
  const bool isolated = set_up.made.contains(CLONE_NEWNS) && set_up.made.contains(CLONE_NEWPID) &&
                        set_up.roots.count() && process.stage.pids.size() > 1 && process.stage.pids.back() == 1;
  const bool seen = set_up.itself || set_up.held || set_up.helped || set_up.hosts;
  const TaskState* const task = state_->task(person.id);
  const Draft::Part* const part = set_up.draft.find(process.leader);
  if (!isolated || seen || !task || !part || part->steps.empty()) return;
  if (process.unit != set_up.unit || !makes_container(set_up.unit->argv)) return;
  HeldBack& itself = set_up.itself.emplace();
  itself.process = person.process;
  itself.unit = process.unit;
  itself.snapshot.task = {.tid = process.leader.tid, .tgid = process.tgid, .start_ns = process.leader.start_ns};
  itself.snapshot.time_ns = part->steps.back().end_ns;
  itself.snapshot.pids = process.stage.pids;
  itself.snapshot.cgroup = process.cgroup.empty() ? set_up.unit->origin.cgroup : process.cgroup;
  see(itself.snapshot, *state_, *task);
  itself.state = std::make_shared<State>(*state_);
  itself.number = number_;
  settling_.emplace_back(time_ns_, person.set_up);
}

// Who is told to create a container sets it up further once it is told to start it.
bool Teller::Work::waits_to_be_started(const Unit& unit) const {
  if (!has_word(unit.argv, "create")) return false;
  const std::string called = named_by({unit.argv, {}, {}, {}}).called;
  const auto starts_it = [&](const std::shared_ptr<Unit>& each) {
    return each->file.same_as(unit.file) && has_word(each->argv, "start") && has_word(each->argv, called) &&
           time_ns_ >= each->start_ns + kPatience_ns;
  };
  const auto busy = busy_.find(unit.container);
  return std::ranges::none_of(gone_, starts_it) &&
         (busy == busy_.end() ||
          std::ranges::none_of(busy->second, [&](const auto& each) { return starts_it(each.second); }));
}

// All that its processes set up has come to that: nobody has taken a step for long. What ended with an error may have
// failed: how the runtime ends tells.
bool Teller::Work::has_settled(const Unit& unit) const {
  const auto has = [&](const std::shared_ptr<SetUp>& each) {
    if (each->over) return true;
    if (!each->itself) return each->threads.empty();
    return !each->held && !each->itself->process->stage.exit_code &&
           time_ns_ >= each->itself->snapshot.time_ns + kPatience_ns;
  };
  return std::ranges::all_of(unit.set_ups, has) && !waits_to_be_started(unit);
}

// The runtime says so when that has ended, or has killed it. With an error it ends as well when it passes on how its
// container ended.
bool Teller::Work::has_given_up(const Unit& unit, const SetUp& set_up) const {
  if (!unit.gave_up) return false;
  const Stage& program = set_up.itself->process->stage;
  const MaybeKiller& killer = program.killed_by;
  if (killer && killer->kind == Killer::Kind::kProcess && killer->pid == unit.pid) return true;
  return std::ranges::any_of(unit.draft.parts(), [&](const Draft::Part& part) {
    return part.stage.task.tid == unit.pid && !part.stage.said.since(program.end_ns).empty();
  });
}

// Of a runtime's set-ups the latest is what all was made for; the others help it.
void Teller::Work::tell_itself(const std::vector<std::shared_ptr<SetUp>>& all) {
  std::vector<std::shared_ptr<SetUp>> its;
  std::ranges::copy_if(all, std::back_inserter(its), [](const std::shared_ptr<SetUp>& each) {
    return each->itself && !each->over && !each->held && !each->hosts;
  });
  if (its.empty()) return;
  const std::shared_ptr<Unit> unit = its[0]->unit;
  const auto latest = std::ranges::max_element(its, {}, [](const auto& each) { return each->begun_ns; });
  if (unit->handed_over || has_given_up(*unit, **latest)) {
    for (const auto& each : its) each->itself.reset();
    return;
  }
  for (const auto& each : its)
    if (each != *latest) drop_set_up(each);
  HeldBack& held = (*latest)->held.emplace(*(*latest)->itself);
  const EventNumber last = held.number;
  const TaskState* const task = held.state->task(held.process->leader);
  if (task && !task->ended_ns) see(held.snapshot, *held.state, *task);
  PendingExec exec = held.exec.value_or(PendingExec());
  exec.step = {.first = last, .start_ns = held.snapshot.time_ns};
  exec.step.selected = !options_.selects;
  held.exec = std::move(exec);
  tell_held_back(*latest);
  // What its runtime did to it since then.
  for (const std::shared_ptr<Unit>& each : gone_)
    if (each->first > last) tell_served(*each);
}

void Teller::Work::tell_settled() {
  for (size_t left = settling_.size(); left > 0; --left) {
    const auto [since_ns, waiting] = settling_.front();
    if (time_ns_ < since_ns + kPatience_ns) return;
    settling_.pop_front();
    const std::shared_ptr<SetUp> next = waiting.lock();
    if (!next || next->over || !next->itself) continue;
    if (has_settled(*next->unit))
      tell_itself(std::vector(next->unit->set_ups));
    else
      settling_.emplace_back(time_ns_, next);
  }
}

}  // namespace cttrace
