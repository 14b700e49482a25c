#include "story/confined.h"

#include <sched.h>
#include <sys/wait.h>

#include <algorithm>

#include "story/gathering.h"
#include "story/naming.h"

namespace cttrace {
namespace {

// A server's session: it took itself away what it does not need, and did what it is there for. That it cannot have its
// ids back is what it looks for; what failed in those that ended well did not matter.
bool has_given_ids_up(const SetUp& set_up) {
  if (!set_up.made.empty() || !set_up.joined.empty()) return false;
  bool gave_ids_up = false;
  for (const Draft::Part& part : set_up.draft.parts())
    for (const Step& step : part.steps) {
      const auto* given = std::get_if<IdentityGiven>(&step.facts);
      const bool ended_well = part.stage.end_ns && !part.stage.exit_code;
      if (std::holds_alternative<ProgramRun>(step.facts) || (step.error && !given && !ended_well)) return false;
      const auto is_uid = [](const auto& each) { return each.what == IdentityGiven::What::kUid; };
      gave_ids_up = gave_ids_up || (given && !step.error && std::ranges::any_of(given->changes, is_uid));
    }
  return gave_ids_up;
}

// A daemon: all alone it shut itself in, at last took itself away what it does not need, and worked until somebody
// ended that. Who is told to make a container has more to do.
bool has_shut_itself_in(const SetUp& set_up) {
  const Draft::Part* alone = nullptr;
  for (const Draft::Part& part : set_up.draft.parts()) {
    if (part.steps.empty()) continue;
    if (alone) return false;
    alone = &part;
  }
  if (!alone || makes_container(set_up.unit->argv) || !WIFSIGNALED(static_cast<int>(set_up.failed))) return false;
  const auto is_more = [](const Step& step) {
    const auto* const run = std::get_if<ProgramRun>(&step.facts);
    return step.error || (run && !run->itself) || std::holds_alternative<ProcessMade>(step.facts);
  };
  // With whom it wants to die is nothing that it takes away.
  const auto last = std::find_if_not(alone->steps.rbegin(), alone->steps.rend(), is_how_to_die);
  return last != alone->steps.rend() && std::holds_alternative<IdentityGiven>(last->facts) &&
         std::ranges::none_of(alone->steps, is_more);
}

// It went into another root to ask what the kernel executes there.
bool has_only_asked(const SetUp& set_up) {
  if (!set_up.made.empty() || !set_up.joined.empty()) return false;
  bool asked = false;
  for (const Draft::Part& part : set_up.draft.parts()) {
    const auto is_more = [](const Step& step) { return step.error || std::holds_alternative<ProgramRun>(step.facts); };
    if (std::ranges::any_of(part.steps, is_more)) return false;
    for (const auto& [name, count] : part.calls_by_name) asked = asked || (count && name.starts_with("execve"));
  }
  return asked;
}

// What is done to shut oneself in, or has no effect. That of the latter failed does not matter.
bool confines(const Step& step) {
  if (const auto* const call = std::get_if<CallMade>(&step.facts)) return call->quiet;
  const bool is_such =
      std::holds_alternative<IdentityGiven>(step.facts) || std::holds_alternative<NamespacesChanged>(step.facts) ||
      std::holds_alternative<MapsWritten>(step.facts) || std::holds_alternative<RootSwitched>(step.facts) ||
      std::holds_alternative<ProcessMade>(step.facts) || std::holds_alternative<Probed>(step.facts);
  return is_such && !step.error;
}

// What it said when it failed is why.
bool has_given_up(const Draft::Part& part) {
  const uint32_t code = part.stage.exit_code;
  const uint64_t last_ns = part.steps.empty() ? 0 : part.steps.back().end_ns;
  return code && !WIFSIGNALED(static_cast<int>(code)) && !part.stage.said.since(last_ns).empty();
}

}  // namespace

bool works_confined(const SetUp& set_up) {
  const bool own_mounts = set_up.made.contains(CLONE_NEWNS);
  if (makes_container(set_up.unit->argv) || own_mounts || !set_up.joined.empty()) return false;
  const Step* last = nullptr;
  for (const Draft::Part& part : set_up.draft.parts()) {
    if (has_given_up(part) || !std::ranges::all_of(part.steps, confines)) return false;
    for (const Step& step : part.steps) {
      const bool makes_more = std::holds_alternative<ProcessMade>(step.facts);
      if (makes_more || std::holds_alternative<CallMade>(step.facts) || is_how_to_die(step)) continue;
      if (!last || last->end_ns <= step.end_ns) last = &step;
    }
  }
  const auto* const given = last ? std::get_if<IdentityGiven>(&last->facts) : nullptr;
  const auto is_filter = [](const auto& each) { return each.what == IdentityGiven::What::kSeccomp && !each.error; };
  return given && std::ranges::any_of(given->changes, is_filter);
}

bool is_for_nobody(const SetUp& set_up) {
  return has_given_ids_up(set_up) || has_shut_itself_in(set_up) || has_only_asked(set_up) || works_confined(set_up);
}

bool has_only_made_namespaces(const SetUp& set_up) {
  return std::ranges::all_of(set_up.draft.parts(), [](const Draft::Part& part) {
    return std::ranges::all_of(part.steps,
                               [](const Step& step) { return std::holds_alternative<NamespacesChanged>(step.facts); });
  });
}

bool has_only_looked(const SetUp& set_up) {
  const auto looks = [](const Step& step) {
    const auto* const run = std::get_if<ProgramRun>(&step.facts);
    return confines(step) || (run && run->itself && !step.error);
  };
  return set_up.made.empty() && set_up.joined.empty() &&
         std::ranges::all_of(set_up.draft.parts(),
                             [&](const Draft::Part& part) { return std::ranges::all_of(part.steps, looks); });
}

}  // namespace cttrace
