// Many threads at once, that wait until standard input ends; then all end. usage: crowd COUNT
#include <linux/futex.h>
#include <limits.h>
#include <sys/mman.h>

#include "program.h"

static int gate;

static int wait_at_gate(void* none) {
  (void)none;
  while (__atomic_load_n(&gate, __ATOMIC_RELAXED) == 0) syscall(SYS_futex, &gate, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
  return 0;
}

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  int count = atoi(argv[1]);
  // The first call of a function looks it up, for which a thread's stack has no room.
  syscall(SYS_futex, &gate, FUTEX_WAKE_PRIVATE, 0, NULL, NULL, 0);
  // pthread_create() would need two mappings a thread, and those are limited.
  const size_t size = 1024;
  char* stacks = mmap(NULL, size * (size_t)count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(stacks != MAP_FAILED, "mmap");
  for (int i = 0; i < count; i++) {
    int made = clone(wait_at_gate, stacks + size * ((size_t)i + 1),
                     CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM, NULL);
    must(made > 0, "clone");
  }
  fact("threads", "%d", count);
  wait_for_go();
  __atomic_store_n(&gate, 1, __ATOMIC_RELAXED);
  syscall(SYS_futex, &gate, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
  return 0;
}
