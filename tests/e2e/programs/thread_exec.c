// execve by a thread that is not the leader: its tid becomes the leader's in mid-call. usage: thread_exec [again]
#include <pthread.h>

#include "program.h"

static char* self;

static void* replace(void* none) {
  (void)none;
  fact("thread", "%d %d", getpid(), gettid());
  char* const arguments[] = {self, "again", NULL};
  char* const environment[] = {"ONE=1", "TWO=2", NULL};
  execve("/proc/self/exe", arguments, environment);
  must(0, "execve");
  return NULL;
}

int main(int argc, char** argv) {
  if (argc == 2) {
    fact("again", "%d %d", getpid(), gettid());
    fact("after", "%ld", result_of(chdir("/nonexistent-after-exec")));
    return 0;
  }
  self = argv[0];
  pthread_t thread;
  must(pthread_create(&thread, NULL, replace, NULL) == 0, "pthread_create");
  pthread_join(thread, NULL);
  return 1;
}
