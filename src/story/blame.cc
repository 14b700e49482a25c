// Whose failure ended a set-up.
#include "story/blame.h"

#include <algorithm>
#include <cerrno>
#include <memory>

namespace cttrace {
namespace {

// What is undone, watched or asked while a set-up is given up says nothing of whether it goes on.
bool is_of_set_up(const Step& step) {
  const auto* const done = std::get_if<MountDone>(&step.facts);
  const bool takes_away = done && done->how == MountDone::How::kUnmount;
  const bool other = std::holds_alternative<CallMade>(step.facts) || std::holds_alternative<Probed>(step.facts) ||
                     std::holds_alternative<ControlsWritten>(step.facts) ||
                     std::holds_alternative<ProcessMade>(step.facts) || std::holds_alternative<ProgramRun>(step.facts);
  return !step.error && step.normal_failures < step.call_count && !takes_away && !other;
}

bool ended_with_error(const Draft::Part& part) { return part.stage.end_ns && part.stage.exit_code; }

// Its maker, or who was made beside it, has set something up since.
bool is_left_behind(const Draft::Part& failed, const std::vector<Draft::Part>& parts) {
  const TaskId maker = failed.stage.maker;
  if (maker == TaskId{}) return false;
  return std::ranges::any_of(parts, [&](const Draft::Part& part) {
    const bool follows = part.stage.task == maker || part.stage.maker == maker;
    return follows && std::ranges::any_of(part.steps, [&](const Step& step) {
             return step.start_ns > failed.stage.end_ns && is_of_set_up(step);
           });
  });
}

// A failure that stands out has ended somebody before.
bool is_explained(const Draft::Part& failed, const std::vector<Draft::Part>& parts) {
  return std::ranges::any_of(parts, [&](const Draft::Part& part) {
    return !part.excused && ended_with_error(part) && part.stage.end_ns < failed.stage.end_ns &&
           std::ranges::any_of(part.steps, &Step::error) && !is_left_behind(part, parts);
  });
}

void forget_failure(PathsMasked& masked, int error) {
  const auto last = std::ranges::find(masked.paths.rbegin(), masked.paths.rend(), error, &PathsMasked::One::error);
  if (last != masked.paths.rend()) masked.paths.erase(std::prev(last.base()));
}

void forget_failure(IdentityGiven& given, int error) {
  const auto last = std::ranges::find(given.changes.rbegin(), given.changes.rend(), error, &IdentityGiven::One::error);
  if (last != given.changes.rend() && --last->times == 0) given.changes.erase(std::prev(last.base()));
}

template <typename T>
void forget_failure(T&, int) {}

// The step with which the failure was folded; none: it was in no step.
std::vector<Step>::iterator folded_with(std::vector<Step>& steps, const Step& failure) {
  return std::ranges::find_if(steps, [&](const Step& step) {
    return step.normal_failures && std::ranges::find(step.calls, failure.first) != step.calls.end();
  });
}

void take_out_failure(Draft::Part& part, const Step& failure) {
  const auto step = folded_with(part.steps, failure);
  if (step == part.steps.end()) {
    part.quiet_calls -= std::min<uint64_t>(part.quiet_calls, 1);
    return;
  }
  if (step->call_count == 1) {
    part.steps.erase(step);
    return;
  }
  std::visit([&](auto& facts) { forget_failure(facts, failure.error); }, step->facts);
  std::erase(step->calls, failure.first);
  --step->call_count;
  const std::string_view name = failure.names.begin()->first;
  if (--step->names[name] == 0) step->names.erase(name);
  if (--step->normal_failures == 0) step->reason.clear();
}

// Mounts are taken away until nothing is left: the last call fails.
bool is_end_of_unmounting(Draft::Part& part, const Step& failure) {
  const auto* const done = std::get_if<MountDone>(&failure.facts);
  if (!done || done->how != MountDone::How::kUnmount) return false;
  const auto step = folded_with(part.steps, failure);
  return step != part.steps.end() && step->normal_failures < step->call_count;
}

}  // namespace

bool may_end(const Step& failed) {
  // Who asks what the kernel can do has an answer; a call that a signal interrupts is made again.
  if (std::holds_alternative<ProcessMade>(failed.facts)) return failed.error == ENOSYS;
  if (const auto* call = std::get_if<CallMade>(&failed.facts)) return call->name == "chdir";
  return !std::holds_alternative<Probed>(failed.facts);
}

bool goes_past(const Step& failed, const Step& step) {
  if (step.error) return false;
  const bool same_call = failed.names.begin()->first == step.names.begin()->first;
  const bool makes_process = std::holds_alternative<ProcessMade>(step.facts);  // by clone3, or clone after that
  const bool same_kind = failed.facts.index() == step.facts.index() && (same_call || makes_process);
  return same_kind || is_of_set_up(step) || std::holds_alternative<ProgramRun>(step.facts);
}

void blame(std::vector<Draft::Part>& parts) {
  Draft::Part* first = nullptr;
  for (Draft::Part& part : parts) {
    if (!part.excused || !ended_with_error(part) || is_end_of_unmounting(part, *part.excused)) continue;
    if (is_left_behind(part, parts) || is_explained(part, parts)) continue;
    if (!first || part.stage.end_ns < first->stage.end_ns) first = &part;
  }
  if (!first) return;
  take_out_failure(*first, *first->excused);
  Step failure = *first->excused;
  const auto is_before = [&](const Step& step) { return step.start_ns < failure.start_ns; };
  const auto before = std::ranges::find_if(first->steps.rbegin(), first->steps.rend(), is_before);
  if (std::holds_alternative<CallMade>(failure.facts) && before != first->steps.rend()) failure.phase = before->phase;
  first->steps.push_back(std::move(failure));
}

}  // namespace cttrace
