// Random sequences of what changes a task: ids, groups, capabilities, securebits, seccomp, namespaces, forks, threads,
// programs. After each change a witness tells what /proc says of the task then: see tests/tools/witness.h.
// usage: random_tasks SEED COUNT
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <pthread.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "program.h"
#include "witness.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

enum {
  kMostForks = 3,
  kMostPrograms = 3,
  // Descriptors of this program, and of who testifies: whoever we have become, and wherever we are.
  kSelf = 100,
  kWitness = 101,
};

static uint64_t state;

static unsigned below(unsigned limit) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(state >> 33) % limit;
}

static unsigned any_id(void) {
  // Who leaves root without a way back is soon allowed nothing.
  static const unsigned ids[] = {0, 0, 0, 1, 1000, 1001, 65534, 4294967295u, 4294967295u};
  return ids[below(sizeof ids / sizeof *ids)];
}

static void change_ids(void) {
  switch (below(8)) {
    case 0: syscall(SYS_setuid, any_id()); break;
    case 1: syscall(SYS_setgid, any_id()); break;
    case 2: syscall(SYS_setreuid, any_id(), any_id()); break;
    case 3: syscall(SYS_setregid, any_id(), any_id()); break;
    case 4: syscall(SYS_setresuid, any_id(), any_id(), any_id()); break;
    case 5: syscall(SYS_setresgid, any_id(), any_id(), any_id()); break;
    case 6: setfsuid(any_id()); break;
    default: setfsgid(any_id()); break;
  }
}

static void change_groups(void) {
  gid_t groups[5];
  const unsigned count = below(6);
  for (unsigned i = 0; i < count; i++) groups[i] = any_id();
  syscall(SYS_setgroups, count, groups);
}

static void change_capabilities(void) {
  struct __user_cap_header_struct header = {below(8) ? _LINUX_CAPABILITY_VERSION_3 : _LINUX_CAPABILITY_VERSION_1, 0};
  struct __user_cap_data_struct data[2] = {0};
  if (syscall(SYS_capget, &header, data) != 0) return;
  for (unsigned i = 0; i < 2; i++) {
    // Nearly all of them stay, or nothing would be allowed soon.
    const unsigned keep = ~(1u << below(32));
    if (below(3) == 0) data[i].permitted &= keep;
    data[i].effective = below(2) ? data[i].permitted : data[i].permitted & ~(1u << below(32));
    data[i].inheritable = below(2) ? data[i].permitted & ~(1u << below(32)) : data[i].inheritable & data[i].permitted;
  }
  syscall(SYS_capset, &header, data);
}

static void change_bits(void) {
  switch (below(9)) {
    case 0: prctl(PR_SET_KEEPCAPS, below(2), 0, 0, 0); break;
    case 1: prctl(PR_SET_SECUREBITS, below(256), 0, 0, 0); break;
    case 2: prctl(PR_CAPBSET_DROP, below(42), 0, 0, 0); break;
    case 3: prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, below(41), 0, 0); break;
    case 4: prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, below(41), 0, 0); break;
    case 5: prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); break;
    case 8: prctl(PR_SET_PDEATHSIG, below(3)); break;
    case 6: prctl(PR_SET_NO_NEW_PRIVS, below(4) == 0, 0, 0, 0); break;
    default: prctl(PR_SET_DUMPABLE, below(2), 0, 0, 0); break;
  }
}

static void add_filter(void) {
  struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog filter = {1, &allow};
  if (below(2))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
  else
    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, below(2) ? SECCOMP_FILTER_FLAG_TSYNC : 0, &filter);
}

static void write_to(const char* path, const char* text) {
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  if (write(file, text, strlen(text)) < 0) errno = 0;  // not everybody may
  close(file);
}

static int random_types(void) {
  static const int types[] = {CLONE_NEWNS,     CLONE_NEWUTS, CLONE_NEWIPC,  CLONE_NEWNET,
                              CLONE_NEWCGROUP, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWUSER};
  int flags = 0;
  for (unsigned i = below(3) + 1; i > 0; i--) flags |= types[below(sizeof types / sizeof *types)];
  return flags;
}

