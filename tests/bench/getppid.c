// Prints what one getppid(2), the cheapest call, costs in nanoseconds: bench_getppid [CALLS]
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

int main(int argc, char** argv) {
  long calls = argc > 1 ? atol(argv[1]) : 200000;
  if (calls < 1) return 2;
  double began = now_ns();
  for (long i = 0; i < calls; ++i) syscall(SYS_getppid);
  printf("%.2f\n", (now_ns() - began) / (double)calls);
  return 0;
}
