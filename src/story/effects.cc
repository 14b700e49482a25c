// Looking for a step's effects in the changes.
#include "story/effects.h"

#include <algorithm>
#include <set>

namespace cttrace {
namespace {

using What = IdentityGiven::What;

// Whether it was known before, so that a change would have been noticed.
bool is_known(What what, const Identity& identity) {
  switch (what) {
    case What::kUid:
    case What::kFsUid: return identity.uids.known();
    case What::kGid:
    case What::kFsGid: return identity.gids.known();
    case What::kGroups: return identity.groups.known();
    case What::kCapabilities:
    case What::kBounding:
    case What::kAmbientRaise:
    case What::kAmbientLower:
    case What::kAmbientClear: return identity.capabilities.known();
    case What::kNoNewPrivs: return identity.no_new_privs.known();
    case What::kSecurebits: return identity.securebits.known();
    default: return false;
  }
}

}  // namespace

bool is_without_effect(const StepFacts& facts, TaskId task, const Changes& changes, const State& state) {
  const auto* given = std::get_if<IdentityGiven>(&facts);
  const TaskState* who = given ? state.task(task) : nullptr;
  if (!who || given->pid || !is_known(given->changes[0].what, who->identity)) return false;
  return std::ranges::none_of(changes,
                              [](const Change& each) { return std::holds_alternative<IdentityChanged>(each); });
}

uint32_t propagated_to(TaskId task, const Changes& changes, const State& state) {
  const TaskState* who = state.task(task);
  const Namespace* own = who ? state.ns_of(*who, CT_NS_MNT) : nullptr;
  std::set<TreeId> others;
  for (const Change& each : changes) {
    const auto* changed = std::get_if<MountChanged>(&each);
    if (changed && changed->propagated && own && changed->mount.tree != own->mounts) others.insert(changed->mount.tree);
  }
  return static_cast<uint32_t>(others.size());
}

bool made_root_read_only(const MountDone& unmounting, const Changes& changes) {
  if (unmounting.how != MountDone::How::kUnmount) return false;
  return std::ranges::any_of(changes, [](const Change& each) {
    const auto* const changed = std::get_if<MountChanged>(&each);
    return changed && changed->what == MountChanged::What::kReconfigured;
  });
}

}  // namespace cttrace
