// Descriptors as arguments: what a pidfd, a namespace file and a /proc/.../fd/N path stand for. usage: descriptors DIR
#include "program.h"

static void mount_on_descriptor(const char* name, const char* prefix, int fd) {
  char path[128];
  snprintf(path, sizeof path, "%s/%d", prefix, fd);
  fact(name, "%s %ld", path, result_of(mount(name, path, "tmpfs", 0, "size=64k")));
}

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  private_mounts();
  must(chdir(argv[1]) == 0, "chdir");
  int gates[2];
  must(pipe(gates) == 0, "pipe");
  pid_t child = fork();
  must(child >= 0, "fork");
  if (child == 0) {
    must(unshare(CLONE_NEWUTS | CLONE_NEWIPC) == 0, "unshare");
    must(write(gates[1], "x", 1) == 1, "write");
    for (;;) pause();
  }
  char byte;
  must(read(gates[0], &byte, 1) == 1, "read");
  fact("child", "%d", child);

  // Processes.
  int process = (int)syscall(SYS_pidfd_open, child, 0);
  must(process >= 0, "pidfd_open");
  fact("pidfd", "%d", process);
  int got = (int)syscall(SYS_pidfd_getfd, process, gates[0], 0);
  must(got >= 0, "pidfd_getfd");
  fact("getfd", "%d %d", gates[0], got);

  // Namespaces: by the file, then by the process with flags, then what the file says alone.
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/uts", child);
  link_fact("uts", path);
  int uts = open(path, O_RDONLY | O_CLOEXEC);
  must(uts >= 0, path);
  fact("setns_uts", "%d %ld", uts, result_of(setns(uts, CLONE_NEWUTS)));
  snprintf(path, sizeof path, "/proc/%d/ns/ipc", child);
  link_fact("ipc", path);
  fact("setns_pidfd", "%d %ld", process, result_of(setns(process, CLONE_NEWIPC | CLONE_NEWUTS)));
  fact("setns_any", "%d %ld", uts, result_of(setns(uts, 0)));
  fact("setns_wrong", "%d %ld", uts, result_of(setns(uts, CLONE_NEWNET)));

  // Paths that name descriptors.
  const char* folders[] = {"self", "thread", "pid", "below", "other", "relative"};
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) must(mkdir(folders[i], 0700) == 0, "mkdir");
  mount_on_descriptor("magic-self", "/proc/self/fd", open("self", O_PATH | O_CLOEXEC));
  mount_on_descriptor("magic-thread", "/proc/thread-self/fd", open("thread", O_PATH | O_CLOEXEC));
  char own[64];
  snprintf(own, sizeof own, "/proc/%d/fd", getpid());
  mount_on_descriptor("magic-pid", own, open("pid", O_PATH | O_CLOEXEC));
  must(mkdir("below/in", 0700) == 0, "mkdir");
  int below = open("below", O_PATH | O_CLOEXEC);
  snprintf(path, sizeof path, "/proc/self/fd/%d/in", below);
  fact("magic-below", "%s %ld", path, result_of(mount("magic-below", path, "tmpfs", 0, "size=64k")));
  fact("relative", "%ld", result_of(mount("relative-path", "relative", "tmpfs", 0, "size=64k")));

  // Nodes relative to a descriptor, and one made through it.
  fact("dirfd", "%d", below);
  fact("mknodat", "%ld", result_of(mknodat(below, "null", S_IFCHR | 0640, (dev_t)0x103)));
  fact("fchownat", "%ld", result_of(fchownat(below, "null", 12, 34, AT_SYMLINK_NOFOLLOW)));
  fact("mknod", "%ld", result_of(mknod("fifo", S_IFIFO | 0622, 0)));
  fact("fchdir", "%ld", result_of(fchdir(below)));
  fact("closed", "%ld", result_of(fchdir(777)));
  must(kill(child, 9) == 0, "kill");
  wait_for(child);
  return 0;
}
