// Where the thread that traces runs.
#pragma once

#include <sched.h>

#include <cstdint>

namespace cttrace::ptrace {

// Beside whoever it follows: the two take turns, and a CPU that has nothing else to do must be woken for each of them.
// Moves the calling thread only, and only to where it was allowed to run.
class Placement {
 public:
  Placement();

  void follow(uint32_t cpu);  // as /proc/PID/stat counts them
  // Anywhere again.
  void leave();

 private:
  cpu_set_t allowed_;
  uint32_t cpu_;
};

}  // namespace cttrace::ptrace
