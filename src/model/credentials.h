// The rules by which the kernel changes ids, capabilities and securebits: kernel/sys.c, security/commoncap.c.
#pragma once

#include <cstdint>
#include <optional>

#include "cttrace/event.h"
#include "cttrace/state.h"
#include "model/context.h"

namespace cttrace {

enum IdIndex { kReal, kEffective, kSaved, kFilesystem };

// All capabilities that the watched kernel has, as far as has been seen; it has these at least.
uint64_t all_capabilities(const ModelContext& context);
void notice_capabilities(ModelContext& context, uint64_t seen);

// What capset is to set: effective, permitted and inheritable ones, no others; none: that could not be read.
std::optional<Identity::Capabilities> capabilities_asked(const ModelContext& context, const Call& call);

// What the task is after creating or joining its user namespace: nobody's, with every capability in there.
void enter_user_namespace(ModelContext& context, TaskState& task);

// New credentials of the task come into force, and were `before` until now: commit_creds, kernel/cred.c.
void commit_credentials(ModelContext& context, TaskState& task, const Identity& before);

// A program begins. `identity`: as the snapshot says that it is; `before`: of who executed it; `root`: the host's
// number of its namespace's 0 (begin_new_exec, fs/exec.c, and commit_creds).
void commit_program(Identity& identity, const Identity& before, const Snapshot& snapshot, Fact<uint32_t> root);

// The signal is cleared. None: it is not known whether.
void clear_parent_death_signal(Identity& identity, std::optional<bool> whether);

// Capabilities follow the uids, where securebits do not forbid it; `root`: the host's number of the namespace's 0.
void follow_uids(Identity& identity, const Identity& before, Fact<uint32_t> root);
void follow_fsuid(Identity& identity, const Identity& before, Fact<uint32_t> root);

}  // namespace cttrace
