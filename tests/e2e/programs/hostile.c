// Calls as nobody sane makes them, which the kernel takes or refuses all the same.
// usage: hostile arguments | execs COUNT | vectors | ends | names DIR | sizes | jail DIR | deep DIR LEVELS LENGTH
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "program.h"

static char* const kNothing[] = {NULL};

// 2 MiB of arguments, no environment at all; then itself again, without even its own name.
static void arguments(char* self) {
  static char text[100001];
  memset(text, 'x', sizeof text - 1);
  char* argv[22] = {self, "execs", "0"};
  for (int i = 3; i < 20; i++) argv[i] = text;
  fact("arguments", "%d", 20);
  execve("/proc/self/exe", argv, NULL);
  must(0, "execve");
}

static void execs(char* self, int count) {
  fact("exec", "%d", count);
  char number[16];
  snprintf(number, sizeof number, "%d", count - 1);
  char* const argv[] = {self, "execs", number, NULL};
  if (count > 1) must(execve("/proc/self/exe", argv, kNothing) == 0, "execve");
}

static void vectors(void) {
  int control = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  must(control >= 0, "oom_score_adj");
  static struct iovec parts[5000];
  for (int i = 0; i < 5000; i++) parts[i] = (struct iovec){"", 0};
  parts[1] = (struct iovec){"4", 1};
  parts[60] = (struct iovec){"2", 1};
  fact("some", "%ld", result_of(syscall(SYS_writev, control, parts, 61)));
  fact("many", "%ld", result_of(syscall(SYS_writev, control, parts, 1024)));
  fact("too_many", "%ld", result_of(syscall(SYS_writev, control, parts, 5000)));
  fact("negative", "%ld", result_of(syscall(SYS_writev, control, parts, -1)));
  fact("nothing", "%ld", result_of(syscall(SYS_writev, control, NULL, 0)));
  fact("nowhere", "%ld", result_of(syscall(SYS_writev, control, (void*)8, 1)));
}

// Strings and structs that end where memory ends.
static void ends(void) {
  char* page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(page != MAP_FAILED && munmap(page + 4096, 4096) == 0, "mmap");
  char* path = strcpy(page + 4096 - sizeof "/nonexistent-end", "/nonexistent-end");
  fact("terminated", "%ld", result_of(syscall(SYS_chdir, path)));
  memcpy(page + 4096 - 4, "open", 4);
  fact("open", "%ld", result_of(syscall(SYS_chdir, page + 4096 - 4)));
  struct clone_args* part = (struct clone_args*)(page + 4096 - 64);
  fact("struct", "%ld", result_of(syscall(SYS_clone3, part, sizeof *part)));
  fact("kernel", "%ld", result_of(syscall(SYS_chdir, (char*)0xffffffff81000000)));
  fact("null", "%ld", result_of(syscall(SYS_chdir, NULL)));
}

static void names(const char* dir) {
  must(chdir(dir) == 0, "chdir");
  fact("empty", "%ld", result_of(syscall(SYS_chdir, "")));
  fact("ugly", "%ld", result_of(syscall(SYS_chdir, "new\nline \x1b[31mred\x9b \xff\xfe \" \\ \xe2\x80\xae")));
}

static void sizes(void) {
  struct clone_args args = {.exit_signal = 17};
  fact("zero", "%ld", result_of(syscall(SYS_clone3, &args, 0)));
  fact("huge", "%ld", result_of(syscall(SYS_clone3, &args, -1L)));
  fact("nowhere", "%ld", result_of(syscall(SYS_clone3, NULL, sizeof args)));
  fact("groups", "%ld", result_of(syscall(SYS_setgroups, -1, &args)));
}

// No descriptors, another root, and one root more.
static void jail(const char* dir) {
  must(chdir(dir) == 0 && mkdir("outer", 0700) == 0 && mkdir("outer/inner", 0700) == 0, "mkdir");
  must(mkdir("outer/inner/there", 0700) == 0, "mkdir");
  int out = dup(1);
  must(out >= 0 && syscall(SYS_close_range, 0, out - 1, 0) == 0, "close_range");
  long first = result_of(chroot("outer")), second = result_of(syscall(SYS_chdir, "/inner"));
  long third = result_of(chroot(".")), fourth = result_of(syscall(SYS_chdir, "/there"));
  must(dup2(out, 1) == 1, "dup2");
  fact("jail", "%ld %ld %ld %ld", first, second, third, fourth);
}

// A working directory deeper than a path can say.
static void deep(const char* dir, int levels, int length) {
  must(chdir(dir) == 0, "chdir");
  char name[256];
  memset(name, 'd', sizeof name);
  name[length] = 0;
  for (int i = 0; i < levels; i++) must((mkdir(name, 0700) == 0 || errno == EEXIST) && chdir(name) == 0, "chdir");
  fact("deep", "%ld", result_of(chroot("nonexistent")));
}

int main(int argc, char** argv) {
  must(argc >= 2, "usage");
  if (strcmp(argv[1], "arguments") == 0) arguments(argv[0]);
  if (strcmp(argv[1], "execs") == 0) execs(argv[0], atoi(argv[2]));
  if (strcmp(argv[1], "vectors") == 0) vectors();
  if (strcmp(argv[1], "ends") == 0) ends();
  if (strcmp(argv[1], "names") == 0) names(argv[2]);
  if (strcmp(argv[1], "sizes") == 0) sizes();
  if (strcmp(argv[1], "jail") == 0) jail(argv[2]);
  if (strcmp(argv[1], "deep") == 0) deep(argv[2], atoi(argv[3]), atoi(argv[4]));
  return 0;
}
