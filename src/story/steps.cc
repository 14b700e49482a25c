// From a call to a step.
#include "story/steps.h"

#include <utility>

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

StepFacts facts_of(const Call& call) {
  for (const auto& read : {mount_facts, root_facts, device_facts, process_facts, identity_facts, control_facts})
    if (std::optional<StepFacts> facts = read(call)) return std::move(*facts);
  const bool quiet = succeeded(call);
  return CallsMade{.name = std::string(call.row->name), .quiet = quiet};
}

bool is_network(const ControlsWritten& controls) {
  return !controls.writes.empty() && controls.writes[0].file.starts_with("/proc/sys/net/");
}

bool is_in_proc(const ControlsWritten& controls) {
  return !controls.writes.empty() && controls.writes[0].file.starts_with("/proc/");
}

// What failed, and need not have succeeded, is told beside what did.
void note_failure(StepFacts& facts, int error) {
  if (auto* masked = std::get_if<PathsMasked>(&facts)) masked->paths[0].error = error;
  const auto* done = std::get_if<MountDone>(&facts);
  if (!done || done->how != MountDone::How::kBind) return;
  facts = PathsMasked{{{.path = done->mounts[0].target, .with = PathsMasked::With::kReadOnly, .error = error}}};
}

}  // namespace

Phase usual_phase(const StepFacts& facts) {
  return std::visit(Overloaded{
                        [](const ProgramRun&) { return Phase::kCreate; },
                        [](const ProcessMade&) { return Phase::kCreate; },
                        [](const SelfProtected&) { return Phase::kCreate; },
                        [](const MapsWritten&) { return Phase::kUserMaps; },
                        [](const NamespacesChanged&) { return Phase::kNamespaces; },
                        [](const CgroupJoined&) { return Phase::kCgroup; },
                        [](const ControlsWritten& controls) {
                          if (is_network(controls)) return Phase::kNetwork;
                          return is_in_proc(controls) ? Phase::kIdentity : Phase::kCgroup;
                        },
                        [](const MountDone&) { return Phase::kMounts; },
                        [](const DevicesMade&) { return Phase::kDevices; },
                        [](const RootSwitched&) { return Phase::kRootSwitch; },
                        [](const PathsMasked&) { return Phase::kMasking; },
                        [](const NameGiven&) { return Phase::kIdentity; },
                        [](const IdentityGiven&) { return Phase::kIdentity; },
                        [](const Probed&) { return Phase::kIdentity; },
                        [](const HandedOver&) { return Phase::kHandOver; },
                        [](const CallsMade&) { return Phase::kCreate; },
                    },
                    facts);
}

Step step_of(const Call& call, EventNumber number) {
  Step step;
  step.first = step.last = number;
  step.start_ns = call.start_ns;
  step.end_ns = call.start_ns + call.duration_ns.value_or(0);
  step.calls = {number};
  step.call_count = 1;
  step.facts = facts_of(call);
  step.phase = usual_phase(step.facts);
  step.error = error_of(call);
  if (step.error) step.reason = why_normal(call, step.facts);
  if (step.reason.empty()) return step;
  step.normal_failures = 1;
  note_failure(step.facts, std::exchange(step.error, 0));
  step.phase = usual_phase(step.facts);
  return step;
}

}  // namespace cttrace
