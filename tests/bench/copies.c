// copies FOLDER MOUNTS COPIES: so many mounts in a mount namespace of its own, then so many copies of that, all there
// at once. What a model that copies tables pays for: the product; one that shares them, the sum.
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void make_mounts(const char* folder, long count) {
  if (mount("copies", folder, "tmpfs", 0, NULL)) err(2, "mount %s", folder);
  if (chdir(folder)) err(2, "chdir %s", folder);
  for (long i = 0; i < count; i++) {
    char name[24];
    snprintf(name, sizeof(name), "%ld", i);
    if (mkdir(name, 0755)) err(2, "mkdir %s", name);
    if (mount("copies", name, "tmpfs", 0, NULL)) err(2, "mount %s", name);
  }
}

int main(int argc, char** argv) {
  if (argc != 4) errx(2, "usage: copies FOLDER MOUNTS COPIES");
  const long copies = atol(argv[3]);
  if (unshare(CLONE_NEWNS)) err(2, "unshare");
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) err(2, "mount MS_PRIVATE");
  make_mounts(argv[1], atol(argv[2]));
  int made[2], end[2];
  if (pipe(made) || pipe(end)) err(2, "pipe");
  for (long i = 0; i < copies; i++) {
    const pid_t child = fork();
    if (child < 0) err(2, "fork");
    if (child == 0) {
      char done = 0;
      close(end[1]);
      if (unshare(CLONE_NEWNS)) err(2, "unshare");
      if (write(made[1], &done, 1) != 1) err(2, "write");
      while (read(end[0], &done, 1) < 0 && errno == EINTR) continue;  // till all are there, and the parent lets go
      _exit(0);
    }
    char done;
    if (read(made[0], &done, 1) != 1) err(2, "read");
  }
  close(end[1]);
  while (wait(NULL) > 0) continue;
  return 0;
}
