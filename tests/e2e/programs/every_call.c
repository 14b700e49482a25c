// Every call that is traced, with every value that its arguments may take and many that they may not: valid, zero, ones,
// each bit, bits above the argument's width, pointers that are NULL, point nowhere, or to what ends with its page.
// Whoever traces this shows how it decodes each. usage: every_call DIR (an empty folder)
#include "every_call.h"

#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>

#include "program.h"

static const struct call calls[] = {
#include "every_call.def"
};

#define PAGE 4096
#define VALUES 160
static uint64_t values[FILTER + 1][VALUES];
static int counts[FILTER + 1];

static void add(enum kind kind, uint64_t value) {
  must(counts[kind] < VALUES, "too many values");
  values[kind][counts[kind]++] = value;
}

static void add_pointer(enum kind kind, const void* pointer) { add(kind, (uint64_t)(uintptr_t)pointer); }

// Memory of its own, whose page holds nothing else, behind which there is none.
static char* fresh(size_t size) {
  size_t pages = (size + PAGE - 1) / PAGE;
  char* memory = mmap(NULL, (pages + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(memory != MAP_FAILED && munmap(memory + pages * PAGE, PAGE) == 0, "mmap");
  return memset(memory, 0, size);
}

static char* copied(const void* bytes, size_t size) { return memcpy(fresh(size), bytes, size); }
static char* text(const char* string) { return copied(string, strlen(string) + 1); }

// `size` bytes at the end of a page.
static char* at_end(const void* bytes, size_t size) { return memcpy(fresh(PAGE) + PAGE - size, bytes, size); }

static void add_bad_pointers(enum kind kind) {
  add(kind, 0);
  add(kind, 1);
  add(kind, (uintptr_t)-1);
  add_pointer(kind, fresh(PAGE) + PAGE);
}

static void texts(const char* valid) {
  static const enum kind kinds[] = {PATH, TEXT, DATA, BUFFER};
  char* longest = memset(fresh(PAGE), 'p', PAGE - 1);
  char* too_long = memset(fresh(2 * PAGE), 'q', 2 * PAGE - 1);
  for (int i = 0; i < 4; i++) {
    enum kind kind = kinds[i];
    add_pointer(kind, text(kind == PATH ? valid : kind == TEXT ? "tmpfs" : "size=64k,mode=711"));
    add_pointer(kind, text(""));
    add_pointer(kind, text("."));
    add_pointer(kind, text("relative/../name"));
    add_pointer(kind, text("\t\n\v\f\r\"\\\a\b\1\0339\377\200 \xc3\xa9 \177?<>*/, \0017"));
    add_pointer(kind, at_end("fits", 5));
    add_pointer(kind, at_end("nowhere is there an end", 23));
    add_pointer(kind, longest);
    add_pointer(kind, too_long);
    add_bad_pointers(kind);
  }
}

static void numbers(void) {
  static const uint64_t odd[] = {~0ull,       0xdeadbeefcafef00dull, 0x80000000ull, 0x7fffffffull, 0xffffffffull,
                                 1ull << 32, 0xffffffff00000003ull};
  static const enum kind with_odd[] = {FLAGS, CHOICE, NUMBER, ID, MODE, DEVICE, SIGNAL, ADDRESS, SIZE};
  for (int i = 0; i <= 80; i++) {
    add(CHOICE, (uint64_t)i);
    add(SIGNAL, (uint64_t)i);
  }
  for (int i = 1; i <= 9; i++) add(CHOICE, (uint64_t)-i);
  add(CHOICE, 0x53564d41);  // PR_SET_VMA
  add(CHOICE, 0x59616d61);  // PR_SET_PTRACER
  add(FLAGS, 0);
  for (int bit = 0; bit < 64; bit++) add(FLAGS, 1ull << bit);
  for (unsigned bits = 0; bits < 32; bits++) {
    if (bits > 1) add(FLAGS, bits);
    add(LOW_FLAGS, bits);
  }
  for (int bit = 5; bit < 26; bit++) add(LOW_FLAGS, 1u << bit);
  for (int bit = 0; bit < 64; bit++) add(CLONE_BITS, 1ull << bit | CLONE_NEWNS | CLONE_FS | SIGCHLD);
  for (int signal = 0; signal < 70; signal++) add(CLONE_BITS, CLONE_NEWNS | CLONE_FS | (unsigned)signal);
  add(CLONE_BITS, ~0ull);
  static const uint64_t plain[] = {0, 1, 7, 100, 4096};
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
    add(NUMBER, plain[i]);
    add(ID, plain[i]);
  }
  // No process has such a number; 0 is the caller.
  static const uint64_t processes[] = {0, ~0ull, 0x7fffffff, 1ull << 32, 0xffffffff7fffffffull, 0x80000000};
  for (size_t i = 0; i < sizeof processes / sizeof *processes; i++) add(PROCESS, processes[i]);
  // The session keyring is this program's own; no other one is touched.
  static const int64_t keys[] = {0, -1, -3, -9, -100, 12345, 0x7fffffff, 1ll << 32};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) add(KEY, (uint64_t)keys[i]);
  static const uint64_t modes[] = {0644, 0, 7, 0777, 07777, 0100000, 0100600, 0020666, 0060666, 0040755, 0010600,
                                   0140600, 0120777, 0030600, 0170000, 0170777, 0207755, 0104755, 0102755, 0101755};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) add(MODE, modes[i]);
  static const uint64_t devices[] = {0x103, 0, 0xff, 0x100, 0xfffff, 0x12345678, 0xff00ff00};
  for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) add(DEVICE, devices[i]);
  static const uint64_t sizes[] = {88, 0, 4, 8, 16, 23, 24, 32, 33, 40, 63, 64, 72, 80, 87, 96, 100, 128, 4096, 4097};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) add(SIZE, sizes[i]);
  static const uint64_t lengths[] = {5, 0, 1, 2, 3, 17, 100, 4095, 4096};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    add(COUNT, lengths[i]);
    if (lengths[i] < 1000) add(FEW, lengths[i]);
  }
  add(FEW, 65537);
  add(FEW, ~0ull);
  for (uint64_t i = 0; i < 8; i++) add(KEYRING, i);
  add_pointer(ADDRESS, fresh(PAGE));
  add_bad_pointers(ADDRESS);
  for (size_t k = 0; k < sizeof with_odd / sizeof *with_odd; k++)
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) add(with_odd[k], odd[i]);
}

