// What the traced programs share: they tell what they did, one "name value" line each, and end at once on surprise.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

// Written whole by one write, so that lines of several threads or processes do not mix.
__attribute__((format(printf, 2, 3))) static inline void fact(const char* name, const char* format, ...) {
  char line[16384];
  int length = snprintf(line, sizeof line, "%s ", name);
  va_list list;
  va_start(list, format);
  length += vsnprintf(line + length, sizeof line - (size_t)length - 1, format, list);
  va_end(list);
  if (length > (int)sizeof line - 2) length = (int)sizeof line - 2;
  line[length++] = '\n';
  if (write(1, line, (size_t)length) != length) _exit(3);
}

static inline void must(int works, const char* what) {
  if (works) return;
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  _exit(2);
}

// The result as the kernel gave it: negative errno on failure.
static inline long result_of(long returned) { return returned == -1 ? -errno : returned; }

// A mount namespace of its own, from which nothing gets out.
static inline void private_mounts(void) {
  must(unshare(CLONE_NEWNS) == 0, "unshare");
  must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "make / private");
}

static inline void wait_for(pid_t pid) {
  int status;
  must(waitpid(pid, &status, __WALL) == pid, "waitpid");
}

// Waits for one byte (or the end) on standard input: the test says when to go on.
static inline void wait_for_go(void) {
  char byte;
  must(read(0, &byte, 1) >= 0, "read standard input");
}

// The text of a /proc link: "mnt:[4026531841]".
static inline void link_fact(const char* name, const char* link) {
  char text[4096];
  ssize_t length = readlink(link, text, sizeof text - 1);
  must(length >= 0, link);
  text[length] = 0;
  fact(name, "%s", text);
}
