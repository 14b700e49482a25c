// Facts and how they are known; who and when.
#pragma once

#include <compare>
#include <cstdint>

#include "cttrace/event.h"

namespace cttrace {

// How a fact is known. `kUnknown` is said, never guessed over: after a loss, or where somebody who is not traced may
// have changed it.
enum class Evidence : uint8_t {
  kUnknown,
  kInferred,  // follows from calls by the kernel's rules
  kObserved,  // the kernel's own answer: a snapshot, a descriptor, mountinfo
};

template <typename T>
struct Fact {
  T value = {};
  Evidence evidence = Evidence::kUnknown;

  bool known() const { return evidence != Evidence::kUnknown; }
};

// A thread, unique in a trace: tids are used again, start times are not.
struct TaskId {
  uint32_t tid = 0;
  uint64_t start_ns = 0;

  friend auto operator<=>(const TaskId&, const TaskId&) = default;
};
inline TaskId id_of(const Task& task) { return {.tid = task.tid, .start_ns = task.start_ns}; }

// How many events came before: the position of an event in its trace, from 1. 0: before the first.
using EventNumber = uint64_t;

}  // namespace cttrace
