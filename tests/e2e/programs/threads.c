// A process with threads that are there when tracing begins, and one that is not. Waits for standard input between.
// Each thread makes one call that tells it: chdir to /nonexistent-TID. usage: threads COUNT
#include <pthread.h>

#include "program.h"

static pthread_barrier_t ready, go;

static void speak(const char* who) {
  char path[64];
  snprintf(path, sizeof path, "/nonexistent-%d", gettid());
  fact(who, "%d %ld", gettid(), result_of(chdir(path)));
}

static void* early(void* none) {
  (void)none;
  fact("tid", "%d", gettid());
  pthread_barrier_wait(&ready);
  pthread_barrier_wait(&go);
  speak("early");
  return NULL;
}

static void* late(void* none) {
  (void)none;
  speak("late");
  pid_t child = fork();
  if (child == 0) {
    speak("child");
    _exit(0);
  }
  wait_for(child);
  return NULL;
}

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  int count = atoi(argv[1]);
  pthread_t threads[64];
  must(count > 0 && count < 64, "count");
  pthread_barrier_init(&ready, NULL, (unsigned)count + 1);
  pthread_barrier_init(&go, NULL, (unsigned)count + 1);
  for (int i = 0; i < count; i++) must(pthread_create(&threads[i], NULL, early, NULL) == 0, "pthread_create");
  pthread_barrier_wait(&ready);
  fact("ready", "%d", getpid());
  wait_for_go();
  pthread_barrier_wait(&go);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  pthread_t last;
  must(pthread_create(&last, NULL, late, NULL) == 0, "pthread_create");
  pthread_join(last, NULL);
  return 0;
}
