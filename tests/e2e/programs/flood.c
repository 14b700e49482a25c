// More calls than any reader takes, then one call at a time on every cpu, when it is told to by a byte on standard
// input: what comes through tells how much was lost before. usage: flood COUNT
#include "program.h"

static void on_cpu(int cpu) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  must(sched_setaffinity(0, sizeof only, &only) == 0, "sched_setaffinity");
}

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  unsigned count = (unsigned)atoi(argv[1]), number = 0;
  cpu_set_t allowed;
  must(sched_getaffinity(0, sizeof allowed, &allowed) == 0, "sched_getaffinity");
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    on_cpu(cpu);
    for (unsigned i = 0; i < count; i++) syscall(SYS_pidfd_open, 1, 0x10000000u + number++);
  }
  fact("flooded", "%u", number);
  char byte;
  while (read(0, &byte, 1) == 1) {
    unsigned first = number;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
      if (!CPU_ISSET(cpu, &allowed)) continue;
      on_cpu(cpu);
      syscall(SYS_pidfd_open, 1, 0x10000000u + number++);
    }
    fact("more", "%u %u", first, number);
  }
  fact("calls", "%u", number);
  return 0;
}
