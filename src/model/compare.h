// The model compared with what /proc says of a task. Pure.
#pragma once

#include <string>
#include <vector>

#include "cttrace/proc.h"
#include "cttrace/state.h"
#include "cttrace/verification.h"

namespace cttrace {

inline constexpr const char* kGone = "ended before being read";

struct Comparison {
  std::vector<Difference> differences;
  // Why it cannot be told whether the rest is equal: the process has gone, something may not be read, the model does
  // not know. Empty: it can.
  std::string cannot;

  friend bool operator==(const Comparison&, const Comparison&) = default;
};

// Namespaces, mount table, root, working directory, ids, groups, capabilities, no_new_privs and seccomp, as far as the
// model knows them. `mounts`: whether the mount table is compared, too.
Comparison compare_with_proc(const State& state, TaskId task, const ProcReading& reading, bool mounts);

// What a container is told apart by: its namespaces, and where its root is in its mount namespace.
std::string container_key(const State& state, const TaskState& task);

}  // namespace cttrace
