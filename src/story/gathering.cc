// Putting the parts of a story in order.
#include "story/gathering.h"

#include <sched.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "base/paths.h"
#include "story/blame.h"
#include "story/chains.h"
#include "story/phases.h"
#include "story/refine.h"
#include "story/roles.h"

namespace cttrace {
namespace {

// What was put into a detached tree is where that came to be. The last ones first: a tree may come into another one.
void give_detached_a_place(std::map<uint32_t, std::vector<Step>>& by_stage) {
  std::vector<Step*> attached;
  for (auto& [stage, steps] : by_stage)
    for (Step& step : steps)
      if (const auto* done = std::get_if<MountDone>(&step.facts); done && (done->attached || done->into.mount_id))
        attached.push_back(&step);
  std::ranges::stable_sort(attached, {}, &Step::last);
  for (size_t i = attached.size(); i-- > 0;) {
    MountDone& done = std::get<MountDone>(attached[i]->facts);
    const auto later = std::find_if(attached.begin() + static_cast<ptrdiff_t>(i) + 1, attached.end(), [&](Step* step) {
      return done.into.mount_id && std::get<MountDone>(step->facts).attached == done.into.mount_id;
    });
    if (later == attached.end()) continue;
    const std::string& above = std::get<MountDone>((*later)->facts).mounts[0].target.path;
    done.mounts[0].target.path = joined(above, done.into.path);
    attached[i]->switches = (*later)->switches;
  }
}

// Steps are large: each is moved once at most.
void sort_by_start(std::vector<Step>& steps) {
  if (std::ranges::is_sorted(steps, {}, &Step::start_ns)) return;
  std::vector<Step*> order;
  for (Step& step : steps) order.push_back(&step);
  std::ranges::stable_sort(order, {}, &Step::start_ns);
  std::vector<Step> sorted;
  sorted.reserve(steps.size());
  for (Step* const step : order) sorted.push_back(std::move(*step));
  steps = std::move(sorted);
}

// A process that has executed another program is in the drafts of both.
void know_more(Stage& stage, const Stage& later) {
  stage.name = later.name;
  stage.program = later.program;
  stage.end_ns = std::max(stage.end_ns, later.end_ns);
  stage.exit_code = std::max(stage.exit_code, later.exit_code);
  if (later.killed_by) stage.killed_by = later.killed_by;
  if (!later.said.empty()) stage.said = later.said;
  if (later.pids.size() >= stage.pids.size()) stage.pids = later.pids;
}

// Of what somebody else entered, only what is the container's.
void narrow(Step& step, const Subject& subject) {
  auto* changed = std::get_if<NamespacesChanged>(&step.facts);
  if (!changed) return;
  std::erase_if(changed->namespaces, [&](const auto& each) { return !subject.inodes.contains(each.inode); });
  if (changed->namespaces[0].type == CLONE_NEWNET) step.phase = Phase::kNetwork;
}

// Takes away what of a process's steps is not told. How many that were.
size_t drop_untold(std::vector<Step>& steps, const std::vector<Stage>& stages, uint32_t of, TaskId program) {
  // Processes that had no part in it are not told of.
  size_t dropped = std::erase_if(steps, [&](const Step& step) {
    const auto* made = std::get_if<ProcessMade>(&step.facts);
    return made && !step.error &&
           std::ranges::none_of(stages, [&](const Stage& stage) { return made->tid && stage.pids.at(0) == made->tid; });
  });
  // What a process does to itself once it has made the last of the others comes to nobody but itself; how much of it is
  // done when the program begins is chance.
  uint64_t made_last_ns = 0;
  for (const Stage& stage : stages)
    if (stage.made_by == of) made_last_ns = std::max(made_last_ns, stage.start_ns);
  if (!made_last_ns || stages[of].task == program) return dropped;
  return dropped + std::erase_if(steps, [&](const Step& step) {
           const auto* given = std::get_if<IdentityGiven>(&step.facts);
           return given && !given->pid && !step.error && step.start_ns > made_last_ns;
         });
}

// What is told begins with the first of its steps.
void begin_with_steps(SetUpStory& story) {
  story.start_ns = story.steps[0].start_ns;
  story.first = std::ranges::min_element(story.steps, {}, &Step::first)->first;
  // A daemon has said other things before.
  for (Stage& stage : story.stages)
    if (!stage.said.empty() && stage.start_ns < story.start_ns) stage.said = stage.said.since(story.start_ns);
}

}  // namespace

bool is_how_to_die(const Step& step) {
  const auto* given = std::get_if<IdentityGiven>(&step.facts);
  return given && given->changes[0].what == IdentityGiven::What::kDeathSignal;
}

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

void Gathering::take(Draft& draft, bool inside) {
  dropped_ += draft.dropped();
  for (Draft::Part& part : draft.take_parts()) {
    if (!inside) part.quiet_calls += std::erase_if(part.steps, is_how_to_die);
    parts_.push_back(std::move(part));
  }
}

bool Gathering::take_from(Draft& draft, const Subject& subject, IsIts is_its) {
  const size_t before = parts_.size();
  for (Draft::Part& part : draft.parts()) {
    Draft::Part own{.stage = part.stage};
    const auto first = std::stable_partition(part.steps.begin(), part.steps.end(),
                                             [&](const Step& step) { return !is_its(step, subject); });
    std::move(first, part.steps.end(), std::back_inserter(own.steps));
    part.steps.erase(first, part.steps.end());
    for (Step& step : own.steps) {
      own.calls += step.call_count;
      for (const auto& [name, count] : step.names) own.calls_by_name[name] += count;
      narrow(step, subject);
    }
    if (part.excused && is_its(*part.excused, subject)) own.excused = std::move(part.excused);
    if (!own.steps.empty()) parts_.push_back(std::move(own));
  }
  return parts_.size() > before;
}

Gathering::StepsByStage Gathering::fill_stages(SetUpStory& story) {
  // A process's parts in the order of its programs.
  std::ranges::stable_sort(parts_, {}, [](const Draft::Part& part) {
    return std::pair(part.stage.start_ns, part.steps.empty() ? 0 : part.steps[0].start_ns);
  });
  std::map<TaskId, uint32_t> index;
  StepsByStage by_stage;
  for (Draft::Part& part : parts_) {
    const auto [place_of, is_new] = index.try_emplace(part.stage.task, static_cast<uint32_t>(story.stages.size()));
    if (is_new)
      story.stages.push_back(part.stage);
    else
      know_more(story.stages[place_of->second], part.stage);
    std::vector<Step>& steps = by_stage[place_of->second];
    if (steps.empty())
      steps = std::move(part.steps);
    else
      std::ranges::move(part.steps, std::back_inserter(steps));
    story.call_count += part.calls;
    for (const auto& [name, count] : part.calls_by_name)
      if (count) story.calls_by_name[name] += count;
    story.quiet_calls += part.quiet_calls;
  }
  for (Stage& stage : story.stages)
    if (const auto maker = index.find(stage.maker); maker != index.end()) stage.made_by = maker->second;
  return by_stage;
}

void Gathering::fill(SetUpStory& story, const Roots& roots, TaskId program) {
  if (story.ending == Ending::kFailed) blame(parts_);
  drop_idle(program);
  StepsByStage by_stage = fill_stages(story);
  give_detached_a_place(by_stage);
  for (auto& [stage, steps] : by_stage) {
    story.quiet_calls += drop_untold(steps, story.stages, stage, program);
    sort_by_start(steps);
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
  sort_by_start(story.steps);
  story.steps_dropped = dropped_;
  give_roles(story, program);
  if (!story.steps.empty()) begin_with_steps(story);
}

}  // namespace cttrace
