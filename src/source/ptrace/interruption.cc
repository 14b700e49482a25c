#include "source/ptrace/interruption.h"

#include <setjmp.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace cttrace::ptrace {
namespace {

constexpr int kSignal = SIGURG;
constexpr long kReason_ns = 10'000'000;

// Of the one thread that traces.
sigjmp_buf escape;
volatile sig_atomic_t may_escape = 0;

// ptrace_attach() is restarted behind a handler that returns (ERESTARTNOINTR).
void hear(int) {
  if (may_escape) siglongjmp(escape, 1);
}

class Alarm {
 public:
  Alarm() {
    sigevent event = {};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = kSignal;
    event._sigev_un._tid = gettid();
    there_ = timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
    // Again and again: the first may come before the wait.
    const itimerspec when = {.it_interval = {0, kReason_ns}, .it_value = {0, kReason_ns}};
    if (there_) timer_settime(timer_, 0, &when, nullptr);
  }
  ~Alarm() {
    if (there_) timer_delete(timer_);
  }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

 private:
  timer_t timer_ = {};
  bool there_ = false;
};

}  // namespace

Interruption::Interruption() {
  struct sigaction action = {};
  action.sa_handler = hear;  // without SA_RESTART
  sigaction(kSignal, &action, &before_);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGCHLD);
  pthread_sigmask(SIG_BLOCK, &ends, &mask_before_);
}

Interruption::~Interruption() {
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  sigaction(kSignal, &before_, nullptr);
}

sigset_t Interruption::others() {
  sigset_t set;
  sigfillset(&set);
  sigdelset(&set, kSignal);
  return set;
}

void Interruption::interrupt(pthread_t thread) const { pthread_kill(thread, kSignal); }

int seize_within_reason(pid_t tid, unsigned long options) {
  const Alarm alarm;
  if (sigsetjmp(escape, 1) != 0) {
    may_escape = 0;
    return EINTR;
  }
  may_escape = 1;
  const long result = ::ptrace(PTRACE_SEIZE, tid, 0L, options);
  const int code = result == 0 ? 0 : errno;
  may_escape = 0;
  return code;
}

}  // namespace cttrace::ptrace
