// Times a command from fork to wait: bench_spawn COMMAND [ARG...]
// For each byte on standard input (until its end) runs COMMAND once, with no output, and prints the nanoseconds it
// took.
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

static long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long cpu_us(const struct rusage* used) {
  return (used->ru_utime.tv_sec + used->ru_stime.tv_sec) * 1000000LL + used->ru_utime.tv_usec + used->ru_stime.tv_usec;
}

int main(int argc, char** argv) {
  if (argc < 2) {
    fputs("usage: bench_spawn COMMAND [ARG...]\n", stderr);
    return 2;
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  char go;
  while (read(0, &go, 1) == 1) {
    pid_t pid;
    int status;
    long long began = now_ns();
    int error = posix_spawnp(&pid, argv[1], &files, NULL, argv + 1, environ);
    if (error != 0) {
      fprintf(stderr, "bench_spawn: %s: %s\n", argv[1], strerror(error));
      return 1;
    }
    struct rusage used;
    while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR) continue;
    long long took = now_ns() - began;
    if (status != 0) {
      fprintf(stderr, "bench_spawn: %s failed: wait status %#x\n", argv[1], (unsigned)status);
      return 1;
    }
    printf("%lld %lld %ld\n", took, cpu_us(&used), used.ru_maxrss);
    fflush(stdout);
  }
  return 0;
}
