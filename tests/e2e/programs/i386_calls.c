// Calls by int 0x80: the kernel takes them with i386 numbers and 32-bit arguments. Built below 4 GiB (not PIE), so that
// the addresses of static data fit.
// usage: i386_calls DIR, or i386_calls probe: whether the kernel takes them at all
#include "program.h"

static long int80(long number, const void* a, const void* b, const void* c, long d, const void* e) {
  long result;
  // r8 to r11 are lost in the compat entry of some kernels.
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "0"(number), "b"((uint32_t)(uintptr_t)a), "c"((uint32_t)(uintptr_t)b), "d"((uint32_t)(uintptr_t)c),
                     "S"(d), "D"((uint32_t)(uintptr_t)e)
                   : "memory", "r8", "r9", "r10", "r11");
  return (int32_t)result;
}

static char source[] = "i386-source";
static char type[] = "tmpfs";
static char data[] = "size=64k,mode=711";
static char target[4096];
static char missing[] = "/nonexistent/i386";
static uint32_t groups[] = {7, 70000};
static char self[] = "/proc/self/exe", again[] = "again", one[] = "ONE=1";

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  if (strcmp(argv[1], again) == 0) return 0;
  if (strcmp(argv[1], "probe") == 0) return int80(20, NULL, NULL, NULL, 0, NULL) == getpid() ? 0 : 1;
  private_mounts();
  snprintf(target, sizeof target, "%s/i386-target", argv[1]);
  must(mkdir(target, 0700) == 0, "mkdir");
  fact("target", "%s", target);
  fact("mount", "%ld", int80(21, source, target, type, MS_NOSUID | MS_NODEV, data));
  struct stat there;
  must(stat(target, &there) == 0, "stat");
  fact("mode", "%o", there.st_mode & 07777);
  fact("umount", "%ld", int80(22, target, NULL, NULL, 0, NULL));           // umount, of one argument
  fact("umount2", "%ld", int80(52, missing, (void*)MNT_DETACH, NULL, 0, NULL));
  fact("setgroups32", "%ld", int80(206, (void*)2, groups, NULL, 0, NULL));
  fact("unshare", "%ld", int80(310, (void*)CLONE_NEWUTS, NULL, NULL, 0, NULL));
  fact("chdir", "%ld", int80(12, missing, NULL, NULL, 0, NULL));
  // Vectors of 32-bit pointers.
  static uint32_t arguments[3], environment[2];
  arguments[0] = (uint32_t)(uintptr_t)self;
  arguments[1] = (uint32_t)(uintptr_t)again;
  environment[0] = (uint32_t)(uintptr_t)one;
  must(int80(11, self, arguments, environment, 0, NULL) == 0, "execve");
  return 1;
}
