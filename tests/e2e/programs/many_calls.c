// A known number of calls, as fast as they go; argument 2 of call i is i. usage: many_calls COUNT
#include "program.h"

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  unsigned count = (unsigned)atoi(argv[1]);
  for (unsigned i = 0; i < count; i++) must(syscall(SYS_pidfd_open, 1, 0x10000000u + i) == -1 && errno == EINVAL, "pidfd_open");
  fact("calls", "%u", count);
  return 0;
}
