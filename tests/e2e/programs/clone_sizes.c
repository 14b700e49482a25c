// clone3 with every size of its struct, and some it refuses. usage: clone_sizes [CGROUP_FOLDER]
#include <linux/sched.h>
#include <signal.h>
#include <sys/mman.h>

#include "program.h"

// One more word than this kernel's headers know.
union sized {
  struct clone_args args;
  uint64_t words[16];
};

static void clone_with(const char* name, union sized* sized, size_t size) {
  long result = result_of(syscall(SYS_clone3, sized, size));
  if (result == 0) {
    // Something to see from the child, too.
    syscall(SYS_pidfd_open, 1, 0x10000000u + (unsigned)size);
    _exit(0);
  }
  if (result > 0) wait_for((pid_t)result);
  fact(name, "%zu %ld", size, result);
}

int main(int argc, char** argv) {
  union sized plain = {.args = {.exit_signal = SIGCHLD}};
  clone_with("v0", &plain, 64);
  clone_with("v1", &plain, 80);
  clone_with("v2", &plain, 88);
  clone_with("newer", &plain, 96);
  clone_with("small", &plain, 56);
  union sized unknown = plain;
  unknown.words[11] = 0xabcdef;
  clone_with("unknown", &unknown, 96);
  // Longer than a page, which the kernel refuses unread: once all of it is there, once it goes on where nothing is.
  static char room[8192] __attribute__((aligned(8)));
  memset(room, 1, sizeof room);
  clone_with("large", (union sized*)room, sizeof room);
  char* pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(pages != MAP_FAILED && munmap(pages + 4096, 4096) == 0, "pages");
  memset(pages, 0, 4096);
  clone_with("beyond", (union sized*)(pages + 4096 - sizeof plain), 4200);

  int process = -1;
  union sized with_pidfd = plain;
  with_pidfd.args.flags = CLONE_PIDFD | CLONE_NEWUTS;
  with_pidfd.args.pidfd = (uintptr_t)&process;
  clone_with("pidfd", &with_pidfd, 88);
  fact("pidfd_number", "%d", process);

  pid_t wanted = 1;
  union sized with_tid = plain;
  with_tid.args.flags = CLONE_NEWPID;
  with_tid.args.set_tid = (uintptr_t)&wanted;
  with_tid.args.set_tid_size = 1;
  clone_with("set_tid", &with_tid, 80);

  if (argc == 2) {
    int cgroup = open(argv[1], O_PATH | O_CLOEXEC);
    must(cgroup >= 0, "open the cgroup");
    union sized into = plain;
    into.args.flags = CLONE_INTO_CGROUP;
    into.args.cgroup = (unsigned)cgroup;
    fact("cgroup", "%d", cgroup);
    clone_with("into_cgroup", &into, 88);
  }
  return 0;
}
