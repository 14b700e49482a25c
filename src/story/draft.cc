// Collecting steps.
#include "story/draft.h"

#include "story/call.h"
#include "story/chains.h"

namespace cttrace {
namespace {

bool is_quiet(const Step& step) {
  const auto* calls = std::get_if<CallsMade>(&step.facts);
  return calls && calls->quiet && !step.error;
}

}  // namespace

void Draft::begin(EventNumber number, uint64_t time_ns) {
  if (first) return;
  first = number;
  start_ns = time_ns;
}

Draft::Part* Draft::find(TaskId process) {
  const auto found = by_process_.find(process);
  return found == by_process_.end() ? nullptr : &parts_[found->second];
}

Draft::Part& Draft::part(const Stage& stage) {
  if (Part* known = find(stage.task)) return *known;
  by_process_[stage.task] = parts_.size();
  return parts_.emplace_back(Part{.stage = stage});
}

void Draft::add(const Stage& stage, Step&& step) {
  begin(step.first, step.start_ns);
  Part& into = part(stage);
  call_count_ += step.call_count;
  std::vector<Step>& steps = into.steps;
  if (!steps.empty() && absorb(steps.back(), step)) return;
  if (is_quiet(step)) {
    into.quiet_calls += step.call_count;
    return;
  }
  if (steps.size() > 1 && fold(steps[steps.size() - 2], steps.back())) {
    steps.pop_back();
    --steps_;
  }
  if (steps_ >= kMostSteps) {
    ++dropped_;
    return;
  }
  ++steps_;
  steps.push_back(std::move(step));
}

void Draft::moved(TaskId mover, const CgroupAttach& attach) {
  Part* const part = find(mover);
  if (!part) return;
  for (auto step = part->steps.rbegin(); step != part->steps.rend(); ++step) {
    auto* joined = std::get_if<CgroupJoined>(&step->facts);
    if (!joined) continue;
    CgroupJoined::One& last = joined->cgroups.back();
    const std::string folder = folder_of(last.file);
    if (!folder.ends_with(attach.path)) return;
    last.cgroup = attach.path;
    last.hierarchy = last_part(folder.substr(0, folder.size() - (attach.path == "/" ? 0 : attach.path.size())));
    return;
  }
}

}  // namespace cttrace
