// Two processes with the same number, in two pid namespaces, and a path that means the inner one's descriptor.
// usage: same_number DIR
#include <linux/sched.h>
#include <signal.h>

#include "program.h"

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  private_mounts();
  must(chdir(argv[1]) == 0 && mkdir("outer", 0700) == 0 && mkdir("inner", 0700) == 0, "mkdir");
  int outer = open("outer", O_PATH | O_CLOEXEC);
  must(outer >= 0, "open");
  // The init of the new namespace, which must be number 1, makes the one with our number.
  pid_t number[2] = {getpid(), 0};
  struct clone_args init = {.flags = CLONE_NEWPID | CLONE_NEWNS, .exit_signal = SIGCHLD};
  long child = syscall(SYS_clone3, &init, sizeof init);
  must(child >= 0, "clone3");
  if (child != 0) {
    wait_for((pid_t)child);
    return 0;
  }
  struct clone_args twin = {.exit_signal = SIGCHLD, .set_tid = (uintptr_t)number, .set_tid_size = 1};
  child = syscall(SYS_clone3, &twin, sizeof twin);
  must(child >= 0, "clone3 with our number");
  if (child != 0) {
    wait_for((pid_t)child);
    _exit(0);
  }
  must(getpid() == number[0], "getpid");
  must(mount("proc", "/proc", "proc", 0, NULL) == 0, "mount proc");
  int inner = open("inner", O_PATH | O_CLOEXEC);
  must(inner >= 0 && dup2(inner, outer) == outer, "dup2");
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", getpid(), outer);
  long result = result_of(mount("twin", path, "tmpfs", 0, "size=64k"));
  struct stat there, above;
  must(stat("inner", &there) == 0 && stat(".", &above) == 0, "stat");
  fact("twin", "%s %ld %d", path, result, there.st_dev != above.st_dev);
  _exit(0);
}
