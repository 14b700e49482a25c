// Many short processes at once: FORKERS processes make CHILDREN each, every child makes one call that nobody else makes
// like it, and ends. usage: fork_storm FORKERS CHILDREN
#include <sys/personality.h>

#include "program.h"

int main(int argc, char** argv) {
  must(argc == 3, "usage");
  int forkers = atoi(argv[1]), children = atoi(argv[2]);
  for (int f = 0; f < forkers; f++) {
    pid_t forker = fork();
    must(forker >= 0, "fork a forker");
    if (forker != 0) continue;
    for (int c = 0; c < children; c++) {
      pid_t child = fork();
      must(child >= 0, "fork a child");
      if (child == 0) {
        // A number nobody else has, in a call that fails and changes nothing: EINVAL.
        syscall(SYS_pidfd_open, 1, 0x10000000u + (unsigned)(f * children + c));
        _exit(0);
      }
      if (c % 50 == 49)
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
    }
    while (waitpid(-1, NULL, 0) > 0) {
    }
    _exit(0);
  }
  int ended = 0, status;
  while (wait(&status) > 0) {
    must(status == 0, "a forker failed");
    ended++;
  }
  must(ended == forkers, "forkers");
  fact("children", "%d", forkers * children);
  return 0;
}