static void descriptors(const char* folder) {
  // Only files of this program's own: what it does to them is done.
  static const uint64_t odd[] = {0, 99, (uint64_t)-1, (uint64_t)-2, (uint64_t)-100, 0x7fffffff, 0x80000000, 0xffffff9c,
                                 0xffffffff0000000bull};
  must(dup2(open("zero", O_RDWR | O_CREAT, 0600), 0) == 0, "zero");
  must(dup2(open("/proc/self/comm", O_WRONLY), 10) == 10, "/proc/self/comm");
  must(dup2(open(folder, O_RDONLY | O_DIRECTORY), 11) == 11, folder);
  must(dup2(open("f", O_RDWR | O_CREAT, 0600), 12) == 12, "f");
  must(dup2(open("/proc/self/ns/mnt", O_RDONLY), 13) == 13, "/proc/self/ns/mnt");
  must(dup2((int)syscall(SYS_pidfd_open, getpid(), 0), 14) == 14, "pidfd_open");
  must(dup2((int)syscall(SYS_fsopen, "tmpfs", 0), 15) == 15, "fsopen");
  add(FD, 15);
  for (uint64_t fd = 11; fd < 15; fd++) add(FD, fd);
  add(DIRFD, 11);
  add(DIRFD, 12);
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    add(FD, odd[i]);
    add(DIRFD, odd[i]);
  }
}

