// Stops where a tracer by ptrace must, and does nothing there: the least that telling a command's calls can cost.
//   bench_stops every COMMAND [ARG...]      at every call
//   bench_stops NR,... COMMAND [ARG...]     at these calls, by a seccomp filter
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kMostCalls = 200 };

static void fail(const char* what) {
  perror(what);
  exit(2);
}

// To be freed by nobody: the filter is the rest of the process's.
static struct sock_fprog filter_of(char* calls) {
  static struct sock_filter code[kMostCalls + 3];
  unsigned short length = 0, count = 1;
  for (const char* at = calls; *at; ++at) count += *at == ',';
  if (count > kMostCalls) {
    fputs("bench_stops: too many calls\n", stderr);
    exit(2);
  }
  code[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (char* call = strtok(calls, ","); call; call = strtok(NULL, ",")) {
    const unsigned char to_stop = (unsigned char)(count + 1 - length);
    code[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)atoi(call), to_stop, 0);
  }
  code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  return (struct sock_fprog){.len = length, .filter = code};
}

int main(int argc, char** argv) {
  if (argc < 3) {
    fputs("usage: bench_stops every|NR,... COMMAND [ARG...]\n", stderr);
    return 2;
  }
  const int every = strcmp(argv[1], "every") == 0;
  struct sock_fprog filter = {0};
  if (!every) filter = filter_of(argv[1]);
  int go[2];
  if (pipe(go) != 0) fail("pipe");
  const pid_t child = fork();
  if (child == 0) {
    char byte;
    close(go[1]);
    if (read(go[0], &byte, 1) != 1) _exit(2);
    close(go[0]);
    // A privileged user's, as cttrace's and strace's: no_new_privs would change what is run.
    if (!every && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) fail("seccomp");
    execvp(argv[2], argv + 2);
    fail(argv[2]);
  }
  const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                       PTRACE_O_TRACEEXEC | (every ? 0 : PTRACE_O_TRACESECCOMP);
  if (ptrace(PTRACE_SEIZE, child, 0, options) != 0) fail("ptrace");
  if (every) ptrace(PTRACE_INTERRUPT, child, 0, 0);
  if (write(go[1], "", 1) != 1) fail("write");
  int result = 2, status;
  for (pid_t tid; (tid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR;) {
    if (tid > 0 && !WIFSTOPPED(status)) {
      if (tid == child) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    const int signal = WSTOPSIG(status), event = status >> 16;
    const int stays = event == PTRACE_EVENT_STOP && signal != SIGTRAP;
    const int of_tracing = event || signal == (SIGTRAP | 0x80);
    const int to_call = every || event == PTRACE_EVENT_SECCOMP;
    ptrace(stays ? PTRACE_LISTEN : to_call ? PTRACE_SYSCALL : PTRACE_CONT, tid, 0, of_tracing ? 0L : (long)signal);
  }
  return result;
}
