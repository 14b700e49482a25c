#include "story/moments.h"

#include <algorithm>
#include <set>

#include "base/paths.h"

namespace cttrace {
namespace {

bool is_alive(const State& state, TaskId id) {
  const TaskState* const task = state.task(id);
  return task && !task->ended_ns;
}

// The program that it is for, the process that is its first, who made them, and so on up to the runtime; then
// everybody else who took part, the latest first.
std::vector<TaskId> tasks_of(const Container& container) {
  const std::vector<Stage>& stages = container.set_up.stages;
  std::vector<TaskId> tasks = {container.set_up.program, container.init};
  const auto stage = std::ranges::find(stages, container.set_up.program, &Stage::task);
  // Bounded: who made whom has no circle, but it is not this that has to rely on it.
  uint32_t above = stage == stages.end() ? UINT32_MAX : stage->made_by;
  for (size_t i = 0; i < stages.size() && above < stages.size(); ++i, above = stages[above].made_by)
    tasks.push_back(stages[above].task);
  for (size_t i = stages.size(); i-- > 0;) tasks.push_back(stages[i].task);
  return tasks;
}

}  // namespace

bool MomentKeeper::is_due(uint64_t time_ns, EventNumber number) const {
  return wanted_.event ? number > wanted_.event : time_ns > wanted_.time_ns;
}

void MomentKeeper::take(const State& state) {
  moment_ = {.event = state.event, .time_ns = wanted_.event ? state.time_ns : wanted_.time_ns, .state = state};
}

void MomentKeeper::before(const Event& event, EventNumber number, const State& state) {
  if (!moment_ && is_due(start_of(event), number)) take(state);
}

void MomentKeeper::told(const News& news) {
  const auto* told = std::get_if<Container>(&news);
  if (!told) return;
  const SetUpStory& story = told->set_up;
  // It came later, or was over by then.
  if (moment_ && story.first > moment_->event) return;
  Candidate candidate{.container = {.number = told->number,
                                    .name = told->name,
                                    .short_name = told->short_name,
                                    .kind = told->kind,
                                    .runtime = story.runtime,
                                    .namespaces = story.namespaces},
                      .first = story.first,
                      .last = story.ending == Ending::kHandedOver ? story.last : UINT64_MAX,
                      .tasks = tasks_of(*told)};
  candidates_.push_back(std::move(candidate));
}

void MomentKeeper::add_told(Moment& moment) const {
  for (const Candidate& candidate : candidates_) {
    if (candidate.first > moment.event) continue;
    const bool runs = candidate.last <= moment.event;
    // Of one that runs, its program and its first process are what there is of it.
    const size_t most = runs ? 2 : candidate.tasks.size();
    for (size_t i = 0; i < most; ++i) {
      if (!is_alive(moment.state, candidate.tasks[i])) continue;
      moment.containers.push_back(candidate.container);
      moment.containers.back().stage = runs ? ContainerThen::Stage::kRuns : ContainerThen::Stage::kSettingUp;
      moment.containers.back().task = candidate.tasks[i];
      break;
    }
  }
  std::ranges::sort(moment.containers, {}, &ContainerThen::number);
}

// First processes of pid namespaces that nobody saw come.
void MomentKeeper::add_older(Moment& moment) const {
  std::set<TaskId> told;
  for (const ContainerThen& container : moment.containers) told.insert(container.task);
  std::vector<ContainerThen> older;
  for (const auto& [id, task] : moment.state.tasks) {
    const bool is_first = task->pids.size() > 1 && task->pids.back() == 1;
    if (!is_first || task->ended_ns || id.start_ns >= start_ns_ || told.contains(id)) continue;
    ContainerThen& found = older.emplace_back();
    found.stage = ContainerThen::Stage::kOlder;
    found.task = id;
    for (const auto& [hierarchy, path] : task->cgroups)
      if (found.short_name.empty() && path.known() && path.value != "/") found.short_name = last_part(path.value);
  }
  moment.containers.insert(moment.containers.begin(), older.begin(), older.end());
}

std::optional<Moment> MomentKeeper::finish(const State& last) {
  if (!moment_ && (wanted_.event ? wanted_.event == last.event : wanted_.time_ns <= last.time_ns)) take(last);
  if (!moment_) return std::nullopt;
  add_told(*moment_);
  add_older(*moment_);
  return std::move(moment_);
}

}  // namespace cttrace