static void structs(void) {
  for (int bit = -2; bit < 64; bit++) {
    uint64_t words[64] = {0};
    uint64_t word = bit == -2 ? 0 : bit == -1 ? ~0ull : 1ull << bit;
    for (int i = 0; i < 12; i++) words[i] = word;
    add_pointer(STRUCT, copied(words, sizeof words));
    for (int i = 0; i < 64; i++) words[i] = word;
    words[0] |= CLONE_NEWNS | CLONE_FS;
    add_pointer(CLONE_ARGS, copied(words, sizeof words));
  }
  // Capabilities that there are, and, in the lower halves, all bits.
  for (int bit = -1; bit < 32; bit++) {
    uint32_t word = bit < 0 ? ~0u : 1u << bit;
    uint32_t words[6] = {word, word, 0, word & 0x1ff, 0, 0};
    add_pointer(CAPS, copied(words, sizeof words));
  }
  // capset's versions; open_how that creates.
  static const uint64_t firsts[] = {0x19980330, 0x20071026, 0x20080522, 0x1234500020080522, O_CREAT | O_RDWR, O_TMPFILE};
  for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
    uint64_t words[64] = {firsts[i], 0644};
    add_pointer(STRUCT, copied(words, sizeof words));
  }
  struct clone_args args = {.flags = CLONE_NEWNS | CLONE_FS | CLONE_PIDFD | CLONE_SETTLS, .pidfd = 1, .child_tid = 2,
                            .parent_tid = 3, .exit_signal = SIGCHLD, .stack = 4, .stack_size = 5, .tls = 6, .cgroup = 11};
  add_pointer(CLONE_ARGS, copied(&args, sizeof args));
  add_pointer(CLONE_ARGS, at_end(&args, sizeof args));
  add_pointer(CLONE_ARGS, at_end(&args, 60));
  add_pointer(STRUCT, at_end(&args, 5));
  static const uint32_t actions[] = {SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_LOG,
                                     SECCOMP_RET_TRACE, SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO | 5, SECCOMP_RET_USER_NOTIF,
                                     0x12340000, 0xffffffff};
  for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) add_pointer(ACTION, copied(&actions[i], 4));
  static const uint64_t limits[][2] = {{0, ~0ull}, {1024, 1025}, {4096, 8ull << 30}, {~0ull, ~0ull}, {5000, 0},
                                       {0xffffffff00000001, 0x7fffffffffffffff}};
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) add_pointer(LIMITS, copied(limits[i], 16));
  add_pointer(LIMITS, at_end(limits[1], 16));
  add_pointer(LIMITS, at_end(limits[1], 7));
  static const uint32_t ids[2048] = {0, 70000, 0xffffffff, 65535, 65536};
  add_pointer(IDS, copied(ids, sizeof ids));
  add_pointer(IDS, at_end(ids, 20));
  struct sock_filter* allow = (struct sock_filter*)fresh(PAGE);
  *allow = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog good = {1, allow}, none = {0, NULL}, bad = {3, (void*)1}, many = {65535, allow};
  add_pointer(FILTER, copied(&good, sizeof good));
  add_pointer(FILTER, copied(&none, sizeof none));
  add_pointer(FILTER, copied(&bad, sizeof bad));
  add_pointer(FILTER, copied(&many, sizeof many));
  add_pointer(FILTER, at_end(&good, 3));
  static const enum kind pointers[] = {STRUCT, CAPS, CLONE_ARGS, ACTION, LIMITS, IDS, FILTER, PARTS, VECTOR};
  struct iovec part = {text("0123456789"), 7};
  add_pointer(PARTS, copied(&part, sizeof part));
  char* strings[] = {text("one"), text(""), text("\"three\"\n"), NULL};
  add_pointer(VECTOR, copied(strings, sizeof strings));
  add_pointer(VECTOR, copied(&strings[3], sizeof strings[3]));
  add_pointer(VECTOR, at_end(strings, sizeof strings));
  for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) add_bad_pointers(pointers[i]);
}

