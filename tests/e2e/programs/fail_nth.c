// Makes one set-up call of commands, and of all that they start, fail: the N-th. Says which, and what is left
// afterwards.
//
//   fail_nth N ERRNO REPORT COMMAND [WORDS...] [+ COMMAND [WORDS...]]...
//
// The commands run one after the other, until one fails, in mount and network namespaces of their own; its exit status
// is that of the last one. REPORT gets a line each: "call K NAME [DETAIL]" of the failed one, "calls COUNT", and "left
// process|mount|interface ...". N = 0 lets nothing fail. Calls of a program that a command has executed do not count,
// nor do those by which a command itself takes away what it has made.
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_TASKS = 256, MAX_BYTES = 1 << 18 };

// What may count. `path`: which argument is one, for the report; -1: none. `undoes`: it takes away.
static const struct call {
  int number, path, undoes;
  const char* name;
} calls[] = {
#define CALL(name, path) \
  { SYS_##name, path, 0, #name }
#define UNDO(name, path) \
  { SYS_##name, path, 1, #name }
    CALL(openat, 1),       CALL(openat2, 1),        CALL(write, -1),     CALL(mount, 1),      CALL(pivot_root, 0),
    CALL(chroot, 0),       CALL(chdir, 0),          CALL(fchdir, -1),    CALL(unshare, -1),   CALL(setns, -1),
    CALL(clone, -1),       CALL(clone3, -1),        CALL(fork, -1),      CALL(vfork, -1),     CALL(execve, 0),
    CALL(mkdir, 0),        CALL(mkdirat, 1),        CALL(mknod, 0),      CALL(mknodat, 1),    CALL(symlinkat, 2),
    CALL(rename, 1),       CALL(fchown, -1),        CALL(fchownat, 1),   CALL(fchmod, -1),    CALL(fchmodat, 1),
    CALL(sethostname, 0),  CALL(setdomainname, 0),  CALL(setgroups, -1), CALL(setresuid, -1), CALL(setresgid, -1),
    CALL(capset, -1),      CALL(keyctl, -1),        CALL(prctl, -1),     CALL(prlimit64, -1), CALL(seccomp, -1),
    CALL(personality, -1), CALL(close_range, -1),   CALL(ioctl, -1),     CALL(flock, -1),     CALL(socket, -1),
    CALL(socketpair, -1),  CALL(connect, -1),       CALL(bind, -1),      CALL(sendto, -1),    CALL(sendmsg, -1),
    CALL(pipe2, -1),       CALL(fsopen, 0),         CALL(fsconfig, 2),   CALL(fsmount, -1),   CALL(move_mount, -1),
    CALL(open_tree, 1),    CALL(mount_setattr, -1), UNDO(umount2, 0),    UNDO(rmdir, 0),      UNDO(unlink, 0),
    UNDO(unlinkat, 1),
};
enum { CALLS = sizeof calls / sizeof *calls };

// BEFORE: it is no command yet. MAKER: its calls count. PROGRAM: it has executed another program.
enum phase { BEFORE, MAKER, PROGRAM };
static struct task {
  pid_t pid;
  enum phase phase;
  int known, held;  // its maker's stop has been seen; its own first stop waits for that
} tasks[MAX_TASKS];

static long wanted, counted;
static int failure;
static pid_t command;
static FILE* report;

static void check(int good, const char* what) {
  if (good) return;
  fprintf(stderr, "fail_nth: %s: %s\n", what, strerror(errno));
  exit(125);
}

static struct task* find(pid_t pid) {
  struct task* unused = NULL;
  for (struct task* each = tasks; each < tasks + MAX_TASKS; ++each) {
    if (each->pid == pid) return each;
    if (!each->pid && !unused) unused = each;
  }
  check(unused != NULL, "too many tasks");
  *unused = (struct task){.pid = pid, .phase = MAKER};
  return unused;
}

static int counts(pid_t pid, const struct call* call, const unsigned long long* args) {
  if (call->undoes) return pid != command;
  switch (call->number) {
    case SYS_openat: return (args[2] & (O_ACCMODE | O_CREAT | O_PATH)) != 0;
    case SYS_write: return args[0] > 2;
    case SYS_prctl:
      return args[0] == PR_CAPBSET_DROP || args[0] == PR_SET_NO_NEW_PRIVS || args[0] == PR_SET_KEEPCAPS ||
             (args[0] == PR_CAP_AMBIENT && args[1] == PR_CAP_AMBIENT_RAISE);
    case SYS_prlimit64: return args[2] != 0;
    case SYS_seccomp: return args[0] == SECCOMP_SET_MODE_FILTER && args[2] != 0;  // others ask what there is
    case SYS_personality: return args[0] != 0xffffffff;
    case SYS_ioctl: return args[1] != TCGETS && args[1] != TIOCGWINSZ;
    default: return 1;
  }
}

static void tell(pid_t pid, const struct call* call, const unsigned long long* args) {
  char detail[256] = "";
  if (call->path >= 0) {
    struct iovec to = {detail, sizeof detail - 1}, from = {(void*)args[call->path], sizeof detail - 1};
    if (process_vm_readv(pid, &to, 1, &from, 1, 0) < 0) {
      from.iov_len = 4096 - args[call->path] % 4096;  // not over the end of what is mapped
      if (from.iov_len < sizeof detail) process_vm_readv(pid, &to, 1, &from, 1, 0);
    }
  } else if (call->number == SYS_write || call->number == SYS_ioctl) {
    char link[64];
    snprintf(link, sizeof link, "/proc/%d/fd/%llu", pid, args[0]);
    if (readlink(link, detail, sizeof detail - 1) < 0) detail[0] = 0;
  } else if (call->number == SYS_prctl) {
    snprintf(detail, sizeof detail, "%llu %llu", args[0], args[1]);
  }
  fprintf(report, "call %ld %s %s\n", counted, call->name, detail);
}

static void at_call(struct task* task) {
  struct __ptrace_syscall_info info = {0};
  if (task->phase != MAKER) return;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, task->pid, sizeof info, &info) <= 0) return;
  const struct call* call = calls;
  while (call < calls + CALLS && call->number != (int)info.seccomp.nr) ++call;
  if (call == calls + CALLS || !counts(task->pid, call, (const unsigned long long*)info.seccomp.args)) return;
  if (++counted != wanted) return;
  tell(task->pid, call, (const unsigned long long*)info.seccomp.args);
  struct user_regs_struct regs;
  check(ptrace(PTRACE_GETREGS, task->pid, 0, &regs) == 0, "PTRACE_GETREGS");
  regs.orig_rax = (unsigned long long)-1;
  regs.rax = (unsigned long long)-failure;
  check(ptrace(PTRACE_SETREGS, task->pid, 0, &regs) == 0, "PTRACE_SETREGS");
}

