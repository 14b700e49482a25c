// Set-ups that somebody leaves who lives on: into namespaces of its own, to a place that is only there to work in, or
// back home.
#include <sched.h>

#include <algorithm>

#include "story/naming.h"
#include "story/work.h"

namespace cttrace {

// Another one makes a container in there at the same time, which has such a namespace already.
bool Teller::Work::is_made_beside(const SetUp& set_up, const Process& process, uint64_t types) const {
  return std::ranges::any_of(set_up.makers, [&](const auto& each) {
    const auto maker = types & each.first & kIsolating ? people_.find(each.second) : people_.end();
    if (maker == people_.end() || maker->second.set_up.get() != &set_up) return false;
    const Process& other = *maker->second.process;
    const bool same = other.unit == process.unit && other.leader != process.leader;
    return same && !has_made(other, process) && !has_made(process, other);
  });
}

// Who makes namespaces of its own in a set-up of which a program was held back: that program, or what it has started;
// or another one, while it runs. In a pid namespace of its own it is what that is for: who has a hook executed waits
// for it.
void Teller::Work::step_out(Person& person, uint64_t types) {
  const std::shared_ptr<SetUp> set_up = person.sets_up() ? person.set_up : nullptr;
  if (!set_up) return;
  const auto leave = [&] {
    set_up->threads.erase(person.id);
    person.set_up.reset();
    if (set_up->threads.empty()) end_set_up(set_up);
  };
  if (is_made_beside(*set_up, *person.process, types)) {
    leave();
    begin_set_up(person).worker = set_up->worker;
    return;
  }
  // A runtime works in what another one has made to work in.
  const Unit& unit = *person.process->unit;
  const bool is_runtime = person.process->unit != set_up->unit && (set_up->worker || makes_container(unit.argv));
  if (is_runtime && !set_up->made.contains(CLONE_NEWPID)) return leave_to_runtimes(set_up);
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

// It was made to work in: what others than its maker do in there is their own.
void Teller::Work::leave_to_runtimes(const std::shared_ptr<SetUp>& host) {
  host->hosts = true;
  for (auto& [id, person] : people_) {
    const Process& process = *person.process;
    if (person.set_up != host || process.unit == host->unit) continue;
    host->threads.erase(id);
    person.set_up.reset();
    if (std::optional<Draft::Part> done = host->draft.take_part(process.leader)) {
      process.unit->draft.add(std::move(*done));
      busy(process.unit);
    }
  }
  if (host->threads.empty()) end_set_up(host);
}

// Namespace by namespace: it has not arrived with the first.
bool Teller::Work::goes_home(const Process& process, const Step& step) const {
  const auto* const changed = std::get_if<NamespacesChanged>(&step.facts);
  if (!changed || changed->made || changed->namespaces.empty()) return false;
  const NamespaceInodes& home = process.unit->origin.namespaces;
  return std::ranges::all_of(changed->namespaces, [&](const NamespacesChanged::One& each) {
    return each.inode && std::ranges::find(home, each.inode) != home.end();
  });
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

// Everybody in it is back where the program began that was told to make a container, which is another set-up: it went
// where it could do something for that without anybody seeing.
void Teller::Work::drop_visits_beside(const SetUp& latest) {
  const Unit& unit = *latest.unit;
  if (!makes_container(unit.argv)) return;
  const auto is_home = [&](TaskId id) {
    const auto found = people_.find(id);
    if (found == people_.end()) return false;
    const Person& person = found->second;
    const auto same = [&](ct_ns which) { return inode_of(person, which) == unit.origin.namespaces[which]; };
    return person.process->unit == latest.unit && same(CT_NS_MNT) && same(CT_NS_PID_FOR_CHILDREN) && same(CT_NS_USER);
  };
  for (const std::shared_ptr<SetUp>& each : std::vector(unit.set_ups)) {
    const bool may_go_on = each->held || each->itself || each->roots.count() || each->threads.empty();
    if (each.get() != &latest && !may_go_on && std::ranges::all_of(each->threads, is_home)) drop_set_up(each);
  }
}
}  // namespace cttrace
