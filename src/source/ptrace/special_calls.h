// Calls that matter to whoever follows, beside being recorded.
#pragma once

#include <cstdint>

#include "cttrace/syscalls.h"
#include "source/ptrace/requests.h"

namespace cttrace::ptrace {

enum class SpecialCall : uint8_t {
  kNone,
  kMakesTask,  // clone and its like
  kExecutes,   // execve and its like
  kTraces,     // ptrace
  kSeccomp,    // seccomp
  kPrctl,      // prctl, which may do the same
  kEnters,     // unshare and setns: other namespaces
};

SpecialCall special_call(Abi abi, uint32_t nr);

// What a task has from its creator for sure, by the call that makes it.
struct Inherited {
  bool namespaces = false, cgroup = false;
};
Inherited inherited(const CallNow& call);

}  // namespace cttrace::ptrace
