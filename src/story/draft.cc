// Collecting steps.
#include "story/draft.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/paths.h"
#include "story/call.h"
#include "story/chains.h"
#include "story/steps.h"

namespace cttrace {
namespace {

constexpr size_t kMostParts = 128;
constexpr size_t kFirstSteps = 8;  // room for these: steps are large, and moved whenever there is no more

// chown of what was not made before.
bool is_only_owned(const Step& step) {
  const auto* made = std::get_if<DevicesMade>(&step.facts);
  return made && !step.error && made->nodes[0].mode == 0;
}

bool only_helps(const Step& step) {
  const auto* const run = std::get_if<ProgramRun>(&step.facts);
  return !step.error && ((run && !run->itself) || std::holds_alternative<ProcessMade>(step.facts));
}

void take_away(Draft::Part& part, const Step& step) {
  part.calls -= std::min<uint64_t>(part.calls, step.call_count);
  for (const auto& [name, count] : step.names) {
    uint64_t& left = part.calls_by_name[name];
    left -= std::min(left, count);
  }
}

}  // namespace

Draft::Part* Draft::find(TaskId process) {
  const auto found = by_process_.find(process);
  return found == by_process_.end() ? nullptr : &*found->second;
}

Draft::Part& Draft::part(const Stage& stage) {
  if (Part* known = find(stage.task)) return *known;
  if (parts_.size() >= kMostParts) forget_a_part();
  parts_.push_back({.stage = stage});
  by_process_[stage.task] = std::prev(parts_.end());
  return parts_.back();
}

// The oldest one that took no step, otherwise the oldest helper, otherwise the oldest.
void Draft::forget_a_part() {
  auto gone = std::ranges::find_if(parts_, [](const Part& each) { return each.steps.empty(); });
  if (gone == parts_.end())
    gone = std::ranges::find_if(parts_, [](const Part& each) { return std::ranges::all_of(each.steps, only_helps); });
  if (gone == parts_.end()) gone = parts_.begin();
  steps_ -= gone->steps.size();
  dropped_ += gone->steps.size();
  by_process_.erase(gone->stage.task);
  parts_.erase(gone);
}

// Helpers that come and go say least of what was set up.
void Draft::make_room() {
  if (steps_ < most_) return;
  Part* fullest = &parts_.front();
  for (Part& each : parts_)
    if (each.steps.size() > fullest->steps.size()) fullest = &each;
  std::vector<Step>& steps = fullest->steps;
  const size_t half = steps.size() / 2;
  size_t gone = 0;
  const auto may_go = [&](const Step& step) { return gone < half && only_helps(step) && ++gone; };
  steps.erase(std::remove_if(steps.begin(), steps.end(), may_go), steps.end());
  const size_t oldest = gone ? 0 : half;
  steps.erase(steps.begin(), steps.begin() + static_cast<ptrdiff_t>(oldest));
  steps_ -= gone + oldest;
  dropped_ += gone + oldest;
}

void Draft::add(const Stage& stage, Step&& step) {
  Part& into = part(stage);
  into.calls += step.call_count;
  for (const auto& [name, count] : step.names) into.calls_by_name[name] += count;
  std::vector<Step>& steps = into.steps;
  if (!steps.empty() && absorb(steps.back(), step)) return;
  if (is_quiet(step) || is_only_owned(step)) {
    into.quiet_calls += step.call_count;
    return;
  }
  const bool meaningless = std::holds_alternative<CallMade>(step.facts) || std::holds_alternative<Probed>(step.facts);
  if (meaningless && !steps.empty()) step.phase = steps.back().phase;
  if (steps.size() > 1 && fold(steps[steps.size() - 2], steps.back())) {
    steps.pop_back();
    --steps_;
  }
  ++steps_;
  if (steps.empty()) steps.reserve(kFirstSteps);
  steps.push_back(std::move(step));
  make_room();
}

void Draft::add(Part&& other) {
  Part& into = part(other.stage);
  into.quiet_calls += other.quiet_calls;
  if (other.excused) into.excused = std::move(other.excused);
  into.calls += other.calls;
  for (const auto& [name, count] : other.calls_by_name) into.calls_by_name[name] += count;
  for (Step& step : other.steps) {
    ++steps_;
    into.steps.push_back(std::move(step));
    make_room();
  }
}

std::optional<Draft::Part> Draft::take_part(TaskId process) {
  const auto found = by_process_.find(process);
  if (found == by_process_.end()) return std::nullopt;
  Part taken = std::move(*found->second);
  steps_ -= taken.steps.size();
  parts_.erase(found->second);
  by_process_.erase(found);
  return taken;
}

std::optional<Step> Draft::take_search(TaskId process, const ProgramRun& run) {
  Part* const from = find(process);
  if (!from || from->steps.empty()) return std::nullopt;
  Step& last = from->steps.back();
  if (!is_search_for(last, run)) return std::nullopt;
  std::optional<Step> taken = std::move(last);
  from->steps.pop_back();
  --steps_;
  take_away(*from, *taken);
  return taken;
}

std::vector<Draft::Part> Draft::end_at(uint64_t time_ns, TaskId process) {
  std::vector<Part> kept, taken;
  for (Part& part : take_parts()) {
    // A program that was looked for before.
    const auto ends_with_it = [&](const Step& step) {
      return part.stage.task == process && std::holds_alternative<ProgramRun>(step.facts) && step.end_ns >= time_ns;
    };
    const auto before = [&](const Step& step) { return step.start_ns < time_ns && !ends_with_it(step); };
    const auto first = std::stable_partition(part.steps.begin(), part.steps.end(), before);
    for (auto step = first; step != part.steps.end(); ++step) take_away(part, *step);
    taken.push_back({.stage = part.stage});
    std::move(first, part.steps.end(), std::back_inserter(taken.back().steps));
    part.steps.erase(first, part.steps.end());
    if (part.stage.start_ns < time_ns) kept.push_back(std::move(part));
  }
  for (Part& part : kept) add(std::move(part));
  return taken;
}

std::list<Draft::Part> Draft::take_parts() {
  by_process_.clear();
  steps_ = 0;
  return std::exchange(parts_, {});
}

void Draft::moved(TaskId writer, const CgroupAttach& attach) {
  Part* const part = find(writer);
  if (!part || part->steps.empty()) return;
  auto* joined = std::get_if<CgroupJoined>(&part->steps.back().facts);
  if (!joined) return;
  CgroupJoined::One& last = joined->cgroups.back();
  joined->pid = attach.moved.tgid;
  last.cgroup = attach.path;
  const std::string_view folder = folder_of(last.file);
  if (!folder.ends_with(attach.path)) return;
  last.hierarchy = last_part(folder.substr(0, folder.size() - (attach.path == "/" ? 0 : attach.path.size())));
}

}  // namespace cttrace