static void at_stop(pid_t pid, int status) {
  struct task* task = find(pid);
  const int event = status >> 16, signal = WSTOPSIG(status);
  unsigned long made = 0;
  long deliver = 0;
  switch (event) {
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
      ptrace(PTRACE_GETEVENTMSG, pid, 0, &made);
      struct task* child = find((pid_t)made);
      child->phase = task->phase;
      child->known = 1;
      if (child->held) ptrace(PTRACE_CONT, child->pid, 0, 0);
      child->held = 0;
      break;
    case PTRACE_EVENT_EXEC: task->phase = task->phase == BEFORE ? MAKER : PROGRAM; break;
    case PTRACE_EVENT_SECCOMP: at_call(task); break;
    case PTRACE_EVENT_STOP:
      if (signal != SIGTRAP) {  // all of it has been stopped, by a signal
        ptrace(PTRACE_LISTEN, pid, 0, 0);
        return;
      }
      task->held = !task->known;
      if (task->held) return;
      break;
    default: deliver = signal;
  }
  ptrace(PTRACE_CONT, pid, 0, deliver);
}

// True with what waitpid() told of the command once it has ended.
static int next(int flags, int* status) {
  const pid_t pid = waitpid(-1, status, __WALL | flags);
  if (pid <= 0) return 0;
  if (WIFSTOPPED(*status)) {
    at_stop(pid, *status);
    return 0;
  }
  find(pid)->pid = 0;
  return pid == command;
}

