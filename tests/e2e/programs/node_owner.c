// A node that one thread makes, and that others give to somebody: also when the leader has ended, but neither before
// nor in the next program. Each owner that is asked for is a number of its own, of a file that is not there. usage:
// node_owner FOLDER
#include <pthread.h>

#include "program.h"

static char *self, *folder;

static void give(unsigned owner) {
  fact("gave", "%u %ld", owner, result_of(fchownat(AT_FDCWD, "/nonexistent", owner, owner, AT_SYMLINK_NOFOLLOW)));
}

static void* make(void* none) {
  (void)none;
  char path[4096];
  snprintf(path, sizeof path, "%s/fifo", folder);
  must(mkfifo(path, 0600) == 0, path);
  return NULL;
}

static void* give_first(void* none) {
  (void)none;
  give(102);
  return NULL;
}

static void* outlive(void* leader) {
  pthread_join(*(pthread_t*)leader, NULL);
  give(103);
  char* const arguments[] = {self, NULL};
  execv(self, arguments);  // the leader has no /proc/self/exe any more
  must(0, "execv");
  return NULL;
}

static void in_a_thread(void* (*run)(void*)) {
  pthread_t thread;
  must(pthread_create(&thread, NULL, run, NULL) == 0, "pthread_create");
  pthread_join(thread, NULL);
}

int main(int argc, char** argv) {
  if (argc == 1) {
    give(104);
    return 0;
  }
  self = argv[0];
  folder = argv[1];
  give(100);
  in_a_thread(make);
  give(101);
  in_a_thread(give_first);
  static pthread_t leader, last;
  leader = pthread_self();
  must(pthread_create(&last, NULL, outlive, &leader) == 0, "pthread_create");
  pthread_exit(NULL);
}
