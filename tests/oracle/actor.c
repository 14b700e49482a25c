// The traced program of the oracle: a stage that makes a world a sequence, and the actors in it. usage: actor (SOCKET | stranger CHANNEL)
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static void must(bool works, const char* what) {
  if (works) return;
  fprintf(stderr, "actor: %s: %s\n", what, strerror(errno));
  _exit(2);
}

// --- The channel to the driver

static void answer(struct actor* actor, const char* kind, long number) {
  char text[64];
  struct iovec part = {text, (size_t)snprintf(text, sizeof text, "%s %ld", kind, number)};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (actor->answered >= 0) {
    control.header = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &actor->answered, sizeof(int));
    message.msg_control = &control;
    message.msg_controllen = sizeof control.space;
  }
  must(sendmsg(actor->channel, &message, MSG_NOSIGNAL) >= 0, "answer");
  actor->answered = -1;
}

// False: the driver wants no more of this actor.
static bool listen_to(struct actor* actor, char* text) {
  struct iovec part = {text, kMessage - 1};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.space};
  const ssize_t length = recvmsg(actor->channel, &message, MSG_CMSG_CLOEXEC);
  if (length <= 0) return false;
  text[length] = 0;
  actor->passed = -1;
  const struct cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header && header->cmsg_type == SCM_RIGHTS) memcpy(&actor->passed, CMSG_DATA(header), sizeof(int));
  return true;
}

// --- New actors

// In memory that processes share.
static int* new_slots(const int* copied) {
  const size_t size = kSlots * sizeof(int);
  int* const slots = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  must(slots != MAP_FAILED, "mmap");
  for (int i = 0; i < kSlots; ++i) slots[i] = copied ? copied[i] : -1;
  return slots;
}

static void act(struct actor* actor);

// A new actor says which thread it is, and begins when the driver has set it up.
static void begin(struct actor* actor) {
  char go[kMessage];
  actor->passed = actor->answered = -1;
  answer(actor, "hello", syscall(SYS_gettid));
  if (!listen_to(actor, go)) _exit(0);
  act(actor);
}

static void* begin_thread(void* actor) {
  begin(actor);
  return NULL;
}

static long spawn_thread(const struct actor* actor) {
  struct actor* const child = malloc(sizeof *child);
  pthread_t thread;
  *child = *actor;
  child->channel = actor->passed;
  child->is_thread = true;
  return -pthread_create(&thread, NULL, begin_thread, child);
}

static long spawn_process(const struct actor* actor, unsigned long flags) {
  const long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
  if (pid < 0) return -errno;
  if (pid == 0) {
    struct actor child = *actor;
    if (!(flags & CLONE_FILES)) {
      close(actor->channel);
      child.slots = new_slots(actor->slots);
    }
    child.channel = actor->passed;
    child.is_thread = false;
    begin(&child);
    _exit(0);
  }
  if (!(flags & CLONE_FILES)) close(actor->passed);
  return 0;
}

// spawn KIND: the passed descriptor is the new actor's channel
static long spawn(struct actor* actor, const char* kind) {
  static const struct {
    const char* name;
    unsigned long flags;
  } kinds[] = {{"fork", 0},
               {"fs", CLONE_FS},
               {"files", CLONE_FILES},
               {"ns", CLONE_NEWNS},
               {"pid", CLONE_NEWNS | CLONE_NEWPID},
               {"user", CLONE_NEWNS | CLONE_NEWUSER},
               {"useronly", CLONE_NEWUSER},
               {"userpid", CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID}};
  long result = -EINVAL;
  if (strcmp(kind, "thread") == 0) result = spawn_thread(actor);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; ++i) {
    if (strcmp(kind, kinds[i].name) == 0) result = spawn_process(actor, kinds[i].flags);
  }
  if (result < 0) close(actor->passed);
  actor->passed = -1;
  return result;
}

// --- The world of a sequence: a root filesystem with /proc, and a filesystem to work in, all of its own

static void make_folder(const char* path) { must(mkdir(path, 0755) == 0, path); }