static void become(char** words, int go) {
  struct sock_filter filter[CALLS + 5];
  int length = 0;
  const struct sock_filter arch = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
  const struct sock_filter other = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, CALLS + 1);
  const struct sock_filter number = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  filter[length++] = arch;
  filter[length++] = other;
  filter[length++] = number;
  for (int i = 0; i < CALLS; ++i) {
    const struct sock_filter same =
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i].number, (unsigned char)(CALLS - i), 0);
    filter[length++] = same;
  }
  const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  const struct sock_filter trace = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  filter[length++] = allow;
  filter[length++] = trace;
  const struct sock_fprog program = {(unsigned short)length, filter};
  char ignored;
  check(read(go, &ignored, 1) == 0, "waiting to be traced");
  check(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0, "seccomp");
  execv(words[0], words);
  check(0, words[0]);
}

static int run(char** words) {
  int go[2], status = 0;
  check(pipe2(go, O_CLOEXEC) == 0, "pipe2");
  command = fork();
  check(command >= 0, "fork");
  if (command == 0) {
    close(go[1]);
    become(words, go[0]);
  }
  const long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                       PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;
  check(ptrace(PTRACE_SEIZE, command, 0, options) == 0, "PTRACE_SEIZE");
  *find(command) = (struct task){.pid = command, .phase = BEFORE, .known = 1};
  close(go[0]);
  close(go[1]);
  while (!next(0, &status)) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// What still lives a second after the last command has ended.
static void tell_tasks(void) {
  int status = 0;
  for (int tries = 0; tries < 200; ++tries) {
    while (next(WNOHANG, &status) || WIFSTOPPED(status)) status = 0;
    int living = 0;
    for (int i = 0; i < MAX_TASKS; ++i) living += tasks[i].pid != 0;
    if (!living) return;
    nanosleep(&(struct timespec){0, 5000000}, NULL);
  }
  for (int i = 0; i < MAX_TASKS; ++i) {
    if (!tasks[i].pid) continue;
    fprintf(report, "left process %d\n", tasks[i].pid);
    kill(tasks[i].pid, SIGKILL);
  }
  while (waitpid(-1, &status, __WALL) > 0) {
  }
}

static char* all_mounts(void) {
  char* text = calloc(1, MAX_BYTES);
  const int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
  check(text && fd >= 0, "/proc/self/mountinfo");
  for (ssize_t length, at = 0; (length = read(fd, text + at, MAX_BYTES - 1 - (size_t)at)) > 0;) at += length;
  close(fd);
  return text;
}

// Lines of `after` that are not in `before`.
static void tell_new(const char* what, const char* before, char* after) {
  for (char* line = strtok(after, "\n"); line; line = strtok(NULL, "\n"))
    if (!strstr(before, line)) fprintf(report, "left %s %s\n", what, line);
}

// The kernel takes those of a network namespace away a moment after its last process.
static void tell_interfaces(void) {
  for (int tries = 0;; ++tries) {
    struct if_nameindex *all = if_nameindex(), *each = all;
    while (each && each->if_index && strcmp(each->if_name, "lo") == 0) ++each;
    const int gone = !each || !each->if_index;
    if (!gone && tries == 400) fprintf(report, "left interface %s\n", each->if_name);
    if_freenameindex(all);
    if (gone || tries == 400) return;
    nanosleep(&(struct timespec){0, 5000000}, NULL);
  }
}

int main(int argc, char** argv) {
  if (argc < 5) return 125;
  wanted = atol(argv[1]);
  failure = atoi(argv[2]);
  report = fopen(argv[3], "we");
  check(report != NULL, argv[3]);
  check(unshare(CLONE_NEWNS | CLONE_NEWNET) == 0, "unshare");
  // Nothing comes from the host or goes there, and yet all is shared as it is there.
  check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "mount");
  check(mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) == 0, "mount");
  char* before = all_mounts();
  int status = 0;
  for (char** words = argv + 4; *words && status == 0;) {
    char** end = words;
    while (*end && strcmp(*end, "+") != 0) ++end;
    char** next_words = *end ? end + 1 : end;
    *end = NULL;
    status = run(words);
    words = next_words;
  }
  tell_tasks();
  char* after = all_mounts();
  tell_new("mount", before, after);
  tell_interfaces();
  fprintf(report, "calls %ld\n", counted);
  return fclose(report) == 0 ? status : 125;
}
