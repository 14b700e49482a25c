// Asks for a signal at its parent's end, and executes a file, which says whether that was kept. usage: death_signal WAY
// FILE (a copy of this program, which may give privileges)
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>

#include "program.h"

enum { kUser = 1001 };

static void set_permitted(unsigned capabilities) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {
      {.effective = capabilities, .permitted = capabilities, .inheritable = capabilities}};
  must(syscall(SYS_capset, &header, data) == 0, "capset");
}

static void join_user_namespace(void) {
  int up[2];
  must(pipe(up) == 0, "pipe");
  pid_t child = fork();
  if (child == 0) {
    must(unshare(CLONE_NEWUSER) == 0 && write(up[1], "x", 1) == 1, "child");
    pause();
  }
  close(up[1]);
  char byte, path[64];
  must(read(up[0], &byte, 1) == 1, "read");
  snprintf(path, sizeof path, "/proc/%d/ns/user", child);
  int other = open(path, O_RDONLY | O_CLOEXEC);
  must(other >= 0 && setns(other, CLONE_NEWUSER) == 0, "setns");
  kill(child, SIGKILL);
  wait_for(child);
}

int main(int argc, char** argv) {
  int kept = 0;
  if (argc == 1) {
    must(prctl(PR_GET_PDEATHSIG, &kept) == 0, "PR_GET_PDEATHSIG");
    fact("kept", "%d", kept);
    fact("secure", "%lu", getauxval(AT_SECURE));
    return 0;
  }
  must(argc == 3, "usage");
  const char* way = argv[1];
  const int asks_first = strcmp(way, "asks-first") == 0;
  private_mounts();
  // The file is executed by its descriptor: who has become somebody else may not walk to it. By one of another mount
  // namespace it would give nothing (mnt_may_suid, fs/namespace.c).
  int file = open(argv[2], O_PATH);
  must(file >= 0, argv[2]);
  if (asks_first) must(prctl(PR_SET_PDEATHSIG, SIGUSR1) == 0, "PR_SET_PDEATHSIG");
  if (strncmp(way, "user", 4) == 0 || asks_first) must(setgid(kUser) == 0 && setuid(kUser) == 0, "setuid");
  if (strcmp(way, "user-nnp") == 0) must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
  if (strcmp(way, "borrowed") == 0) must(setresuid(kUser, 0, 0) == 0, "setresuid");
  if (strcmp(way, "fsuid") == 0) setfsuid(kUser);
  if (strcmp(way, "fewer") == 0) must(prctl(PR_CAPBSET_DROP, CAP_SYSLOG, 0, 0, 0) == 0, "PR_CAPBSET_DROP");
  if (strcmp(way, "regains") == 0) set_permitted(1u << CAP_SETUID | 1u << CAP_CHOWN);
  if (strcmp(way, "ambient") == 0) {
    must(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && setuid(kUser) == 0, "setuid");
    set_permitted(1u << CAP_CHOWN);
    must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0) == 0, "PR_CAP_AMBIENT");
  }
  if (!asks_first) must(prctl(PR_SET_PDEATHSIG, SIGUSR1) == 0, "PR_SET_PDEATHSIG");
  if (strcmp(way, "joins") == 0) join_user_namespace();
  char* const words[] = {"asked", NULL};
  char* const nothing[] = {NULL};
  syscall(SYS_execveat, file, "", words, nothing, AT_EMPTY_PATH);
  must(0, "execveat");
}
