#include "model/doubt.h"

#include <algorithm>

namespace cttrace {
namespace {

// What a call that was not seen may have changed of a task. What can only be set once, stays known when it is set.
void doubt_task(TaskState& task) {
  for (Fact<NamespaceId>& fact : task.namespaces) fact.evidence = Evidence::kUnknown;
  Identity& identity = task.identity;
  identity.uids.evidence = identity.gids.evidence = identity.groups.evidence = Evidence::kUnknown;
  identity.capabilities.evidence = identity.securebits.evidence = Evidence::kUnknown;
  identity.seccomp_filters.evidence = identity.oom_score_adj.evidence = Evidence::kUnknown;
  identity.session_keyring.evidence = identity.personality.evidence = Evidence::kUnknown;
  identity.dumpable.evidence = identity.parent_death_signal.evidence = Evidence::kUnknown;
  if (!identity.no_new_privs.value) identity.no_new_privs.evidence = Evidence::kUnknown;
  if (identity.seccomp_mode.value == 0) identity.seccomp_mode.evidence = Evidence::kUnknown;
  for (auto& [hierarchy, path] : task.cgroups) path.evidence = Evidence::kUnknown;
}

void doubt_namespace(Namespace& ns) {
  if (ns.uid_map.value.empty()) ns.uid_map.evidence = Evidence::kUnknown;
  if (ns.gid_map.value.empty()) ns.gid_map.evidence = Evidence::kUnknown;
  if (ns.setgroups_allowed.value) ns.setgroups_allowed.evidence = Evidence::kUnknown;
  ns.hostname.evidence = ns.domainname.evidence = Evidence::kUnknown;
}

// Everything that is alive, so not more often than that many events go by: what a loss costs stays in proportion.
void doubt_everything(ModelContext& context, std::string why) {
  State& state = context.state;
  if (!state.doubtful_since) {
    state.doubtful_since = state.event;
    state.doubt = why;
  }
  const uint64_t pause = state.tasks.size() + state.namespaces.size();
  if (context.books.doubted_at != 0 && state.event - context.books.doubted_at < pause) return;
  context.books.doubted_at = state.event;
  for (auto& [id, task] : state.tasks) doubt_task(task.edit());
  for (auto& [id, ns] : state.namespaces) doubt_namespace(ns.edit());
  doubt_mounts(context, why);
  context.changed(BecameUnknown{"namespaces, identities, names, cgroups and mounts as they were set before: " + why});
}

}  // namespace

void apply_loss(ModelContext& context, const Loss& loss) {
  constexpr ct_loss_kind kWhole[] = {CT_LOSS_RING_FULL, CT_LOSS_TASKS_FULL, CT_LOSS_SCRATCH_BUSY};
  uint64_t lost = 0;
  for (const ct_loss_kind kind : kWhole) lost += loss.counts[kind];
  if (lost <= context.books.lost) return;
  const uint64_t more = lost - std::exchange(context.books.lost, lost);
  doubt_everything(context, std::to_string(more) + " records were lost");
}

void doubt_call(ModelContext& context, const Call& call) {
  const std::string name(call.row->name);
  if (call.outcome == Outcome::kReturnLost) doubt_everything(context, "how " + name + " returned was lost");
  if (call.enter_lost) doubt_everything(context, "the entry of " + name + " was lost");
}

}  // namespace cttrace
