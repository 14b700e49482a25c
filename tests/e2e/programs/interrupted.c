// Calls that are still at work when something ends. vfork waits for its child, which waits for standard input.
// usage: interrupted kill | wait
//   kill: the waiting parent is killed in mid-call; the child goes on and says so
//   wait: it says where it is, and stays in the call until standard input ends
#include <signal.h>
#include <sys/prctl.h>

#include "program.h"

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  int killing = strcmp(argv[1], "kill") == 0;
  must(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0, "subreaper");
  pid_t middle = fork();
  must(middle >= 0, "fork");
  if (middle == 0) {
    // The child of vfork runs on this stack until it ends or executes; the parent stands in clone(2) meanwhile.
    volatile pid_t parent = getpid();
    pid_t child = vfork();
    if (child == 0) {
      fact("vfork", "%d %d", parent, (int)syscall(SYS_getpid));
      if (killing) {
        kill(parent, SIGKILL);
        // The memory is shared, the process is not: when our parent has gone, it was killed inside the call.
        while ((pid_t)syscall(SYS_getppid) == parent) sched_yield();
        fact("gone", "%d", parent);
      } else {
        wait_for_go();
      }
      _exit(0);
    }
    fact("returned", "%d", child);
    _exit(0);
  }
  int status = 0;
  must(waitpid(middle, &status, 0) == middle, "waitpid");
  // The child of vfork, which has become ours.
  while (wait(NULL) > 0) {
  }
  fact("status", "%d", status);
  return 0;
}