// Makes one call. What the call creates, ends.
static void make(const struct call* call, const uint64_t* args) {
  pid_t self = getpid();
  syscall(call->number, (long)args[0], (long)args[1], (long)args[2], (long)args[3], (long)args[4], (long)args[5]);
  if (call->options & ALONE) syscall(SYS_exit, 0);  // all that seccomp's strict mode allows
  if (getpid() != self) _exit(0);
}

// In a process of its own, which sees the mounts of nobody else.
static void make_apart(const struct call* call, const uint64_t* args) {
  pid_t child = fork();
  must(child >= 0, "fork");
  if (child) return wait_for(child);
  must(unshare(CLONE_NEWNS) == 0, "unshare");
  make(call, args);
  _exit(0);
}

static uint64_t value_of(const struct arg* arg, int index) { return arg->kind == ONE ? arg->value : values[arg->kind][index]; }

// Each argument takes each of its values, while the others have their first.
static void vary(const struct call* call, void (*one)(const struct call*, const uint64_t*)) {
  uint64_t args[6] = {0};
  for (int i = 0; i < 6; i++)
    if (call->args[i].kind != NONE) args[i] = value_of(&call->args[i], 0);
  one(call, args);
  for (int i = 0; i < 6; i++) {
    enum kind kind = call->args[i].kind;
    if (kind == NONE || kind == ONE) continue;
    for (int index = 1; index < counts[kind]; index++) {
      args[i] = value_of(&call->args[i], index);
      one(call, args);
    }
    args[i] = value_of(&call->args[i], 0);
  }
}

// What every_call.def cannot say: calls that make a process, or become another program.
static void births(void) {
  int number = 0, other = 0;
  pid_t child = vfork();
  if (child == 0) _exit(0);
  wait_for(child);
  child = (pid_t)syscall(SYS_fork);
  if (child == 0) _exit(0);
  wait_for(child);
  child = (pid_t)syscall(SYS_clone, CLONE_PIDFD | CLONE_NEWUTS | SIGCHLD, 0, &number, 0, 0);
  if (child == 0) _exit(0);
  wait_for(child);
  child = (pid_t)syscall(SYS_clone, CLONE_PARENT_SETTID | SIGCONT, 0, &number, 0, 0);
  if (child == 0) _exit(0);
  wait_for(child);
  struct clone_args args = {.flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .exit_signal = SIGCHLD,
                            .pidfd = (uintptr_t)&number, .parent_tid = (uintptr_t)&other};
  child = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  if (child == 0) {
    char* argv[] = {"true", "a\nb", "", NULL};
    char* envp[] = {"A=1", "B=2", NULL};
    syscall(SYS_execve, "/bin/true", argv, envp);
    _exit(1);
  }
  wait_for(child);
}

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  private_mounts();
  must(unshare(CLONE_NEWUTS) == 0, "unshare");
  must(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0 || errno == ENOSYS, "keyctl");
  must(mount("every_call", argv[1], "tmpfs", 0, NULL) == 0, "mount");
  must(chdir(argv[1]) == 0 && mkdir("d", 0755) == 0, "d");
  char valid[PAGE];
  snprintf(valid, sizeof valid, "%s/d", argv[1]);
  texts(valid);
  numbers();
  descriptors(argv[1]);
  structs();
  births();
  size_t count = sizeof calls / sizeof *calls;
  for (size_t i = 0; i < count; i++) {
    if (calls[i].options & ALONE) {
      vary(&calls[i], make_apart);
      continue;
    }
    pid_t child = fork();
    must(child >= 0, "fork");
    if (child == 0) {
      must(unshare(CLONE_NEWNS) == 0, "unshare");
      vary(&calls[i], make);
      while (waitpid(-1, NULL, __WALL) > 0) continue;
      _exit(0);
    }
    int status;
    must(waitpid(child, &status, 0) == child, "waitpid");
    if (status) fact("ended_early", "%s %d", calls[i].name, status);
  }
  fact("done", "%zu", count);
  return 0;
}
