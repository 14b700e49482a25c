// Set-ups that end without a hand-over, and containers that end.
#include <sched.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/paths.h"
#include "story/call.h"
#include "story/confined.h"
#include "story/naming.h"
#include "story/work.h"

namespace cttrace {
namespace {

// What was looked for comes long before a container where layers are copied meanwhile.
constexpr uint64_t kPatienceWithLooks_ns = 10 * kPatience_ns;

// What was to become the root: the starter's, with all below, was bound there; or it was bound on itself, to be a mount
// that can. What is below it, and then treated so, is there to be read only, or not to be.
bool guess_root(SetUp& set_up) {
  if (set_up.roots.count()) return false;
  std::string root, whole;
  for (const Draft::Part& part : set_up.draft.parts()) {
    for (const Step& step : part.steps) {
      const auto* done = std::get_if<MountDone>(&step.facts);
      if (!done || step.error || done->how != MountDone::How::kBind || !done->recursive) continue;
      const std::string& path = done->mounts[0].target.path;
      if (done->mounts[0].source == "/" && path != "/") whole = path;
      if (done->mounts[0].source == path && (root.empty() || !is_below(path, root))) root = path;
    }
  }
  if (!whole.empty() && (root.empty() || is_below(root, whole))) root = whole;
  if (root.size() > 1) set_up.roots.became(root);
  return root.size() > 1;
}

// The command at the end of its runtime's command line, where that could not be executed: its words are not the
// runtime's.
std::vector<std::string> wanted_program(const SetUp& set_up) {
  for (const Draft::Part& part : set_up.draft.parts())
    for (const Step& step : part.steps) {
      const auto* const run = std::get_if<ProgramRun>(&step.facts);
      if (!run || !step.error || own_words(set_up.unit->argv, run->argv) == set_up.unit->argv) continue;
      return run->argv;
    }
  return {};
}

// Who has started it sets something up.
bool helps_to_set_up(const Unit& unit) {
  for (const Unit* above = unit.above.get(); above; above = above->above.get())
    if (!above->set_ups.empty()) return true;
  return false;
}

// With what a runtime fails that has made a container, it may pass on how that ended.
bool has_failed(const SetUp& set_up) { return set_up.failed || (set_up.unit->failed && !set_up.unit->made); }

}  // namespace

// Nobody went on with the set-up: what was held back is what it was for.
void Teller::Work::tell_held_back(const std::shared_ptr<SetUp>& set_up) {
  const HeldBack held = std::move(*set_up->held);
  set_up->held.reset();
  const uint64_t begun_ns = held.exec ? held.exec->step.start_ns : held.snapshot.time_ns;
  const std::vector<Draft::Part> done = set_up->draft.end_at(begun_ns, held.process->leader);
  if (held.search) set_up->draft.add(held.process->stage, Step(*held.search));
  const State* const state = std::exchange(state_, held.state.get());
  const EventNumber number = std::exchange(number_, held.number);
  const uint64_t time_ns = std::exchange(time_ns_, held.snapshot.time_ns);
  tell_handed_over(set_up, *held.process, held.snapshot, held.exec);
  state_ = state;
  number_ = number;
  time_ns_ = time_ns;
  // What it made came after it.
  std::set<TaskId> inside = {held.process->leader};
  for (const Draft::Part& part : done) {
    if (!inside.contains(part.stage.task) && !inside.contains(part.stage.maker)) continue;
    inside.insert(part.stage.task);
    for (const Step& step : part.steps) note_inside(held.process->container, {}, step);
  }
  const Stage& stage = held.process->stage;
  if (stage.end_ns) tell_entry_end(stage);
  Known* const known = containers_.find(held.process->container);
  if (known) known->said = stage.said;
  if (stage.end_ns && known && known->program == held.process->leader) tell_end(*known, stage);
}

void Teller::Work::tell_unfinished(const std::shared_ptr<SetUp>& whole, Ending ending) {
  // What was there before, and its runtime executed itself in, is where it works. So is what one entered that was to
  // make a container.
  Known* const into = joined_container(*whole);
  const bool is_maker = makes_container(whole->unit->argv) && !whole->roots.count();
  const bool works_there = (whole->worker || is_maker) && whole->made.empty() && !into;
  if (whole->hosts || works_there) return drop_set_up(whole);
  if (whole->held) return tell_held_back(whole);
  SetUp& set_up = *whole;
  set_up.over = true;
  --progress_.going_on;
  const bool guessed = guess_root(set_up);
  const bool mounts = set_up.made.contains(CLONE_NEWNS), pids = set_up.made.contains(CLONE_NEWPID);
  std::string cgroup = set_up.cgroup;
  for (const auto& [id, person] : people_)
    if (person.process->unit == set_up.unit && !person.process->cgroup.empty()) cgroup = person.process->cgroup;
  Named named = named_by({set_up.unit->argv, cgroup, set_up.hostname, wanted_program(set_up)});
  if (into && !mounts && !pids) named.name = into->name;
  SetUpStory story = story_of(set_up, named, {}, ending);
  if (set_up.threads.empty() && set_up.end_ns) story.end_ns = set_up.end_ns;
  for (const auto& [type, inode] : set_up.made)
    story.namespaces.push_back({.type = type, .inode = inode, .how = ContainerNamespace::How::kMade});
  for (const auto& [type, inode] : set_up.joined)
    story.namespaces.push_back({.type = type, .inode = inode, .how = ContainerNamespace::How::kJoined});
  if (!mounts && !pids && !set_up.joined.empty()) {
    EntryMade entry{.container_name = named.name};
    entry.set_up = std::move(story);
    return tell_entry(std::move(entry), set_up, into);
  }
  Container container{.number = ++found_,
                      .name = named.name,
                      .name_is_hostname = named.by_hostname,
                      .isolation = isolation_of(mounts, pids),
                      .cgroup = cgroup};
  describe(container, set_up, story);
  container.rootfs_inferred = guessed;
  container.set_up = std::move(story);
  sink_(std::move(container));
}

// Who was told to make one container, and has given up, made them all for that: the latest has what the others did.
void Teller::Work::join_failed(const std::vector<std::shared_ptr<SetUp>>& all) {
  const std::shared_ptr<SetUp>* latest = nullptr;
  for (const auto& each : all) {
    const Unit& unit = *each->unit;
    const bool failed = !each->over && !each->held && !each->hosts && !each->made.empty();
    if (!failed || !unit.gave_up || unit.made || !makes_container(unit.argv)) continue;
    if (latest) drop_set_up((*latest)->begun_ns < each->begun_ns ? *latest : each);
    if (!latest || (*latest)->over) latest = &each;
  }
}

// Where a runtime works nothing was set up, unless it failed that was to make a container.
void Teller::Work::end_of_work(const std::shared_ptr<SetUp>& set_up) {
  set_up->held.reset();
  if (makes_container(set_up->unit->argv) && has_failed(*set_up)) return tell_unfinished(set_up, Ending::kFailed);
  drop_set_up(set_up);
}

void Teller::Work::end_with_unit(const std::shared_ptr<SetUp>& set_up) {
  const Unit& unit = *set_up->unit;
  if (is_left_to_starter(set_up)) return;
  if (set_up->held && has_helped(*set_up)) return end_of_work(set_up);
  if (set_up->held && unit.gave_up && may_have_failed(*set_up)) set_up->held.reset();
  // Who was dismissed by a runtime that has made its container, and ended well, has helped with it; or has looked for
  // something in another root, whether it was there or not.
  const bool helped = set_up->dismissed_by == set_up->unit || has_only_looked(*set_up);
  if (!set_up->held && helped && unit.made && !unit.gave_up) return drop_set_up(set_up);
  if (set_up->held || has_failed(*set_up)) return tell_unfinished(set_up, Ending::kFailed);
  drop_set_up(set_up);
}

// Who is told to make a container ends when that has failed. Before, it cleans up, however long that takes, and says
// why.
bool Teller::Work::is_cleaning_up(const Unit& runtime) {
  const Person* const first = person(runtime.pid);
  return makes_container(runtime.argv) && first && first->process->unit.get() == &runtime;
}

// Any other runtime that lives on has told by now what it had to tell of those.
void Teller::Work::tell_failed_by_now() {
  for (size_t left = failed_.size(); left > 0; --left) {
    const auto [since_ns, waiting] = failed_.front();
    const std::shared_ptr<SetUp> next = waiting.lock();
    if (next && !next->over && time_ns_ < since_ns + kPatience_ns) break;
    failed_.pop_front();
    if (!next || next->over) continue;
    const bool may_go_on = has_only_looked(*next) && time_ns_ < next->end_ns + kPatienceWithLooks_ns;
    if (is_cleaning_up(*next->unit) || may_go_on) {
      failed_.emplace_back(time_ns_, next);
      continue;
    }
    std::erase(next->unit->set_ups, next);
    end_with_unit(next);
  }
  tell_settled();
  const auto is_due = [&] { return !gave_up_.empty() && time_ns_ >= gave_up_.front().first + kPatience_ns; };
  for (size_t left = gave_up_.size(); left > 0 && is_due(); --left) {
    const std::shared_ptr<Unit> unit = gave_up_.front().second;
    gave_up_.pop_front();
    if (helps_to_set_up(*unit))
      gave_up_.emplace_back(time_ns_, unit);
    else
      tell_failed(*unit);
  }
}

void Teller::Work::tell_end(Known& known, const Stage& program) {
  if (known.ended) return;
  containers_.has_ended(known);
  ContainerWentOn end = containers_.about(known);
  end.time_ns = program.end_ns;
  end.since_ns = program.end_ns - std::min(program.end_ns, known.start_ns);
  end.exit_code = program.exit_code;
  end.killed_by = program.killed_by;
  // Its program's may have been told to be another container's that is in it.
  end.said = known.said.empty() ? program.said : std::move(known.said);
  end.out_of_memory = std::move(known.out_of_memory);
  end.out_of_memory_dropped = known.out_of_memory_dropped;
  end.entries = known.entries;
  end.calls_inside = known.calls;
  // A runtime's that runs in it are told with what it sets up.
  for (auto& [unit, step] : std::exchange(known.failures, {})) {
    const std::shared_ptr<Unit> whose = unit.lock();
    if (!whose || (!whose->told && whose->set_ups_begun == 0)) end.failures.push_back(std::move(step));
  }
  end.failures_dropped = known.failures_dropped;
  sink_(std::move(end));
}

void Teller::Work::finish() {
  std::vector<std::shared_ptr<SetUp>> left;
  std::set<const SetUp*> found;
  const auto leave = [&](const std::shared_ptr<SetUp>& set_up) {
    if (!set_up->over && found.insert(set_up.get()).second) left.push_back(set_up);
  };
  for (const auto& [id, person] : people_) {
    for (const std::shared_ptr<SetUp>& each : std::exchange(person.process->unit->set_ups, {})) leave(each);
    if (person.set_up) leave(person.set_up);
  }
  std::map<const Unit*, std::vector<std::shared_ptr<SetUp>>> by_unit;
  for (const auto& each : left) by_unit[each->unit.get()].push_back(each);
  for (const auto& each : left) {
    if (each->over) continue;
    if (const std::vector<std::shared_ptr<SetUp>> its = std::exchange(by_unit[each->unit.get()], {}); !its.empty()) {
      tell_itself(its);
      join_failed(its);
    }
    if (each->over) continue;
    if (each->was_for_helper() && !each->helped->process->stage.end_ns) each->held = std::exchange(each->helped, {});
    if (each->held && has_helped(*each)) {
      end_of_work(each);
      continue;
    }
    // Where its runtime has given up, those that are left are about to end.
    if (each->threads.empty() || (each->unit->gave_up && has_failed(*each))) {
      if (each->dismissed_by != each->unit) each->dismissed_by.reset();  // who has started it sets nothing up any more
      end_with_unit(each);
    } else if (works_confined(*each)) {
      drop_set_up(each);
    } else {
      tell_unfinished(each, Ending::kNotComplete);
    }
  }
  for (const auto& [since_ns, unit] : std::exchange(gave_up_, {})) tell_failed(*unit);
}

}  // namespace cttrace
