// Mounts with every string in memory that is mapped but not resident: the kernel faults it in, a reader that may not
// fault sees nothing at the call's entry. usage: absent_pages DIR
#include <sys/mman.h>

#include "program.h"

static const size_t kPage = 4096;

static char* mapped(int fd, int number) {
  char* page = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, (off_t)(number * (long)kPage));
  must(page != MAP_FAILED, "mmap");
  return page;
}

static void put(int fd, int number, const char* text) {
  must(pwrite(fd, text, strlen(text) + 1, number * (long)kPage) == (ssize_t)strlen(text) + 1, "pwrite");
}

// Whether the page is in this process's page table: bit 63 of its pagemap entry.
static int resident(const void* page) {
  uint64_t entry = 0;
  int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  must(pagemap >= 0, "pagemap");
  must(pread(pagemap, &entry, sizeof entry, (off_t)((uintptr_t)page / kPage * sizeof entry)) == sizeof entry, "pread");
  close(pagemap);
  return (int)(entry >> 63);
}

static void mount_from_file(const char* name, int dropped, const char* file, const char* target) {
  int fd = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  must(fd >= 0, "open");
  must(ftruncate(fd, (off_t)(4 * kPage)) == 0, "ftruncate");
  put(fd, 0, name);
  put(fd, 1, target);
  put(fd, 2, "tmpfs");
  put(fd, 3, "mode=711,size=64k");
  char* pages[4];
  int there = 0;
  for (int i = 0; i < 4; i++) {
    pages[i] = mapped(fd, i);
    if (dropped) {
      volatile char byte = *pages[i];  // now it is resident
      (void)byte;
      must(madvise(pages[i], kPage, MADV_DONTNEED) == 0, "madvise");
    }
    there += resident(pages[i]);
  }
  // Asked before the call; fault-around cannot bring a page back before somebody touches one.
  long result = result_of(mount(pages[0], pages[1], pages[2], MS_NOSUID, pages[3]));
  fact(name, "%ld %d", result, there);
  close(fd);
}

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  private_mounts();
  char target[4096], file[4096];
  snprintf(target, sizeof target, "%s/absent-target", argv[1]);
  snprintf(file, sizeof file, "%s/absent-file", argv[1]);
  must(mkdir(target, 0700) == 0, "mkdir");
  fact("target", "%s", target);
  mount_from_file("never-touched", 0, file, target);
  mount_from_file("dropped", 1, file, target);
  return 0;
}
