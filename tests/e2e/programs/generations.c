// A chain of processes, each of which makes the next and ends: there is never one for long. Orphans come back to the
// first one, which goes on until standard input ends; then so does the chain. Every process says when it made its call.
// usage: generations
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

#include "program.h"

static uint64_t boottime_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int main(void) {
  atomic_int* stop = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  must(stop != MAP_FAILED, "mmap");
  must(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0, "subreaper");
  pid_t child = fork();
  must(child >= 0, "fork");
  for (unsigned number = 0; child == 0; number++) {
    uint64_t before_ns = boottime_ns();
    syscall(SYS_pidfd_open, 1, 0x10000000u + number);
    fact("link", "%u %llu", number, (unsigned long long)before_ns);
    if (atomic_load(stop)) _exit(0);
    child = fork();
    must(child >= 0, "fork");
    if (child != 0) _exit(0);
  }
  fact("pid", "%d", getpid());
  // Reaps while it waits: the children of a process that ignores SIGCHLD leave no zombies.
  signal(SIGCHLD, SIG_IGN);
  wait_for_go();
  atomic_store(stop, 1);
  while (wait(NULL) > 0) {
  }
  must(errno == ECHILD, "wait");
  return 0;
}
