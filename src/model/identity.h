// Who a task is, to the kernel: what calls change of it.
#pragma once

#include <string>
#include <vector>

#include "cttrace/event.h"
#include "cttrace/state.h"
#include "model/context.h"

namespace cttrace {

// What a child has of it.
Identity inherited(const Identity& creator);

// The fields in which they differ, in the words of Identity. What was not known has not changed.
std::vector<std::string> changed_fields(const Identity& before, const Identity& after);
// Says what has changed of the task, if anything.
void tell_identity(ModelContext& context, const TaskState& task, const Identity& before);

void apply_uid_call(ModelContext& context, const Call& call, TaskState& task);
void apply_gid_call(ModelContext& context, const Call& call, TaskState& task);
void apply_setgroups(ModelContext& context, const Call& call, TaskState& task);
void apply_capset(ModelContext& context, const Call& call, TaskState& task);
void apply_prctl(ModelContext& context, const Call& call, TaskState& task);
void apply_seccomp(ModelContext& context, const Call& call, TaskState& task);
void apply_keyctl(ModelContext& context, const Call& call, TaskState& task);
void apply_personality(ModelContext& context, const Call& call, TaskState& task);
void apply_prlimit64(ModelContext& context, const Call& call, TaskState& task);
void apply_setrlimit(ModelContext& context, const Call& call, TaskState& task);

}  // namespace cttrace