static void fill(const char* path) {
  const int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  must(folder >= 0, path);
  populate(folder);
  close(folder);
}

static void make_world(void) {
  must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "make / private");
  must(mount("world", "/tmp", "tmpfs", 0, NULL) == 0, "mount the root");
  make_folder("/tmp/old");
  must(syscall(SYS_pivot_root, "/tmp", "/tmp/old") == 0 && chdir("/") == 0, "pivot_root");
  must(umount2("/old", MNT_DETACH) == 0 && rmdir("/old") == 0, "detach the old root");
  make_folder("/proc");
  make_folder("/w");
  must(mount("proc", "/proc", "proc", 0, NULL) == 0, "mount /proc");
  must(mount("work", "/w", "tmpfs", 0, NULL) == 0, "mount /w");
  fill("/");
  fill("/w");
}

// world: the passed descriptor is the channel of the world's keeper, the first process of its pid namespace
static long make_keeper(struct actor* stage, const char* label) {
  const unsigned long flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | SIGCHLD;
  const long pid = syscall(SYS_clone, flags, 0, 0, 0, 0);
  if (pid < 0) return -errno;
  if (pid == 0) {
    struct actor keeper = *stage;
    close(stage->channel);
    keeper.channel = stage->passed;
    prctl(PR_SET_NAME, label);
    make_world();
    begin(&keeper);
    _exit(0);
  }
  close(stage->passed);
  stage->passed = -1;
  return 0;
}

// What is seen by who enters a namespace whose root has been taken away.
static void see_hosts_device(void) {
  struct stat status;
  int told[2];
  must(pipe2(told, O_CLOEXEC) == 0, "pipe");
  const long pid = syscall(SYS_clone, CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);
  must(pid >= 0, "clone");
  if (pid == 0) {
    const int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "make / private");
    umount2("/", MNT_DETACH);  // fails where it is what we look for
    must(setns(own, CLONE_NEWNS) == 0 && stat("/", &status) == 0, "look under the root");
    const uint64_t device = status.st_dev;
    must(write(told[1], &device, sizeof device) == sizeof device, "tell the device");
    _exit(0);
  }
  must(read(told[0], &hosts_device, sizeof hosts_device) == sizeof hosts_device, "learn the device");
  close(told[0]);
  close(told[1]);
}

// --- The loop

_Noreturn static void leave(const struct actor* actor) {
  close(actor->channel);  // of all who share its descriptors
  if (actor->is_thread) syscall(SYS_exit, 0);
  _exit(0);
}

static void act(struct actor* actor) {
  char text[kMessage];
  char* words[kWords];
  while (listen_to(actor, text)) {
    const int count = split(text, words);
    must(count >= 2, text);
    const char* const name = words[1];
    long result;
    if (strcmp(name, "world") == 0) {
      result = make_keeper(actor, words[0]);
    } else {
      prctl(PR_SET_NAME, words[0]);
      if (strcmp(name, "exit") == 0) leave(actor);
      result = strcmp(name, "spawn") == 0 && count == 3 ? spawn(actor, words[2]) : operate(actor, words + 1, count - 1);
    }
    if (actor->passed >= 0) close(actor->passed);
    answer(actor, "did", result);
  }
  leave(actor);
}

static int connected(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  must(strlen(path) < sizeof address.sun_path, path);
  strcpy(address.sun_path, path);
  const int channel = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  must(connect(channel, (struct sockaddr*)&address, sizeof address) == 0, path);
  return channel;
}

int main(int argc, char** argv) {
  const bool is_stranger = argc == 3 && strcmp(argv[1], "stranger") == 0;
  must(argc == 2 || is_stranger, "usage: actor (SOCKET | stranger CHANNEL)");
  struct actor first = {.channel = is_stranger ? atoi(argv[2]) : connected(argv[1]), .passed = -1, .answered = -1};
  first.slots = new_slots(NULL);
  must(signal(SIGCHLD, SIG_IGN) != SIG_ERR, "signal");  // nobody waits for an actor but the driver
  umask(0);
  see_hosts_device();
  if (is_stranger) begin(&first);
  act(&first);
}
