#include "source/ptrace/stops.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

namespace cttrace::ptrace {
namespace {

constexpr int kCallMark = 0x80;  // PTRACE_O_TRACESYSGOOD: never that of a program's own SIGTRAP

bool stops_a_process(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

}  // namespace

Stop classify(int status) {
  if (!WIFSTOPPED(status)) return {StopKind::kEnded};
  const int signal = WSTOPSIG(status);
  switch (status >> 16) {
    case 0: return signal == (SIGTRAP | kCallMark) ? Stop{StopKind::kCall} : Stop{StopKind::kSignal, signal};
    case PTRACE_EVENT_STOP: return stops_a_process(signal) ? Stop{StopKind::kGroupStop, signal} : Stop{StopKind::kTrap};
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_CLONE: return {StopKind::kCreated};
    case PTRACE_EVENT_VFORK: return {StopKind::kVforked};
    case PTRACE_EVENT_EXEC: return {StopKind::kExecuted};
    case PTRACE_EVENT_EXIT: return {StopKind::kEnding};
    case PTRACE_EVENT_SECCOMP: return {StopKind::kSeccomp};
    default: return {StopKind::kOther};
  }
}

}  // namespace cttrace::ptrace
