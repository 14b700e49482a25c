// Tasks: how they come, what they execute, how they end.
#pragma once

#include <cstdint>

#include "cttrace/event.h"
#include "cttrace/state.h"
#include "model/context.h"

namespace cttrace {

// The task, to be changed. One that has not been seen before is found: nothing is known of it.
TaskState& edit_task(ModelContext& context, const Task& task);
// The threads of its process that run, in the order of their ids, the task itself included.
std::vector<TaskId> threads_of(const ModelContext& context, const TaskState& task);
// Those that run in its memory: its threads, and processes that were made with CLONE_VM, as vfork's are.
std::vector<TaskId> sharers_of_memory(const ModelContext& context, const TaskState& task);

void apply_fork(ModelContext& context, const Fork& fork);
void apply_snapshot(ModelContext& context, const Snapshot& snapshot);
void apply_exit(ModelContext& context, const TaskExit& exit);
// An execve that succeeded: its snapshot follows, or has come already.
void remember_program(ModelContext& context, const Call& call, TaskState& task);

// Forgets those that ended with the last event.
void sweep_tasks(ModelContext& context);

}  // namespace cttrace
