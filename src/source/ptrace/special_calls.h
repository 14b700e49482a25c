// Calls that matter to whoever follows, beside being recorded.
#pragma once

#include <cstdint>

#include "cttrace/syscalls.h"

namespace cttrace::ptrace {

enum class SpecialCall : uint8_t {
  kNone,
  kMakesTask,  // clone and its like
  kExecutes,   // execve and its like
  kTraces,     // ptrace
  kSeccomp,    // seccomp
  kPrctl,      // prctl, which may do the same
};

SpecialCall special_call(Abi abi, uint32_t nr);

}  // namespace cttrace::ptrace
