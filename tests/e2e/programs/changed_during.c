// Another thread rewrites two strings while mount(2) is at work, at a point that is certain: the options lie in a page
// that userfaultfd serves, and the kernel waits for it after it has copied the type and the source, and before it looks
// the target up (path_mount after copy_mount_options, fs/namespace.c). usage: changed_during DIR
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "program.h"

static int faults;
static char source[64], target[4096], other[4096];
static char filler[4096] __attribute__((aligned(4096))) = "size=64k";

static void* serve(void* none) {
  (void)none;
  struct uffd_msg message;
  must(read(faults, &message, sizeof message) == sizeof message, "read userfaultfd");
  must(message.event == UFFD_EVENT_PAGEFAULT, "page fault");
  strcpy(source, "source-after");
  strcpy(target, other);
  struct uffdio_copy copy = {.dst = message.arg.pagefault.address & ~4095ul, .src = (uintptr_t)filler, .len = 4096};
  must(ioctl(faults, UFFDIO_COPY, &copy) == 0, "UFFDIO_COPY");
  return NULL;
}

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  private_mounts();
  // Written now, so that their pages are there: absent ones are told as of the exit.
  strcpy(source, "source-before");
  snprintf(target, sizeof target, "%s/before", argv[1]);
  snprintf(other, sizeof other, "%s/after", argv[1]);
  must(mkdir(target, 0700) == 0 && mkdir(other, 0700) == 0, "mkdir");
  fact("before", "%s", target);
  fact("after", "%s", other);

  faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
  must(faults >= 0, "userfaultfd");
  struct uffdio_api api = {.api = UFFD_API};
  must(ioctl(faults, UFFDIO_API, &api) == 0, "UFFDIO_API");
  char* data = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(data != MAP_FAILED, "mmap");
  struct uffdio_register region = {{(uintptr_t)data, 4096}, UFFDIO_REGISTER_MODE_MISSING, 0};
  must(ioctl(faults, UFFDIO_REGISTER, &region) == 0, "UFFDIO_REGISTER");
  pthread_t server;
  must(pthread_create(&server, NULL, serve, NULL) == 0, "pthread_create");
  fact("mount", "%ld", result_of(mount(source, target, "tmpfs", MS_NODEV, data)));
  pthread_join(server, NULL);

  // What the kernel took: the last line of its own table.
  FILE* table = fopen("/proc/self/mounts", "re");
  must(table != NULL, "mounts");
  char line[8192] = "", last[8192] = "";
  while (fgets(line, sizeof line, table)) strcpy(last, line);
  last[strcspn(last, "\n")] = 0;
  fact("table", "%s", last);
  return 0;
}
