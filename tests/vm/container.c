// A container made by hand, one known call after the other: what a VM without any distribution has to trace.
// tests/vm/check.py names what a recording of it must show; keep the two together.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(int works, const char* what) {
  if (works) return;
  fprintf(stderr, "vm_container: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void write_file(const char* path, const char* text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  check(fd >= 0, path);
  check(write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
  close(fd);
}

// The calls of the new mount API have no wrappers in Debian 12's static libc headers that 5.10 would share.
static void mount_by_new_api(const char* target) {
  int context = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
  check(context >= 0, "fsopen");
  check(syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "size", "64k", 0) == 0, "fsconfig size");
  check(syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "bogus", "1", 0) == -1, "fsconfig bogus fails");
  check(syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0, "fsconfig create");
  int mount_fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID);
  check(mount_fd >= 0, "fsmount");
  close(context);
  // 5.12 and later: ENOSYS before, and that is a fact to be shown too.
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
  int set = (int)syscall(SYS_mount_setattr, mount_fd, "", AT_EMPTY_PATH, &attr, sizeof attr);
  check(set == 0 || errno == ENOSYS, "mount_setattr");
  check(syscall(SYS_move_mount, mount_fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) == 0, "move_mount");
  close(mount_fd);
}

// As runc gives targets: by a descriptor, so that the name in the call says nothing.
static void mount_by_descriptor(const char* source, const char* target, const char* type, unsigned long flags) {
  char name[64];
  int fd = open(target, O_PATH | O_CLOEXEC);
  check(fd >= 0, target);
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  check(mount(source, name, type, flags, NULL) == 0, target);
  close(fd);
}

#if defined(__x86_64__)
// mount(2) of the 32-bit table, from 64-bit code. This program is linked below 4 GiB, so its strings are reachable.
static int mount_as_i386(const char* source, const char* target, const char* type) {
  long result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(21L), "b"(source), "c"(target), "d"(type), "S"(0L), "D"(0L)
                   : "memory", "r8", "r9", "r10", "r11");
  return (int)result;
}
#endif

static void deny_umount(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_umount2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
  check(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0, "seccomp");
}

// The first process of the container.
static int contained(const char* root, int ready) {
  char go;
  check(read(ready, &go, 1) == 1, "the parent's go");
  close(ready);
  check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "make / private");
  check(mount("tmpfs", root, "tmpfs", MS_NODEV | MS_NOSUID, "size=1m,mode=755") == 0, "mount the root");
  check(chdir(root) == 0, root);
  const char* folders[] = {"proc", "dev", "run", "lower", "work", "merged", "old32"};
  for (size_t i = 0; i < sizeof folders / sizeof folders[0]; ++i) check(mkdir(folders[i], 0755) == 0, folders[i]);
  mount_by_descriptor("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
  check(mount("tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755") == 0, "mount dev");
  check(mknod("dev/null", S_IFCHR | 0666, makedev(1, 3)) == 0, "mknod");
  mount_by_new_api("run");
  check(mount("nothing", "does/not/exist", "tmpfs", 0, NULL) == -1, "a mount that fails");
  check(mount("/tmp", "lower", NULL, MS_BIND, NULL) == 0, "bind");
  check(mount(NULL, "lower", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0, "remount read-only");
#if defined(__x86_64__)
  check(mount_as_i386("from-i386", "old32", "tmpfs") == 0, "mount by int 0x80");
#endif
  check(sethostname("made-by-hand", 12) == 0, "sethostname");
  int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  check(self >= 0, "/proc/self/exe");
  check(syscall(SYS_pivot_root, ".", ".") == 0, "pivot_root");
  check(umount2(".", MNT_DETACH) == 0, "detach the old root");
  check(chdir("/") == 0, "/");
  check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
  deny_umount();
  check(umount2("/dev", 0) == -1 && errno == EACCES, "a denied umount2");
  check(syscall(SYS_setresgid, 1000, 1000, 1000) == 0, "setresgid");
  check(syscall(SYS_setresuid, 1000, 1000, 1000) == 0, "setresuid");
  char* argv[] = {"contained-program", "the-end", NULL};
  char* envp[] = {NULL};
  syscall(SYS_execveat, self, "", argv, envp, AT_EMPTY_PATH);
  check(0, "execveat");
  return 1;
}

// A second process that enters the container, as `runc exec` does.
static int joins(pid_t container) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/uts", container);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  check(fd >= 0, path);
  check(setns(fd, CLONE_NEWUTS) == 0, "setns of a namespace");
  close(fd);
  int pidfd = (int)syscall(SYS_pidfd_open, container, 0);
  check(pidfd >= 0, "pidfd_open");
  check(setns(pidfd, CLONE_NEWIPC | CLONE_NEWNET) == 0, "setns of a pidfd");
  close(pidfd);
  return 0;
}

static int wait_for(pid_t pid) {
  int status = 0;
  check(waitpid(pid, &status, 0) == pid, "waitpid");
  return status;
}

int main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "the-end") == 0) {
    puts("hello from the container");
    return 7;
  }
  check(argc == 2, "usage: vm_container FOLDER");
  check(mkdir(argv[1], 0755) == 0 || errno == EEXIST, argv[1]);
  int pipe_fds[2];
  check(pipe2(pipe_fds, O_CLOEXEC) == 0, "pipe");

  struct clone_args args = {
      .flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP,
      .exit_signal = SIGCHLD,
  };
  pid_t container = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  check(container >= 0, "clone3");
  if (container == 0) {
    close(pipe_fds[1]);  // when the parent ends without a go, so do we
    _exit(contained(argv[1], pipe_fds[0]));
  }

  char text[32];
  check(mkdir("/sys/fs/cgroup/by-hand", 0755) == 0 || errno == EEXIST, "mkdir of a cgroup");
  snprintf(text, sizeof text, "%d", container);
  write_file("/sys/fs/cgroup/by-hand/cgroup.procs", text);
  pid_t joiner = fork();
  check(joiner >= 0, "fork");
  if (joiner == 0) _exit(joins(container));
  check(wait_for(joiner) == 0, "the joining process");

  check(write(pipe_fds[1], "g", 1) == 1, "go");
  int status = wait_for(container);
  check(rmdir("/sys/fs/cgroup/by-hand") == 0, "rmdir of a cgroup");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
