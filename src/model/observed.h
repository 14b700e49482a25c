// What an execve does to a task by the kernel's rules, and the kernel's own answer after it.
#pragma once

#include "cttrace/event.h"
#include "cttrace/state.h"
#include "model/context.h"

namespace cttrace {

// The task has executed a program: what it is now, as far as that is certain without looking into the file.
void expect_program(ModelContext& context, TaskState& task, const Snapshot& snapshot);

// Takes in what the kernel says of the task.
void observe(ModelContext& context, TaskState& task, const Snapshot& snapshot);

}  // namespace cttrace
