// From a call to a step.
#include "story/steps.h"

#include <utility>

#include "base/paths.h"
#include "story/call.h"
#include "story/normal_failures.h"

namespace cttrace {
namespace {

template <typename... Kinds>
struct Overloaded : Kinds... {
  using Kinds::operator()...;
};
template <typename... Kinds>
Overloaded(Kinds...) -> Overloaded<Kinds...>;

StepFacts nothing_of_its_own(const Call& call) { return CallMade{.name = std::string(call.row->name), .quiet = true}; }

// By index of the row: variants do what their call does.
std::vector<CallMeaning> by_row() {
  std::vector<CallMeaning> meanings;
  for (const SyscallRow& row : syscall_rows()) meanings.push_back({row.name, nothing_of_its_own});
  for (const auto& subject :
       {mount_calls(), root_calls(), device_calls(), process_calls(), identity_calls(), control_calls()})
    for (const CallMeaning& known : subject)
      for (CallMeaning& meaning : meanings)
        if (meaning.call == known.call) meaning = known;
  return meanings;
}

StepFacts facts_of(const Call& call) {
  static const std::vector<CallMeaning> meanings = by_row();
  return meanings[call.row->index].facts(call);
}

bool are_below(const ControlsWritten& controls, std::string_view folder) {
  return !controls.writes.empty() && is_below(controls.writes[0].file, folder);
}

// The clocks of the time namespace that is made.
bool is_of_time_namespace(const ControlsWritten& controls) {
  return !controls.writes.empty() && last_part(controls.writes[0].file) == "timens_offsets";
}

// What failed, and need not have succeeded, is told beside what did.
void note_failure(StepFacts& facts, int error) {
  if (auto* masked = std::get_if<PathsMasked>(&facts)) masked->paths[0].error = error;
  if (auto* given = std::get_if<IdentityGiven>(&facts)) given->changes[0].error = error;
  const auto* done = std::get_if<MountDone>(&facts);
  if (done && done->how == MountDone::How::kUnmount)
    facts = CallMade{.name = "umount2", .about = done->mounts[0].target.path, .quiet = true};
  if (const auto* run = std::get_if<ProgramRun>(&facts))
    facts = CallMade{.name = "execve", .about = run->path, .quiet = true};
  if (std::holds_alternative<NamespacesChanged>(facts)) facts = CallMade{.name = "setns", .quiet = true};
  if (std::holds_alternative<ProcessMade>(facts)) facts = CallMade{.name = "clone", .quiet = true};
  if (const auto* made = std::get_if<DevicesMade>(&facts); made && !made->nodes[0].mode)
    facts = CallMade{.name = "chown", .quiet = true};
  if (std::holds_alternative<MapsWritten>(facts)) facts = CallMade{.name = "write", .quiet = true};
  done = std::get_if<MountDone>(&facts);
  if (!done || done->how != MountDone::How::kBind) return;
  const MountDone::One& bind = done->mounts[0];
  if (error == ENOENT && !bind.source.empty() && bind.source != bind.target.path) {  // it was to be there, not masked
    facts = CallMade{.name = "mount", .about = bind.target.path, .quiet = true};
    return;
  }
  facts = PathsMasked{{{.path = done->mounts[0].target, .error = error}}};
}

}  // namespace

std::string_view phase_name(Phase phase) {
  static constexpr std::string_view kNames[] = {"create",  "user maps", "namespaces", "cgroup",
                                                "rootfs",  "mounts",    "devices",    "root switch",
                                                "masking", "network",   "identity",   "hand-over"};
  return kNames[static_cast<size_t>(phase)];
}

Phase usual_phase(const StepFacts& facts) {
  return std::visit(Overloaded{
                        [](const ProgramRun&) { return Phase::kCreate; },
                        [](const ProcessMade&) { return Phase::kCreate; },
                        [](const SelfProtected&) { return Phase::kCreate; },
                        [](const MapsWritten&) { return Phase::kUserMaps; },
                        [](const NamespacesChanged&) { return Phase::kNamespaces; },
                        [](const CgroupJoined&) { return Phase::kCgroup; },
                        [](const ControlsWritten& controls) {
                          if (are_below(controls, "/proc/sys/net/")) return Phase::kNetwork;
                          if (is_of_time_namespace(controls)) return Phase::kNamespaces;
                          return are_below(controls, "/proc/") ? Phase::kIdentity : Phase::kCgroup;
                        },
                        [](const MountDone&) { return Phase::kMounts; },
                        [](const DevicesMade&) { return Phase::kDevices; },
                        [](const RootSwitched&) { return Phase::kRootSwitch; },
                        [](const PathsMasked&) { return Phase::kMasking; },
                        [](const NameGiven&) { return Phase::kIdentity; },
                        [](const IdentityGiven&) { return Phase::kIdentity; },
                        [](const Probed&) { return Phase::kCreate; },
                        [](const HandedOver&) { return Phase::kHandOver; },
                        [](const CallMade&) { return Phase::kCreate; },
                    },
                    facts);
}

bool is_quiet(const Step& step) {
  const auto* call = std::get_if<CallMade>(&step.facts);
  return call && !step.error && (call->quiet || step.normal_failures);
}

Step unexcused_step_of(const Call& call, EventNumber number) {
  Step step;
  step.first = step.last = number;
  step.start_ns = call.start_ns;
  step.end_ns = call.start_ns + call.duration_ns.value_or(0);
  step.calls = {number};
  step.call_count = 1;
  step.names = {{call.row->name, 1}};
  step.facts = facts_of(call);
  if (call.outcome == Outcome::kReturnLost)
    step.facts = CallMade{.name = std::string(call.row->name),
                          .about = "(its return was lost: not known whether it did anything)"};
  step.error = error_of(call);
  if (step.error) {
    step.killed = call.outcome == Outcome::kSigsysBySeccomp;
    step.denied = call.outcome == Outcome::kDeniedBySeccomp || step.killed;
    step.message = call.fs_message.value_or("");
  }
  step.phase = usual_phase(step.facts);
  return step;
}

Step step_of(const Call& call, EventNumber number, const Circumstances& around) {
  Step step = unexcused_step_of(call, number);
  if (step.error) step.reason = why_normal(call, step.facts, around);
  if (step.reason.empty()) return step;
  step.normal_failures = 1;
  step.killed = step.denied = false;
  step.message.clear();
  note_failure(step.facts, std::exchange(step.error, 0));
  step.phase = usual_phase(step.facts);
  return step;
}

}  // namespace cttrace
