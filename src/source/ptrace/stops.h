// What became of a traced thread: the statuses of waitpid(2).
#pragma once

#include <cstdint>

namespace cttrace::ptrace {

enum class StopKind : uint8_t {
  kEnded,      // it is no more
  kCall,       // at the entry or the exit of a call
  kSeccomp,    // at the entry of a call, by a filter
  kSignal,     // a signal is about to be delivered
  kGroupStop,  // it is stopped by a signal, as is its whole process
  kTrap,       // it has been created, was asked to stop, or a group-stop has ended
  kCreated,    // it has created a thread or process
  kVforked,    // the same, and it waits for that to execute a program or to end
  kExecuted,   // it has executed a program
  kEnding,     // it is about to end
  kOther,      // nothing that was asked for
};

struct Stop {
  StopKind kind;
  int signal = 0;  // of kSignal and kGroupStop
};

Stop classify(int status);

}  // namespace cttrace::ptrace
