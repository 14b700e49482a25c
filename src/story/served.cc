// What a runtime does to a container that is there already: limits it otherwise, pauses it, deletes it.
#include <algorithm>
#include <set>
#include <variant>

#include "base/words.h"
#include "story/gathering.h"
#include "story/naming.h"
#include "story/work.h"

namespace cttrace {
namespace {

// What its runtime calls a container in whose cgroup the program wrote; empty: in none's.
std::string called_in_cgroups(const Unit& unit) {
  for (const Draft::Part& part : unit.draft.parts())
    for (const Step& step : part.steps)
      if (const auto* controls = std::get_if<ControlsWritten>(&step.facts))
        if (std::string called = named_by({unit.argv, folder_of(controls->writes[0].file), {}, {}}).called;
            !called.empty())
          return called;
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

// A program that was started for a container. Of several of one name it is the latest.
void Teller::Work::tell_served(Unit& unit) {
  if (unit.told || !unit.seen_to_begin || makes_container(unit.argv)) return;
  std::set<uint32_t> meant;
  for (const std::string& word : std::set<std::string>(unit.argv.begin(), unit.argv.end()))
    meant.merge(containers_.called(word));
  for (auto each = meant.rbegin(); each != meant.rend(); ++each) {
    Known& known = *containers_.find(*each);
    if (!known.runtime.same_as(unit.file) || known.parent != unit.container || unit.start_ns < known.start_ns) continue;
    if (is_being_made_again(known)) return;
    ContainerWentOn told = containers_.about(known);
    told.since_ns = unit.start_ns - known.start_ns;
    return tell_service(unit, std::move(told));
  }
  if (!meant.empty() || unit.set_ups_begun) return;
  const std::string called = called_in_cgroups(unit);
  if (called.empty()) return;
  tell_service(unit, {.name = called, .short_name = short_name(called), .id = long_id(called, {})});
}

void Teller::Work::tell_service(Unit& unit, ContainerWentOn told) {
  unit.told = true;
  told.time_ns = unit.start_ns;
  SetUpStory& service = told.service.emplace();
  service.runtime = runtime_of(unit);
  Gathering gathering;
  gathering.take(unit.draft, false);
  gathering.fill(service, {}, {});
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

}  // namespace cttrace
