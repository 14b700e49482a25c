// A seccomp filter denies mount and chroot; the kernel never enters them. usage: seccomp_denied DIR
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "program.h"

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  private_mounts();
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mount, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_chroot, 2, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
  must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0, "seccomp");
  fact("allowed", "%ld", result_of(chdir("/nonexistent-allowed")));
  fact("mount", "%ld", result_of(mount("denied-source", argv[1], "tmpfs", MS_NOSUID, "size=64k")));
  fact("chroot", "%ld", result_of(chroot("/nonexistent-denied")));
  // A child must not look denied: its first return from clone has no entry either.
  pid_t child = fork();
  must(child >= 0, "fork");
  if (child == 0) _exit(0);
  wait_for(child);
  fact("child", "%d", child);
  return 0;
}
