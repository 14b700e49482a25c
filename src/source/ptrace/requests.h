// What is asked of the kernel about a traced thread: ptrace(2), by what it is for.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>

#include "cttrace/syscalls.h"

namespace cttrace::ptrace {

// A call as the kernel tells it at one of a thread's stops.
struct CallNow {
  enum class At : uint8_t { kEntry, kExit, kSeccomp, kNone };  // kSeccomp: at its entry, too
  At at = At::kNone;
  Abi abi = Abi::x86_64;
  uint32_t nr = 0;                    // at entry
  std::array<uint64_t, 6> args = {};  // at entry
  uint64_t instruction = 0;           // address
  int64_t ret = 0;                    // at exit
  bool is_entry() const { return at == At::kEntry || at == At::kSeccomp; }
};

// How far a thread runs. kDetach: as far as it likes, nobody follows it any more.
enum class Until : uint8_t { kNextCall, kNextEvent, kDetach };

// Follows a thread, and all that it creates from then on. 0, or an errno; EINTR: not before those
// that are followed have been seen to (seize_within_reason). `filtered`: calls stop by a seccomp filter.
int seize(pid_t tid, bool filtered);
// Has a running thread stop. Nothing comes of it where the thread has gone.
void interrupt(pid_t tid);
// Lets a thread that is in a stop run, with this signal (0: none). False: it is being killed.
bool go_on(pid_t tid, Until until, int signal);
// Leaves a thread in its group-stop; it stops again when that ends.
void listen(pid_t tid);
// What an event's stop is about: the new thread, the old tid, the exit code. None where the thread is being killed.
std::optional<unsigned long> event_message(pid_t tid);
std::optional<CallNow> call_now(pid_t tid);

}  // namespace cttrace::ptrace
