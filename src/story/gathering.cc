// Putting the parts of a story in order.
#include "story/gathering.h"

#include <algorithm>
#include <map>
#include <set>

#include "story/chains.h"
#include "story/phases.h"
#include "story/refine.h"
#include "story/roles.h"

namespace cttrace {
namespace {

// Programs that help have no phase of their own: it is that of what follows.
void give_helpers_a_phase(std::vector<Step>& steps, const std::vector<Stage>& stages) {
  for (size_t i = 0; i + 1 < steps.size(); ++i) {
    const auto* run = std::get_if<ProgramRun>(&steps[i].facts);
    if (!run || run->itself || i == 0) continue;
    const Stage& helper = stages[steps[i].stage];
    const Step& next = steps[i + 1];
    if (next.phase != Phase::kCreate && (!helper.end_ns || next.start_ns < helper.end_ns)) steps[i].phase = next.phase;
  }
}

}  // namespace

// Those that did something, and those that lead to the one that became the program.
void Gathering::drop_idle(TaskId program) {
  std::map<TaskId, TaskId> makers;
  for (const Draft::Part& part : parts_) makers[part.stage.task] = part.stage.maker;
  std::set<TaskId> needed;
  for (auto at = makers.find(program); at != makers.end() && needed.insert(at->first).second;
       at = makers.find(at->second))
    continue;
  std::erase_if(parts_,
                [&](const Draft::Part& part) { return part.steps.empty() && !needed.contains(part.stage.task); });
}

void Gathering::take(Draft& draft) {
  dropped_ += draft.dropped();
  for (Draft::Part& part : draft.take_parts()) parts_.push_back(std::move(part));
}

void Gathering::take_from(Draft& draft, const Subject& subject) {
  for (Draft::Part& part : draft.parts()) {
    Draft::Part own{.stage = part.stage};
    const auto first = std::stable_partition(part.steps.begin(), part.steps.end(),
                                             [&](const Step& step) { return !concerns(step, subject); });
    std::move(first, part.steps.end(), std::back_inserter(own.steps));
    part.steps.erase(first, part.steps.end());
    for (const Step& step : own.steps) own.calls += step.call_count;
    if (!own.steps.empty()) parts_.push_back(std::move(own));
  }
}

void Gathering::fill(SetUpStory& story, const Roots& roots, TaskId program) {
  drop_idle(program);
  std::ranges::stable_sort(parts_, {}, [](const Draft::Part& part) { return part.stage.start_ns; });
  std::map<TaskId, uint32_t> index;
  std::map<uint32_t, std::vector<Step>> by_stage;
  for (Draft::Part& part : parts_) {
    const auto [place_of, is_new] = index.try_emplace(part.stage.task, static_cast<uint32_t>(story.stages.size()));
    if (is_new) story.stages.push_back(part.stage);
    for (Step& step : part.steps) by_stage[place_of->second].push_back(std::move(step));
    story.call_count += part.calls;
    story.quiet_calls += part.quiet_calls;
  }
  for (Stage& stage : story.stages)
    if (const auto maker = index.find(stage.maker); maker != index.end()) stage.made_by = maker->second;
  for (auto& [stage, steps] : by_stage) {
    std::ranges::stable_sort(steps, {}, &Step::start_ns);
    for (Step& step : steps) {
      step.stage = stage;
      place(step, roots);
    }
    refine(steps);
    for (Step& step : steps) {
      story.normal_failures += step.normal_failures;
      story.steps.push_back(std::move(step));
    }
  }
  std::ranges::stable_sort(story.steps, {}, &Step::start_ns);
  give_helpers_a_phase(story.steps, story.stages);
  story.steps_dropped = dropped_;
  give_roles(story, program);
  if (story.steps.empty()) return;
  story.start_ns = story.steps[0].start_ns;
  story.first = story.steps[0].first;
  for (const Step& step : story.steps) story.first = std::min(story.first, step.first);
}

}  // namespace cttrace
