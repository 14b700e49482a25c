// Threads that make calls until standard input ends. Whoever looks on must not be felt: no wait is cut short, no call
// fails otherwise than it should. usage: busy THREADS
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "program.h"

static atomic_int stop;
static atomic_ullong calls;

static void* work(void* none) {
  (void)none;
  while (!atomic_load(&stop)) {
    must(chdir("/nonexistent-busy") == -1 && errno == ENOENT, "chdir");
    struct timespec pause = {.tv_nsec = 100000};
    must(nanosleep(&pause, NULL) == 0, "nanosleep");
    int ends[2];
    char byte = 'x';
    must(pipe(ends) == 0 && write(ends[1], &byte, 1) == 1 && read(ends[0], &byte, 1) == 1, "pipe");
    must(close(ends[0]) == 0 && close(ends[1]) == 0, "close");
    atomic_fetch_add(&calls, 1);
  }
  return NULL;
}

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  pthread_t threads[64];
  int count = atoi(argv[1]);
  must(count > 0 && count <= 64, "count");
  for (int i = 0; i < count; i++) must(pthread_create(&threads[i], NULL, work, NULL) == 0, "pthread_create");
  fact("ready", "%d", getpid());
  char byte;
  must(read(0, &byte, 1) == 0, "read");
  atomic_store(&stop, 1);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  fact("calls", "%llu", (unsigned long long)calls);
  return 0;
}