static void change_namespaces(void) {
  static const char* const names[] = {
      "mnt", "uts", "ipc", "net", "cgroup", "pid", "pid_for_children", "time_for_children"};
  if (below(3)) {
    const int flags = random_types();
    char map[64];
    snprintf(map, sizeof map, "%u %u 1\n", below(2) ? 0 : any_id(), geteuid());
    if (unshare(flags) != 0 || !(flags & CLONE_NEWUSER) || below(2)) return;
    write_to("/proc/self/uid_map", map);
    if (below(2)) write_to("/proc/self/setgroups", "deny");
    if (below(2)) write_to("/proc/self/gid_map", "0 0 1");
    return;
  }
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/ns/%s", below(2) ? "self" : "thread-self", names[below(8)]);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  setns(file, 0);
  close(file);
}

static void change_limits(void) {
  struct rlimit limit = {below(1000), 4096};
  prlimit(0, RLIMIT_NOFILE, &limit, NULL);
  write_to("/proc/self/oom_score_adj", below(2) ? "100" : "0\n");
}

static void change(void) {
  switch (below(12)) {
    case 0:
    case 1:
    case 2: change_ids(); break;
    case 3: change_groups(); break;
    case 4:
    case 5: change_capabilities(); break;
    case 6:
    case 7: change_bits(); break;
    case 8: add_filter(); break;
    case 9:
    case 10: change_namespaces(); break;
    default: change_limits(); break;
  }
}

static void change_something(void) {
  change();
  if (gettid() == getpid()) be_witnessed(kWitness);  // of whom /proc/PID tells
}

static void execute_again(int depth) {
  char seed[32], depth_text[16];
  snprintf(seed, sizeof seed, "%llu", (unsigned long long)state);
  snprintf(depth_text, sizeof depth_text, "-%d", depth + 1);
  char* const arguments[] = {"random_tasks", seed, depth_text, NULL};
  fexecve(kSelf, arguments, environ);
  _exit(0);  // who it has become may not execute it
}

static void* as_thread(void* depth) {
  for (unsigned i = below(3); i > 0; i--) change_something();
  if (below(2)) execute_again((int)(intptr_t)depth);
  return NULL;
}

static pid_t fork_somehow(void) {
  // What a C library's fork does not do.
  const unsigned long flags = SIGCHLD | (below(3) ? 0 : (unsigned long)random_types()) | (below(4) ? 0 : CLONE_PARENT);
  if (below(2)) return fork();
  const pid_t child = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
  return child < 0 ? fork() : child;
}

static void live(int depth) {
  for (unsigned i = below(8); i > 0; i--) change_something();
  for (unsigned i = depth < kMostForks ? below(3) : 0; i > 0; i--) {
    const uint64_t before = state;
    const pid_t child = fork_somehow();
    if (child == 0) {
      state = before ^ 0x9e3779b97f4a7c15u * i;
      for (unsigned more = below(5); more > 0; more--) change_something();
      if (depth + 1 < kMostPrograms) execute_again(depth);
      _exit(0);
    }
    while (child > 0 && waitpid(child, NULL, __WALL) < 0 && errno == EINTR) continue;
  }
  pthread_t thread;
  if (below(4) == 0 && pthread_create(&thread, NULL, as_thread, (void*)(intptr_t)depth) == 0) {
    pthread_join(thread, NULL);
    be_witnessed(kWitness);
  }
  while (waitpid(-1, NULL, __WALL) > 0) continue;
  if (depth + 1 < kMostPrograms && below(2)) execute_again(depth);
  _exit(0);
}

int main(int argc, char** argv) {
  must(argc == 3, "usage: random_tasks SEED COUNT");
  const int count = atoi(argv[2]);
  state = strtoull(argv[1], NULL, 10);
  if (count < 0) live(-count);
  must(dup2(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), kSelf) == kSelf, "open /proc/self/exe");
  const pid_t witness = start_witness(kWitness);
  for (int i = 0; i < count; i++) {
    below(2);
    const pid_t child = fork();
    must(child >= 0, "fork");
    if (child == 0) {
      state ^= 0x5851f42d4c957f2du * (unsigned)(i + 1);
      live(0);
    }
    must(waitpid(child, NULL, 0) == child, "waitpid");
  }
  dismiss_witness(kWitness);
  must(waitpid(witness, NULL, 0) == witness, "waitpid");
  fact("done", "%d", count);
  return 0;
}
