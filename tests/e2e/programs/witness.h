// A process that reads in /proc what somebody else is, and tells it by calls that do nothing, so that a recording has
// both what was done and what came of it: keyctl(WITNESS, PID, FIELD, VALUE).
#pragma once

#include <sys/prctl.h>
#include <sys/socket.h>

#include "../../tools/witness_fields.h"
#include "program.h"

// What /proc does not tell.
struct testimony {
  int32_t securebits, dumpable, death_signal;
};

static inline void testify(uint32_t pid, enum witness_field field, uint64_t value) {
  syscall(SYS_keyctl, WITNESS, pid, field, value, 0);
}

static inline uint64_t hash_of(uint64_t hash, uint32_t number) { return (hash ^ number) * WITNESS_PRIME; }

static inline void testify_line(uint32_t pid, const char* line) {
  unsigned long long numbers[4];
  if (sscanf(line, "Uid: %llu %llu %llu %llu", numbers, numbers + 1, numbers + 2, numbers + 3) == 4)
    for (int i = 0; i < 4; i++) testify(pid, WITNESS_UIDS + i, numbers[i]);
  if (sscanf(line, "Gid: %llu %llu %llu %llu", numbers, numbers + 1, numbers + 2, numbers + 3) == 4)
    for (int i = 0; i < 4; i++) testify(pid, WITNESS_GIDS + i, numbers[i]);
  static const char* const sets[] = {"CapInh: %llx", "CapPrm: %llx", "CapEff: %llx", "CapBnd: %llx", "CapAmb: %llx"};
  for (int i = 0; i < 5; i++)
    if (sscanf(line, sets[i], numbers) == 1) testify(pid, WITNESS_CAPABILITIES + i, numbers[0]);
  if (sscanf(line, "NoNewPrivs: %llu", numbers) == 1) testify(pid, WITNESS_NO_NEW_PRIVS, numbers[0]);
  if (sscanf(line, "Seccomp: %llu", numbers) == 1) testify(pid, WITNESS_SECCOMP, numbers[0]);
  if (sscanf(line, "Seccomp_filters: %llu", numbers) == 1) testify(pid, WITNESS_FILTERS, numbers[0]);
  if (strncmp(line, "Groups:", 7) != 0) return;
  uint64_t hash = WITNESS_BASIS;
  char* end = NULL;
  for (const char* at = line + 7;; at = end) {
    const unsigned long group = strtoul(at, &end, 10);
    if (end == at) break;
    hash = hash_of(hash, (uint32_t)group);
  }
  testify(pid, WITNESS_GROUPS, hash);
}

static inline void testify_about(uint32_t pid, const struct testimony* own) {
  char path[128], line[4096];
  snprintf(path, sizeof path, "/proc/%u/status", pid);
  FILE* status = fopen(path, "re");
  if (!status) return;
  while (fgets(line, sizeof line, status)) testify_line(pid, line);
  fclose(status);
  // In the order of enum ct_ns.
  static const char* const namespaces[] = {
      "mnt", "uts", "ipc", "net", "cgroup", "pid", "pid_for_children", "time", "time_for_children", "user"};
  for (int i = 0; i < 10; i++) {
    snprintf(path, sizeof path, "/proc/%u/ns/%s", pid, namespaces[i]);
    struct stat found;
    if (stat(path, &found) == 0) testify(pid, WITNESS_NAMESPACES + i, found.st_ino);
  }
  testify(pid, WITNESS_SECUREBITS, (uint32_t)own->securebits);
  testify(pid, WITNESS_DUMPABLE, (uint32_t)own->dumpable);
  testify(pid, WITNESS_DEATH_SIGNAL, (uint32_t)own->death_signal);
}

union witness_control {
  char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
  struct cmsghdr header;
};

// Until the last one who could ask has gone, or says that there are no more questions.
static inline void witness(int socket) {
  for (;;) {
    struct testimony own;
    union witness_control control;
    struct iovec part = {&own, sizeof own};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != sizeof own) _exit(0);
    struct ucred who = {0};
    int answer = -1;
    for (struct cmsghdr* each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each)) {
      if (each->cmsg_type == SCM_CREDENTIALS) memcpy(&who, CMSG_DATA(each), sizeof who);
      if (each->cmsg_type == SCM_RIGHTS) memcpy(&answer, CMSG_DATA(each), sizeof answer);
    }
    testify_about((uint32_t)who.pid, &own);
    close(answer);
  }
}

static inline pid_t start_witness(int socket) {
  int ends[2];
  const int on = 1;
  must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
  must(setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0, "SO_PASSCRED");
  const pid_t pid = fork();
  must(pid >= 0, "fork");
  if (pid == 0) {
    close(ends[0]);
    witness(ends[1]);
  }
  close(ends[1]);
  must(dup2(ends[0], socket) == socket, "dup2");
  return pid;
}

// Of the process, so by its only thread. Returns when all has been told.
static inline void be_witnessed(int socket) {
  const struct testimony own = {prctl(PR_GET_SECUREBITS), prctl(PR_GET_DUMPABLE), 0};
  prctl(PR_GET_PDEATHSIG, &own.death_signal);
  int answer[2];
  if (pipe2(answer, O_CLOEXEC) != 0) return;
  union witness_control control = {0};
  struct iovec part = {(void*)&own, sizeof own};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(sizeof(int))};
  control.header =
      (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
  memcpy(CMSG_DATA(&control.header), &answer[1], sizeof(int));
  const int asked = sendmsg(socket, &message, MSG_NOSIGNAL) == sizeof own;
  close(answer[1]);
  char nothing;
  while (asked && read(answer[0], &nothing, 1) < 0 && errno == EINTR) continue;
  close(answer[0]);
}

static inline void dismiss_witness(int socket) { must(send(socket, "", 1, MSG_NOSIGNAL) == 1, "dismiss the witness"); }
