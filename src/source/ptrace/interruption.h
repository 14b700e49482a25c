// Interrupting the thread that traces: where it waits for something to happen, and where the kernel has it wait for
// what only it can bring about.
#pragma once

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

namespace cttrace::ptrace {

// While it lives, the signal that interrupts (SIGURG, which means nothing to anybody by itself) is caught, and SIGCHLD
// does not wake the thread that has made it: the one that traces waits for whoever ends. For that thread to destroy.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  // All signals but that one.
  static sigset_t others();
  // To be said again until it has been heard: a thread that is about to wait does not hear it.
  void interrupt(pthread_t thread) const;

 private:
  struct sigaction before_ = {};
  sigset_t mask_before_ = {};
};

// PTRACE_SEIZE. 0, an errno, or EINTR after some milliseconds: a thread of the process executes a program, for which
// its others must end first (de_thread, fs/exec.c), and those of them that are followed already cannot before they are
// seen to.
int seize_within_reason(pid_t tid, unsigned long options);

}  // namespace cttrace::ptrace
