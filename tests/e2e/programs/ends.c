// Processes that end in the middle of things: killed at any moment, by exit_group while threads are in calls, by execve of
// one thread while others are. usage: ends COUNT
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <time.h>

#include "program.h"

static void* wait_in_a_call(void* which) {
  if (which) poll(NULL, 0, -1);
  while (chdir("/nonexistent-ends") != 0) continue;
  return NULL;
}

static void start_threads(void) {
  for (long i = 0; i < 4; i++) {
    pthread_t thread;
    must(pthread_create(&thread, NULL, wait_in_a_call, (void*)(i % 2)) == 0, "pthread_create");
  }
}

static void* nothing(void* none) { return none; }

static void* execute(void* none) {
  (void)none;
  execl("/proc/self/exe", "ends", "nothing", NULL);
  _exit(9);
}

// What the child does until it ends or is ended.
static void child(int kind) {
  extern char** environ;
  switch (kind) {
    case 0:  // makes and ends processes, threads and programs until it is killed
      for (;;) {
        pid_t made = fork();
        if (made == 0) _exit(0);
        char* arguments[] = {"ends", "nothing", NULL};
        pid_t spawned = 0;
        if (posix_spawn(&spawned, "/proc/self/exe", NULL, NULL, arguments, environ) == 0) waitpid(spawned, NULL, 0);
        pthread_t thread;
        if (pthread_create(&thread, NULL, nothing, NULL) == 0) pthread_join(thread, NULL);
        if (made > 0) waitpid(made, NULL, 0);
      }
    case 1:
      start_threads();
      _exit(3);
    default: {
      start_threads();
      pthread_t thread;
      must(pthread_create(&thread, NULL, execute, NULL) == 0, "pthread_create");
      for (;;) pause();
    }
  }
}

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  if (strcmp(argv[1], "nothing") == 0) return 4;
  int count = atoi(argv[1]), killed = 0, exited = 0, executed = 0;
  unsigned seed = 1;
  for (int i = 0; i < count; i++) {
    int kind = i % 3;
    pid_t made = fork();
    must(made >= 0, "fork");
    if (made == 0) child(kind);
    if (kind == 0) {
      struct timespec pause = {.tv_nsec = rand_r(&seed) % 3000000};
      nanosleep(&pause, NULL);
      must(kill(made, SIGKILL) == 0, "kill");
    }
    int status;
    must(waitpid(made, &status, 0) == made, "waitpid");
    killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    exited += WIFEXITED(status) && WEXITSTATUS(status) == 3;
    executed += WIFEXITED(status) && WEXITSTATUS(status) == 4;
  }
  // What killed processes have made goes on, and comes to nobody here.
  fact("ended", "%d %d %d", killed, exited, executed);
  return 0;
}
