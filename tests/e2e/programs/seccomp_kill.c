// A seccomp filter that has SIGSYS sent: to a thread that handles it, and to a process that it ends.
// usage: seccomp_kill
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "program.h"

static volatile sig_atomic_t trapped;

static void count(int number) {
  (void)number;
  trapped++;
}

int main(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mount, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_chroot, 2, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  pid_t child = fork();
  must(child >= 0, "fork");
  if (child == 0) {
    must(signal(SIGSYS, count) != SIG_ERR, "signal");
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
    must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0, "seccomp");
    mount("trapped-source", "/nonexistent-trapped", "tmpfs", 0, NULL);
    fact("trapped", "%d", (int)trapped);
    char path[32] = "/nonexistent-killed";  // on the stack: there, unlike a constant that nobody has read
    int result = chroot(path);
    fact("survived", "%d", result);
    _exit(0);
  }
  int status;
  must(waitpid(child, &status, 0) == child, "waitpid");
  fact("status", "%d %d", child, status);
  return 0;
}
