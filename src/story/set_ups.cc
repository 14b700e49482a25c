// Set-ups begin and end.
#include <sched.h>

#include <algorithm>
#include <utility>

#include "story/confined.h"
#include "story/gathering.h"
#include "story/naming.h"
#include "story/work.h"

namespace cttrace {
namespace {

constexpr uint32_t kFailure = 1 << 8;  // exit(1), as wait(2) reports it
constexpr size_t kMostMade = 4096;
constexpr size_t kMostMoved = 64;  // who made whom may be a circle in what a recording says

}  // namespace

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
  // What a process did that was made for this; of the runtime itself it may be for several.
  if (person.process->tgid != made->unit->pid)
    if (std::optional<Draft::Part> before = made->unit->draft.take_part(made->begun_by)) {
      before->quiet_calls += std::erase_if(before->steps, is_how_to_die);
      made->draft.add(std::move(*before));
    }
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

void Teller::Work::note_made(const Person& maker, uint32_t type, uint32_t inode) {
  const std::shared_ptr<SetUp>& set_up = maker.set_up;
  if (type == CLONE_NEWNS) set_up->joined.erase(type);  // nobody is in that any more
  set_up->made[type] = inode;
  set_up->makers[type] = maker.process->leader;
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

// A hook's failure ends the set-up of who is told to make a container, or to execute something else: who had it
// executed, and waited, fails as well. A status that is passed on is a program's; 1 is everybody's.
bool Teller::Work::may_have_failed(const SetUp& set_up) const {
  const Process& hook = *set_up.held->process;
  const uint32_t code = hook.stage.exit_code;
  const std::vector<std::string>& argv = set_up.unit->argv;
  if (!hook.stage.end_ns || !code) return false;
  if (!makes_container(argv) && !commands_another(argv, set_up.held->unit->argv)) return false;
  return std::ranges::any_of(set_up.draft.parts(), [&](const Draft::Part& part) {
    const Stage& stage = part.stage;
    const bool fails = stage.task == hook.made_by && stage.end_ns >= hook.stage.end_ns && stage.exit_code;
    return fails && (stage.exit_code != code || code == kFailure);
  });
}

// Where its maker works, as rootless podman does: in other mounts, with the pids and in the root that it came from. In
// there who was told to make a container has only helpers; what anybody else has executed has helped if that ended
// well, and its maker went on.
bool Teller::Work::has_helped(const SetUp& set_up) const {
  const HeldBack& held = *set_up.held;
  const Stage& helper = held.process->stage;
  const Unit& unit = *set_up.unit;
  const bool own_pids = unit.origin.namespaces[CT_NS_PID] != held.snapshot.namespaces[CT_NS_PID];
  if (own_pids || set_up.roots.count()) return false;
  const bool makes = makes_container(unit.argv);
  if (makes && set_up.worker) return true;
  if (!helper.end_ns || helper.exit_code) return false;
  const bool works = held.maker_works && (set_up.worker || set_up.made.empty());
  return std::ranges::any_of(set_up.draft.parts(), [&](const Draft::Part& part) {
    const Stage& maker = part.stage;
    if (maker.task != held.process->made_by || (maker.end_ns && maker.end_ns < helper.end_ns)) return false;
    return works || (makes && maker.exit_code);
  });
}

void Teller::Work::wait_for_runtime(const std::shared_ptr<SetUp>& set_up) {
  if (set_up->unit->processes == 0) return end_with_unit(set_up);
  failed_.emplace_back(time_ns_, set_up);
}

// Nobody is in it any more.
void Teller::Work::end_set_up(const std::shared_ptr<SetUp>& set_up) {
  if (set_up->over) return;
  if (set_up->hosts || set_up->asks) return drop_set_up(set_up);
  if (set_up->was_for_helper()) set_up->held = std::exchange(set_up->helped, {});
  Unit& unit = *set_up->unit;
  if (set_up->itself && !set_up->held) return;  // how its runtime ends tells
  if (set_up->held && !may_have_failed(*set_up) && !has_helped(*set_up)) return tell_held_back(set_up);
  // What its runtime makes of it tells.
  if (set_up->held) return wait_for_runtime(set_up);
  // Who has joined others, and ended well, has helped with what is theirs.
  if (set_up->made.empty() && !set_up->roots.count() && !set_up->failed && !unit.failed) return drop_set_up(set_up);
  if (is_for_nobody(*set_up)) return drop_set_up(set_up);
  const bool isolated = set_up->made.contains(CLONE_NEWNS) || set_up->made.contains(CLONE_NEWPID) ||
                        set_up->roots.count() || set_up->joined.contains(CLONE_NEWNS);
  if (!isolated) return drop_set_up(set_up);
  if (unit.seen_to_begin && (set_up->failed || unit.failed || unit.processes > 0)) {
    // When its runtime has ended, or has gone on with other things, it is known more. If that fails, it is for the
    // latest.
    if (!set_up->failed) drop_helpers_of(*set_up);
    if (set_up->failed || unit.processes == 0) return wait_for_runtime(set_up);
    return;
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

// Who has done something for a container, executed nothing and ended well has helped with it. So has who was asked for
// help, and killed as it had none to give.
void Teller::Work::drop_helpers_of(const SetUp& latest) {
  for (const std::shared_ptr<SetUp>& each : std::vector(latest.unit->set_ups)) {
    const bool failed = each->failed && each->unit == latest.unit;
    if (each.get() != &latest && each->threads.empty() && !failed && !each->held) drop_set_up(each);
  }
}

// Killed by the program that had started it, before it did more than to make namespaces. Where that one sets something
// up now, what comes of it tells.
bool Teller::Work::is_left_to_starter(const std::shared_ptr<SetUp>& set_up) {
  const std::shared_ptr<Unit> starter = set_up->dismissed_by;
  if (!starter || starter == set_up->unit || starter->processes == 0 || makes_container(set_up->unit->argv))
    return false;
  if (!has_only_made_namespaces(*set_up)) return false;
  std::erase(set_up->unit->set_ups, set_up);
  std::erase(starter->set_ups, set_up);
  const auto is_its = [&](const std::shared_ptr<SetUp>& each) { return each->unit == starter; };
  const bool sets_up = std::ranges::any_of(starter->set_ups, is_its);
  if (!sets_up && time_ns_ >= set_up->end_ns + kPatience_ns) return false;
  starter->set_ups.push_back(set_up);
  if (!sets_up) failed_.emplace_back(time_ns_, set_up);
  return true;
}

// Of a process that looked around or confined itself. What it did may belong to a container. Where its runtime has
// executed another program, it is that one's.
void Teller::Work::drop_set_up(const std::shared_ptr<SetUp>& set_up) {
  set_up->over = true;
  --progress_.going_on;
  --set_up->unit->set_ups_begun;
  std::erase(set_up->unit->set_ups, set_up);
  if (set_up->dismissed_by) std::erase(set_up->dismissed_by->set_ups, set_up);
  const std::shared_ptr<Unit>& heir = set_up->unit->processes > 0 || !set_up->last ? set_up->unit : set_up->last;
  busy(heir);
  for (Draft::Part& part : set_up->draft.take_parts()) heir->draft.add(std::move(part));
}

}  // namespace cttrace
