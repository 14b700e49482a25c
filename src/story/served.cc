// What programs do that set nothing up: to a container that is there (they limit it otherwise, pause it, delete it), or
// in vain.
#include <sys/wait.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <variant>

#include "base/paths.h"
#include "story/call.h"
#include "story/gathering.h"
#include "story/naming.h"
#include "story/work.h"

namespace cttrace {
namespace {

constexpr size_t kMostGaveUp = 256;

// "web" for "/sys/fs/cgroup/.../made-up-web.scope".
bool ends_with_name(std::string_view cgroup, std::string_view name) {
  for (const std::string_view suffix : {".scope", ".service"})
    if (cgroup.ends_with(suffix)) cgroup.remove_suffix(suffix.size());
  return cgroup.ends_with(name);
}

// What the program was told that a cgroup is called in which it wrote; empty: in none.
std::string called_in_cgroups(const Unit& unit) {
  for (const Draft::Part& part : unit.draft.parts())
    for (const Step& step : part.steps) {
      const auto* controls = std::get_if<ControlsWritten>(&step.facts);
      if (!controls || step.error || controls->writes[0].file.starts_with("/proc/")) continue;
      const std::string cgroup(folder_of(controls->writes[0].file));
      std::string called = named_by({unit.argv, cgroup, {}, {}}).called;
      if (!called.empty() && ends_with_name(cgroup, called)) return called;
    }
  return {};
}

}  // namespace

// A set-up goes on of one that has the same name.
bool Teller::Work::is_being_made_again(const Known& known) const {
  return std::ranges::any_of(people_, [&](const auto& each) {
    const Person& person = each.second;
    return person.sets_up() && has_word(person.set_up->unit->argv, known.called) &&
           known.runtime.same_as(person.set_up->unit->file) && person.set_up->unit->container == known.parent;
  });
}

// What it does for that is told with it.
bool Teller::Work::is_being_made(const std::string& called) const {
  return std::ranges::any_of(made_in_, [&](const auto& each) {
    const std::shared_ptr<SetUp> making = each.second.lock();
    return making && !making->over && has_word(making->unit->argv, called);
  });
}

// The latest container that the command line of its runtime means, of those that ran at this time or before.
const Known* Teller::Work::named_by_runtime(const Unit& unit, uint64_t time_ns) const {
  const std::set<uint32_t> meant = containers_.called(unit.argv);
  for (auto each = meant.rbegin(); each != meant.rend(); ++each) {
    const Known& known = *containers_.find(*each);
    if (known.runtime.same_as(unit.file) && known.parent == unit.container && time_ns >= known.start_ns) return &known;
  }
  return nullptr;
}

void Teller::Work::tell_served(Unit& unit, const Known& known) {
  if (is_being_made_again(known)) return;
  ContainerWentOn told = containers_.about(known);
  told.time_ns = unit.start_ns;
  told.since_ns = unit.start_ns - known.start_ns;
  tell_service(unit, std::move(told));
}

// What a runtime executes for a container that runs already, or has ended, and fails: a hook.
void Teller::Work::tell_hook(Unit& unit) {
  if (unit.told || !unit.gave_up || unit.set_ups_begun) return;
  const Unit* runtime = unit.above.get();
  while (runtime && runtime->pid == unit.pid) runtime = runtime->above.get();
  if (!runtime || runtime->container != unit.container) return;
  if (const Known* const known = named_by_runtime(*runtime, unit.start_ns)) tell_served(unit, *known);
}

// By a signal that came from outside: not by its own program, nor with all others of a pid namespace, as which the
// container ends, too.
bool Teller::Work::was_killed(const Process& process) const {
  const Stage& stage = process.stage;
  if (!WIFSIGNALED(static_cast<int>(stage.exit_code))) return false;
  if (!stage.killed_by) return true;
  if (stage.killed_by->kind != Killer::Kind::kProcess) return stage.killed_by->kind != Killer::Kind::kPidNamespace;
  const auto killer = running_.find(stage.killed_by->pid);
  const auto found = killer == running_.end() ? people_.end() : people_.find(killer->second);
  return found == people_.end() || !found->second.process->unit->file.same_as(process.unit->file);
}

// It had a part in the set-up of a container, and is not there any more for that. What a runtime did to it since then,
// that was started for it before it had its program, is told as if it had been started later.
void Teller::Work::tell_server_end(const Process& process) {
  Unit& unit = *process.unit;
  if (!unit.serves || unit.processes) return;
  const Known* const known = containers_.find(std::exchange(unit.serves, 0));
  if (!known) return;
  const bool was_started_for_it =
      known->runtime.same_as(unit.file) && has_word(unit.argv, known->called) && unit.told && !unit.made;
  const bool is_missing = !known->ended && was_killed(process);
  const auto does = [](const Step& step) { return step.phase != Phase::kCreate || step.error; };
  const bool has_done_more = std::ranges::any_of(
      unit.draft.parts(), [&](const Draft::Part& part) { return std::ranges::any_of(part.steps, does); });
  if (!is_missing && !(was_started_for_it && (has_done_more || process.stage.exit_code))) return;
  ContainerWentOn told = containers_.about(*known);
  told.time_ns = is_missing ? process.stage.end_ns : std::max(unit.start_ns, known->start_ns);
  told.since_ns = told.time_ns - std::min(told.time_ns, known->start_ns);
  tell_service(unit, std::move(told), was_started_for_it, &process.stage);
}

// A program that was started for a container. Of several of one name it is the latest.
void Teller::Work::tell_served(Unit& unit) {
  if (unit.told || !unit.seen_to_begin || makes_container(unit.argv)) return;
  if (const Known* const known = named_by_runtime(unit, unit.start_ns)) return tell_served(unit, *known);
  if (!containers_.called(unit.argv).empty() || unit.set_ups_begun) return;
  const std::string called = called_in_cgroups(unit);
  if (called.empty() || is_being_made(called)) return;
  ContainerWentOn told{.name = called, .short_name = short_name(called), .id = long_id(called, {})};
  told.time_ns = unit.start_ns;
  tell_service(unit, std::move(told));
}

// `ended`: a process that is told of even where it took no step.
void Teller::Work::tell_service(Unit& unit, ContainerWentOn told, bool with_steps, const Stage* ended) {
  unit.told = true;
  SetUpStory& service = told.service.emplace();
  service.runtime = runtime_of(unit);
  Gathering gathering;
  if (with_steps) gathering.take(unit.draft, false);
  gathering.fill(service, {}, {});
  if (ended && std::ranges::find(service.stages, ended->task, &Stage::task) == service.stages.end())
    service.stages.push_back(*ended);
  // That it began is said, and how it protects itself and asks the kernel what it can do comes to no container.
  std::erase_if(service.steps, [](const Step& step) { return step.phase == Phase::kCreate && !step.error; });
  const auto has_failed = [](const Stage& stage) { return stage.end_ns && stage.exit_code; };
  if (std::ranges::any_of(service.stages, has_failed)) service.ending = Ending::kFailed;
  service.start_ns = unit.start_ns;
  service.end_ns = time_ns_;
  service.last = number_;
  keep_calls_of(service);
  sink_(std::move(told));
}

// Who was to make a container has said why there is none, or was killed before there was one.
bool Teller::Work::says_why(const Unit& unit, const Stage& stage) const {
  if (!makes_container(unit.argv)) return false;
  const bool killed = stage.task.tid == unit.pid && WIFSIGNALED(static_cast<int>(unit.gave_up));
  return killed ? found_ == unit.found_before : !stage.said.empty();
}

// What failed in a container is told with its end, and what failed in a set-up with that.
void Teller::Work::note_failed(const std::shared_ptr<Unit>& unit) {
  if (unit->told || unit->made || unit->container || !unit->seen_to_begin || !unit->gave_up) return;
  // Who was killed has not given up for what failed.
  const bool gave_up = WIFEXITED(static_cast<int>(unit->gave_up));
  const auto tells_why = [&](const Draft::Part& part) {
    return (gave_up && std::ranges::any_of(part.steps, &Step::error)) || says_why(*unit, part.stage);
  };
  if (std::ranges::none_of(unit->draft.parts(), tells_why)) return;
  gave_up_.emplace_back(time_ns_, unit);
  if (gave_up_.size() <= kMostGaveUp) return;
  tell_failed(*gave_up_.front().second);
  gave_up_.pop_front();
}

void Teller::Work::tell_failed(Unit& unit) {
  if (unit.told || unit.made) return;
  SetUpStory story;
  Gathering gathering;
  gathering.take(unit.draft, false);
  gathering.fill(story, {}, {});
  std::erase_if(story.steps, [](const Step& step) { return !step.error; });
  const auto tells_why = [&](const Stage& stage) { return says_why(unit, stage); };
  if (story.steps.empty() && std::ranges::none_of(story.stages, tells_why)) return;
  ProgramFailed failed{.program = runtime_of(unit), .time_ns = unit.end_ns, .exit_code = unit.gave_up};
  failed.since_ns = unit.end_ns - std::min(unit.end_ns, unit.start_ns);
  failed.stages = std::move(story.stages);
  failed.failures = std::move(story.steps);
  failed.steps_dropped = story.steps_dropped;
  unit.told = true;
  sink_(std::move(failed));
}

}  // namespace cttrace
