// A daemon's descendant goes on after everyone before it has ended. usage: daemon FILE
#include "program.h"

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  // Standard output may be closed by the time the daemon speaks: it writes to the file.
  int out = open(argv[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  must(out >= 0, "open");
  int gate[2];
  must(pipe(gate) == 0, "pipe");
  pid_t first = fork();
  must(first >= 0, "fork");
  if (first != 0) {
    wait_for(first);
    return 0;
  }
  must(setsid() > 0, "setsid");
  pid_t second = fork();
  must(second >= 0, "fork");
  if (second != 0) _exit(0);
  close(gate[1]);
  // Until every other holder of the write end has ended: then nobody before us is left.
  char byte;
  must(read(gate[0], &byte, 1) == 0, "read");
  dup2(out, 1);
  fact("daemon", "%d", getpid());
  fact("chdir", "%ld", result_of(chdir("/nonexistent-daemon")));
  return 0;
}
