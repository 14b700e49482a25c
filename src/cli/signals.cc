// Catching signals.
#include "cli/signals.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>

namespace cttrace {
namespace {

constexpr std::array kCaught = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
constexpr std::array kHandled = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE};

enum Arrival : int { kNone, kFromProcess, kFromKernel };
std::array<std::atomic<int>, kCaught.size()> arrived;
static_assert(std::atomic<int>::is_always_lock_free);  // or a handler may not touch it

std::array<struct sigaction, kHandled.size()> before;

void remember(int signal, siginfo_t* info, void*) {
  for (size_t i = 0; i < kCaught.size(); ++i) {
    if (kCaught[i] == signal) arrived[i] = info->si_code == SI_KERNEL ? kFromKernel : kFromProcess;
  }
}

}  // namespace

Signals::Signals() {
  for (size_t i = 0; i < kHandled.size(); ++i) {
    struct sigaction action = {};
    if (kHandled[i] == SIGPIPE) {
      action.sa_handler = SIG_IGN;
    } else {
      action.sa_sigaction = remember;
      action.sa_flags = SA_SIGINFO;  // not SA_RESTART: it interrupts waiting
      if (kHandled[i] == SIGCHLD) action.sa_flags |= SA_NOCLDSTOP;
    }
    sigaction(kHandled[i], &action, &before[i]);
  }
}

Signals::~Signals() {
  for (size_t i = 0; i < kHandled.size(); ++i) sigaction(kHandled[i], &before[i], nullptr);
}

std::optional<Caught> Signals::next() {
  for (size_t i = 0; i < kCaught.size(); ++i) {
    const int arrival = arrived[i].exchange(kNone);
    if (arrival != kNone) return Caught{kCaught[i], arrival == kFromKernel};
  }
  return std::nullopt;
}

void die_of(int signal) {
  // The command's core dump, if there is one, is the one worth having.
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  ::signal(signal, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  raise(signal);
  _exit(128 + signal);  // a signal that ends nothing
}

}  // namespace cttrace
