// Capabilities, securebits, no_new_privs and seccomp, by the calls that set them.
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>

#include <algorithm>

#include "model/arguments.h"
#include "model/credentials.h"
#include "model/identity.h"
#include "model/tasks.h"

namespace cttrace {
namespace {

constexpr int kDumpableByItsUser = 1;  // SUID_DUMP_USER, include/linux/sched/coredump.h

template <typename Edit>
void edit_capabilities(Identity& identity, Edit edit) {
  edit(identity.capabilities.value);
  identity.capabilities.evidence = std::min(identity.capabilities.evidence, Evidence::kInferred);
}

void set_securebit(Identity& identity, unsigned bit, bool set) {
  const uint32_t mask = issecure_mask(bit);
  identity.securebits.value = set ? identity.securebits.value | mask : identity.securebits.value & ~mask;
  identity.securebits.evidence = std::min(identity.securebits.evidence, Evidence::kInferred);
}

void change_ambient(Identity& identity, uint32_t operation, uint64_t capability) {
  if (operation == PR_CAP_AMBIENT_CLEAR_ALL)
    edit_capabilities(identity, [](auto& sets) { sets.ambient = 0; });
  else if (operation == PR_CAP_AMBIENT_RAISE)
    edit_capabilities(identity, [&](auto& sets) { sets.ambient |= capability; });
  else if (operation == PR_CAP_AMBIENT_LOWER)
    edit_capabilities(identity, [&](auto& sets) { sets.ambient &= ~capability; });
}

void add_filter(Identity& identity) {
  identity.seccomp_mode = {SECCOMP_MODE_FILTER, Evidence::kInferred};
  ++identity.seccomp_filters.value;
  identity.seccomp_filters.evidence = std::min(identity.seccomp_filters.evidence, Evidence::kInferred);
}

// All threads of the process have the filters of this one from now on: seccomp_sync_threads, kernel/seccomp.c.
void synchronize_filters(ModelContext& context, const TaskState& from) {
  for (const TaskId thread : threads_of(context, from)) {
    if (thread == from.id) continue;
    TaskState& task = context.state.tasks.at(thread).edit();
    const Identity before = task.identity;
    task.identity.seccomp_mode = from.identity.seccomp_mode;
    task.identity.seccomp_filters = from.identity.seccomp_filters;
    const Fact<bool>& no_new_privs = from.identity.no_new_privs;
    if (!no_new_privs.known()) task.identity.no_new_privs.evidence = Evidence::kUnknown;
    if (no_new_privs.known() && no_new_privs.value) task.identity.no_new_privs = {true, Evidence::kInferred};
    tell_identity(context, task, before);
  }
}

// Whether a core of it may be dumped is said of the memory.
void set_dumpable(ModelContext& context, const TaskState& of, bool dumpable) {
  for (const TaskId sharer : sharers_of_memory(context, of)) {
    TaskState& task = context.state.tasks.at(sharer).edit();
    const Identity before = task.identity;
    task.identity.dumpable = {dumpable, Evidence::kInferred};
    tell_identity(context, task, before);
  }
}

void apply_option(const Call& call, Identity& identity) {
  const uint64_t argument = call.args.size() > 1 ? call.args[1].raw : 0;
  const auto bit = [](uint64_t capability) { return capability < 64 ? uint64_t{1} << capability : 0; };
  switch (int_at(call, 0)) {
    case PR_CAPBSET_DROP: edit_capabilities(identity, [&](auto& sets) { sets.bounding &= ~bit(argument); }); break;
    case PR_CAP_AMBIENT:
      change_ambient(identity, static_cast<uint32_t>(argument), call.args.size() > 2 ? bit(call.args[2].raw) : 0);
      break;
    case PR_SET_SECUREBITS: identity.securebits = {static_cast<uint32_t>(argument), Evidence::kInferred}; break;
    case PR_SET_KEEPCAPS: set_securebit(identity, SECURE_KEEP_CAPS, argument != 0); break;
    case PR_SET_NO_NEW_PRIVS: identity.no_new_privs = {true, Evidence::kInferred}; break;
    case PR_SET_PDEATHSIG: identity.parent_death_signal = {static_cast<int32_t>(argument), Evidence::kInferred}; break;
    case PR_SET_SECCOMP:
      if (argument == SECCOMP_MODE_FILTER) add_filter(identity);
      if (argument == SECCOMP_MODE_STRICT) identity.seccomp_mode = {SECCOMP_MODE_STRICT, Evidence::kInferred};
      break;
    default: break;
  }
}

}  // namespace

void apply_capset(ModelContext& context, const Call& call, TaskState& task) {
  const Identity before = task.identity;
  const std::optional<Identity::Capabilities> asked = capabilities_asked(context, call);
  if (!asked) {
    task.identity.capabilities.evidence = Evidence::kUnknown;
  } else {
    // cap_capset, security/commoncap.c
    edit_capabilities(task.identity, [&](Identity::Capabilities& capabilities) {
      capabilities.effective = asked->effective;
      capabilities.permitted = asked->permitted;
      capabilities.inheritable = asked->inheritable;
      capabilities.ambient &= capabilities.permitted & capabilities.inheritable;
    });
  }
  commit_credentials(context, task, before);
  tell_identity(context, task, before);
}

void apply_prctl(ModelContext& context, const Call& call, TaskState& task) {
  switch (int_at(call, 0)) {
    case PR_SET_DUMPABLE: set_dumpable(context, task, call.args[1].raw == kDumpableByItsUser); return;
    case PR_CAPBSET_DROP:
    case PR_CAP_AMBIENT:
    case PR_SET_SECUREBITS:
    case PR_SET_KEEPCAPS:
    case PR_SET_NO_NEW_PRIVS:
    case PR_SET_PDEATHSIG:
    case PR_SET_SECCOMP: break;
    default: return;
  }
  const Identity before = task.identity;
  apply_option(call, task.identity);
  tell_identity(context, task, before);
}

void apply_seccomp(ModelContext& context, const Call& call, TaskState& task) {
  const uint32_t operation = int_at(call, 0), flags = int_at(call, 1);
  const Identity before = task.identity;
  if (operation == SECCOMP_SET_MODE_STRICT) task.identity.seccomp_mode = {SECCOMP_MODE_STRICT, Evidence::kInferred};
  if (operation == SECCOMP_SET_MODE_FILTER) {
    // With TSYNC a positive result is the thread that could not follow, unless it is a descriptor.
    const bool returns_descriptor = flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;
    if (call.result > 0 && !returns_descriptor) return;
    add_filter(task.identity);
    if (flags & SECCOMP_FILTER_FLAG_TSYNC) synchronize_filters(context, task);
  }
  tell_identity(context, task, before);
}

}  // namespace cttrace
