// What is inherited, what has changed; groups, keyrings, personality, limits.
#include "model/identity.h"

#include <linux/keyctl.h>

#include <algorithm>

#include "model/arguments.h"
#include "model/namespaces.h"
#include "model/tasks.h"
#include "model/user_namespaces.h"

namespace cttrace {
namespace {

template <typename T>
bool differs(const Fact<T>& before, const Fact<T>& after) {
  return before.known() && after.known() && before.value != after.value;
}

template <typename T>
void soften(Fact<T>& fact) {
  fact.evidence = std::min(fact.evidence, Evidence::kInferred);
}

constexpr uint32_t kCompatInfinity = UINT32_MAX;

// Limits are the process's.
void set_limit(ModelContext& context, const TaskState& process, uint32_t resource, Identity::Limit limit) {
  for (const TaskId thread : threads_of(context, process)) {
    TaskState& task = context.state.tasks.at(thread).edit();
    const Identity before = task.identity;
    task.identity.limits[resource] = limit;
    tell_identity(context, task, before);
  }
}

}  // namespace

Identity inherited(const Identity& creator) {
  Identity identity = creator;
  soften(identity.uids), soften(identity.gids), soften(identity.groups), soften(identity.capabilities);
  soften(identity.securebits), soften(identity.no_new_privs), soften(identity.seccomp_mode);
  soften(identity.seccomp_filters), soften(identity.oom_score_adj), soften(identity.session_keyring);
  soften(identity.personality), soften(identity.dumpable);
  identity.parent_death_signal = {0, Evidence::kInferred};  // copy_process, kernel/fork.c
  return identity;
}

std::vector<std::string> changed_fields(const Identity& before, const Identity& after) {
  std::vector<std::string> fields;
  const auto note = [&](bool changed, const char* field) {
    if (changed) fields.emplace_back(field);
  };
  note(differs(before.uids, after.uids), "uids");
  note(differs(before.gids, after.gids), "gids");
  note(differs(before.groups, after.groups), "groups");
  note(differs(before.capabilities, after.capabilities), "capabilities");
  note(differs(before.securebits, after.securebits), "securebits");
  note(differs(before.no_new_privs, after.no_new_privs), "no_new_privs");
  note(differs(before.seccomp_mode, after.seccomp_mode), "seccomp_mode");
  note(differs(before.seccomp_filters, after.seccomp_filters), "seccomp_filters");
  note(differs(before.oom_score_adj, after.oom_score_adj), "oom_score_adj");
  // Nobody tells what these are when tracing begins: that they were set is what is known.
  note(before.session_keyring.value != after.session_keyring.value, "session_keyring");
  note(after.personality.known() && before.personality.value != after.personality.value, "personality");
  note(after.dumpable.known() && (!before.dumpable.known() || before.dumpable.value != after.dumpable.value),
       "dumpable");
  note(after.parent_death_signal.known() && before.parent_death_signal.value != after.parent_death_signal.value,
       "parent_death_signal");
  note(before.limits != after.limits, "limits");
  note(before.label != after.label, "label");
  return fields;
}

void tell_identity(ModelContext& context, const TaskState& task, const Identity& before) {
  std::vector<std::string> fields = changed_fields(before, task.identity);
  if (!fields.empty()) context.changed(IdentityChanged{.task = task.id, .fields = std::move(fields), .before = before});
}

void apply_setgroups(ModelContext& context, const Call& call, TaskState& task) {
  const Identity before = task.identity;
  const NamespaceId user = task.namespaces[CT_NS_USER].value;
  Fact<std::vector<uint32_t>> groups{{}, Evidence::kInferred};
  const size_t size = call.args[1].spec->size == 2 ? 2 : 4, count = int_at(call, 0);
  const auto memory = count == 0 ? std::string_view() : memory_at(call, 1);
  if (!memory || memory->size() != count * size) groups = {};
  for (size_t i = 0; groups.known() && i < count; ++i) {
    const uint32_t id = size == 2 ? *number_in<uint16_t>(*memory, i * size) : *number_in<uint32_t>(*memory, i * size);
    const Fact<uint32_t> host = to_host(context.state, user, id, IdKind::kGid);
    groups.value.push_back(host.value);
    if (!host.known()) groups = {};
  }
  std::ranges::sort(groups.value);  // groups_sort, kernel/groups.c
  task.identity.groups = std::move(groups);
  tell_identity(context, task, before);
}

void apply_keyctl(ModelContext& context, const Call& call, TaskState& task) {
  if (int_at(call, 0) != KEYCTL_JOIN_SESSION_KEYRING) return;
  const Identity before = task.identity;
  const Argument& name = call.args[1];
  const bool anonymous = name.reading == Reading::kNull;
  const auto text = memory_at(call, 1);
  task.identity.session_keyring = anonymous ? Fact<std::string>{"(new)", Evidence::kInferred}
                                  : text    ? Fact<std::string>{std::string(*text), Evidence::kInferred}
                                            : Fact<std::string>{};
  tell_identity(context, task, before);
}

void apply_personality(ModelContext& context, const Call& call, TaskState& task) {
  constexpr uint32_t kAsk = UINT32_MAX;
  const uint32_t persona = int_at(call, 0);
  if (persona == kAsk) {
    task.identity.personality = {static_cast<uint32_t>(call.result), Evidence::kObserved};
    return;
  }
  const Identity before = task.identity;
  task.identity.personality = {persona, Evidence::kInferred};
  tell_identity(context, task, before);
}

void apply_prlimit64(ModelContext& context, const Call& call, TaskState& task) {
  const uint32_t pid = int_at(call, 0);
  const Argument& limit = call.args[2];
  if (limit.raw == 0) return;
  const TaskState* const target = pid == 0 ? &task : context.state.task_numbered(task.namespaces[CT_NS_PID].value, pid);
  if (!target) return;
  const auto memory = memory_at(call, 2);
  const auto soft = memory ? number_in<uint64_t>(*memory, 0) : std::nullopt;
  const auto hard = memory ? number_in<uint64_t>(*memory, 8) : std::nullopt;
  if (soft && hard) set_limit(context, *target, int_at(call, 1), {.soft = *soft, .hard = *hard});
}

void apply_setrlimit(ModelContext& context, const Call& call, TaskState& task) {
  const auto memory = memory_at(call, 1);
  if (!memory) return;
  Identity::Limit limit;
  if (call.args[1].spec->set == "rlimit32") {
    const auto soft = number_in<uint32_t>(*memory, 0), hard = number_in<uint32_t>(*memory, 4);
    if (!soft || !hard) return;
    const auto wide = [](uint32_t number) { return number == kCompatInfinity ? UINT64_MAX : number; };
    limit = {.soft = wide(*soft), .hard = wide(*hard)};
  } else {
    const auto soft = number_in<uint64_t>(*memory, 0), hard = number_in<uint64_t>(*memory, 8);
    if (!soft || !hard) return;
    limit = {.soft = *soft, .hard = *hard};
  }
  set_limit(context, task, int_at(call, 0), limit);
}

}  // namespace cttrace
