// Signals while a timer interrupts every millisecond: queued ones come whole, once and in order; processes stop and go on
// when they are told to, and their parent learns of it. usage: signals
#include <signal.h>
#include <sys/time.h>

#include "program.h"

enum { kQueued = 500 };

static volatile sig_atomic_t ticks, got, wrong;
static pid_t sender;

static void tick(int number) {
  (void)number;
  ticks++;
}

static void take(int number, siginfo_t* info, void* context) {
  (void)number, (void)context;
  if (info->si_value.sival_int != got || info->si_code != SI_QUEUE || info->si_pid != sender) wrong++;
  got++;
}

static void receive(void) {
  sender = getppid();
  struct sigaction action = {.sa_sigaction = take, .sa_flags = SA_SIGINFO};
  must(sigaction(SIGRTMIN, &action, NULL) == 0, "sigaction");
  fact("receiver", "%d", getpid());
  sigset_t none;
  sigemptyset(&none);
  while (got < kQueued) sigsuspend(&none);
  _exit(wrong != 0);
}

// Has a child stop by the signal and go on; the parent's view of it.
static void stop_and_go(int number) {
  int seen[2];
  must(pipe(seen) == 0, "pipe");
  pid_t child = fork();
  must(child >= 0, "fork");
  if (child == 0) {
    char byte;
    raise(number);
    must(chdir("/nonexistent-continued") == -1 && read(seen[0], &byte, 1) == 1, "go on");
    _exit(7);
  }
  int status;
  must(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status) && WSTOPSIG(status) == number, "stopped");
  must(kill(child, SIGCONT) == 0, "kill");
  must(waitpid(child, &status, WCONTINUED) == child && WIFCONTINUED(status), "continued");
  must(write(seen[1], "", 1) == 1 && close(seen[0]) == 0 && close(seen[1]) == 0, "write");
  must(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7, "exited");
}

int main(void) {
  // SIGTSTP stops nobody in a process group that no shell could continue, as the caller's may be.
  must(setpgid(0, 0) == 0, "setpgid");
  // Blocked from the beginning: none comes before its handler is there.
  sigset_t queued;
  sigemptyset(&queued);
  sigaddset(&queued, SIGRTMIN);
  must(sigprocmask(SIG_BLOCK, &queued, NULL) == 0, "sigprocmask");
  pid_t receiver = fork();
  must(receiver >= 0, "fork");
  if (receiver == 0) receive();

  struct sigaction action = {.sa_handler = tick, .sa_flags = SA_RESTART};
  must(sigaction(SIGALRM, &action, NULL) == 0, "sigaction");
  struct itimerval every = {{0, 1000}, {0, 1000}};
  must(setitimer(ITIMER_REAL, &every, NULL) == 0, "setitimer");
  for (int i = 0; i < kQueued; i++) {
    union sigval value = {.sival_int = i};
    while (sigqueue(receiver, SIGRTMIN, value) != 0) must(errno == EAGAIN, "sigqueue");
    if (i % 50 == 0) {
      stop_and_go(SIGSTOP);
      stop_and_go(SIGTSTP);
    }
  }
  int status;
  must(waitpid(receiver, &status, 0) == receiver, "waitpid");
  fact("received", "%d", status);
  fact("ticked", "%d", ticks > 0);
  return 0;
}
