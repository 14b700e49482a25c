// Changes all that a task's state tells about it, then executes itself (or stays), says its pid as /proc has it, and
// waits for standard input: whoever asks reads /proc meanwhile. usage: prepared plain|ambient|contained exec|stay DIR
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "program.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static void put(const char* path, const char* text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  must(fd >= 0, path);
  must(write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
  close(fd);
}

static void ask(void) {
  char pid[64] = "";
  must(readlink("/proc/self", pid, sizeof pid - 1) > 0, "/proc/self");
  fact("securebits", "%d", prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
  fact("pid", "%s", pid);
  wait_for_go();
}

static void capabilities(uint32_t inheritable) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  must(syscall(SYS_capget, &header, data) == 0, "capget");
  data[0].inheritable = inheritable;
  must(syscall(SYS_capset, &header, data) == 0, "capset");
}

static void allow_everything(void) {
  struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog filter = {1, code};
  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
  must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0, "seccomp");
}

// A user namespace with more extents than fit into the kernel's struct itself, and all others with it. Its maps can only
// be written from outside.
static void new_namespaces(void) {
  int ready[2], mapped[2];
  must(pipe2(ready, O_CLOEXEC) == 0 && pipe2(mapped, O_CLOEXEC) == 0, "pipe");
  pid_t self = getpid(), outside = fork();
  must(outside >= 0, "fork");
  if (outside == 0) {
    char byte, path[64];
    must(read(ready[0], &byte, 1) == 1, "read");
    snprintf(path, sizeof path, "/proc/%d/uid_map", self);
    put(path, "0 100000 10\n10 200010 10\n20 300020 10\n30 400030 10\n40 500040 10\n50 600050 10\n60 700060 10\n");
    snprintf(path, sizeof path, "/proc/%d/gid_map", self);
    put(path, "0 100000 10\n100 200100 50\n");
    must(write(mapped[1], "x", 1) == 1, "write");
    _exit(0);
  }
  must(unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWPID |
               CLONE_NEWTIME) == 0, "unshare");
  char byte;
  must(write(ready[1], "x", 1) == 1 && read(mapped[0], &byte, 1) == 1, "the maps");
  wait_for(outside);
  must(setresgid(0, 0, 0) == 0 && setresuid(0, 0, 0) == 0, "become root");
}

// Goes on as a child, in the newest pid namespace; the parent ends as it ends.
static void go_on_as_child(void) {
  pid_t child = fork();
  must(child >= 0, "fork");
  if (child == 0) return;
  int status;
  must(waitpid(child, &status, 0) == child, "waitpid");
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static void contain(const char* dir) {
  put("/proc/self/oom_score_adj", "77");
  new_namespaces();
  go_on_as_child();
  // More, which only its children will be in; without a child /proc would not tell which.
  must(unshare(CLONE_NEWPID | CLONE_NEWTIME) == 0, "unshare");
  pid_t first = fork();
  must(first >= 0, "fork");
  if (first == 0) _exit(0);
  wait_for(first);
  must(mount("/", dir, NULL, MS_BIND | MS_REC, NULL) == 0, "bind");
  must(chroot(dir) == 0 && chdir("/usr/bin") == 0, "chroot");
  gid_t groups[] = {1, 101, 102, 149};
  must(setgroups(4, groups) == 0, "setgroups");
  must(prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0) == 0, "drop");
  must(setresgid(3, 104, 5) == 0, "setresgid");
  must(setresuid(11, 22, 33) == 0, "setresuid");
  allow_everything();
}

int main(int argc, char** argv) {
  if (argc == 1) {
    ask();
    return 0;
  }
  must(argc == 4, "usage");
  int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  must(self >= 0, "/proc/self/exe");
  if (strcmp(argv[1], "contained") == 0) contain(argv[3]);
  if (strcmp(argv[1], "ambient") == 0) {
    must(prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP | SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0) == 0, "securebits");
    capabilities(1u << CAP_CHOWN | 1u << CAP_NET_RAW);
    must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0) == 0, "ambient");
    must(setresgid(7, 7, 7) == 0 && setresuid(8, 8, 8) == 0, "setres*id");
  }
  if (strcmp(argv[2], "stay") == 0) {
    ask();
    return 0;
  }
  char* const arguments[] = {argv[0], NULL};
  char* const environment[] = {NULL};
  must(syscall(SYS_execveat, self, "", arguments, environment, AT_EMPTY_PATH) == 0, "execveat");
  return 1;
}
