// Changes its own namespaces, places and mounts, call by call; after each says what /proc says of it: its namespaces,
// its root and working directory, its mount table. usage: aftermath DIR (an empty folder)
#include <linux/mount.h>
#include <sys/sysmacros.h>

#include "program.h"

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

static int proc;        // /proc, wherever the root is
static int table = -1;  // mountinfo as seen from the root at which it was opened

static void open_table(void) {
  if (table >= 0) close(table);
  table = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
  must(table >= 0, "mountinfo");
}

static void tell_namespaces(const char* fact_name) {
  static const char* const names[] = {
      "mnt", "uts", "ipc", "net", "cgroup", "pid", "pid_for_children", "time", "time_for_children", "user"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char link[64], text[64];
    snprintf(link, sizeof link, "self/ns/%s", names[i]);
    ssize_t length = readlinkat(proc, link, text, sizeof text - 1);
    // After unshare(CLONE_NEWPID) there is no link until somebody is born there.
    text[length < 0 ? 0 : length] = 0;
    fact(fact_name, "%s %s", names[i], text);
  }
}

struct place {
  char text[64];  // "DEVICE INODE MOUNT", as stat and fdinfo tell
};

static struct place place_of(int opened) {
  char path[64], text[1024];
  struct stat status;
  must(fstat(opened, &status) == 0, "fstat");
  snprintf(path, sizeof path, "self/fdinfo/%d", opened);
  int info = openat(proc, path, O_RDONLY | O_CLOEXEC);
  must(info >= 0, path);
  ssize_t length = read(info, text, sizeof text - 1);
  must(length > 0, "read fdinfo");
  text[length] = 0;
  const char* mount = strstr(text, "mnt_id:\t");
  must(mount != NULL, "mnt_id");
  close(info);
  struct place place;
  snprintf(place.text, sizeof place.text, "%u:%u %llu %d", major(status.st_dev), minor(status.st_dev),
           (unsigned long long)status.st_ino, atoi(mount + 8));
  return place;
}

static void tell_place(const char* link) {
  char path[64];
  snprintf(path, sizeof path, "self/%s", link);
  int place = openat(proc, path, O_PATH | O_CLOEXEC);
  must(place >= 0, path);
  fact(link, "%s", place_of(place).text);
  close(place);
}

static void tell_mounts(void) {
  FILE* lines = fdopen(dup(table), "r");
  must(lines && fseek(lines, 0, SEEK_SET) == 0, "mountinfo");
  char line[8192];
  while (fgets(line, sizeof line, lines)) {
    line[strcspn(line, "\n")] = 0;
    fact("mount", "%s", line);
  }
  fclose(lines);
}

static char target[1100];  // "DEVICE INODE MOUNT PATH" of what the next call changes

// A path that the next call is given, by which it finds what it changes.
static const char* at(const char* path) {
  int place = open(path, O_PATH | O_CLOEXEC);
  if (place < 0) return path;
  struct place there = place_of(place);
  char link[64], found[1024];
  snprintf(link, sizeof link, "self/fd/%d", place);
  ssize_t length = readlinkat(proc, link, found, sizeof found - 1);
  must(length > 0, link);
  found[length] = 0;
  snprintf(target, sizeof target, "%s %s", there.text, found);
  close(place);
  return path;
}

// The call of this name has just returned this.
static long step(const char* call, long returned) {
  long result = result_of(returned);
  fact("step", "%s %ld", call, result);
  if (target[0]) fact("target", "%s", target);
  target[0] = 0;
  tell_namespaces("ns");
  tell_place("cwd");
  tell_place("root");
  tell_mounts();
  return result;
}

static void mounts(void) {
  step("mount", mount("none", at("/"), NULL, MS_REC | MS_PRIVATE, NULL));
  step("mount", mount("first", at("a"), "tmpfs", MS_NOSUID, NULL));
  step("mount", mount("second", at("b"), "tmpfs", 0, "mode=700"));
  step("mount", mount("nothing", "none", "tmpfs", 0, NULL));  // fails
  step("mount", mount("a", at("c"), NULL, MS_BIND, NULL));
  step("mount", mount(NULL, at("to c"), NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL));
  step("mount", mount("b", at("moved here"), NULL, MS_MOVE, NULL));
  step("mount", mount("third", at("c"), "tmpfs", 0, NULL));  // on top of the bind mount
  step("umount2", umount2(at("to c"), 0));
  step("umount2", umount2(at("to c"), MNT_DETACH));
  step("umount2", umount2("c", 0));  // fails: nothing is mounted there any more
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, "moved here", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  must(tree >= 0, "open_tree");
  step("mount", mount("fourth", at("b"), "tmpfs", 0, NULL));
  step("move_mount", syscall(SYS_move_mount, tree, "", AT_FDCWD, at("c"), MOVE_MOUNT_F_EMPTY_PATH));
  close(tree);
}

static void places(void) {
  step("chdir", chdir("a"));
  step("chdir", chdir("nowhere"));  // fails
  int back = open("..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  must(back >= 0 && mkdir("new", 0755) == 0 && mkdir("new/deep", 0755) == 0, "new");
  step("fchdir", fchdir(back));
  step("chroot", chroot("a/new"));
  step("chroot", chroot("a/new/deep"));
  step("fchdir", fchdir(back));
  close(back);
  step("chroot", chroot("../.."));  // whose .. is no longer kept below the root
}

static void other_namespaces(void) {
  step("unshare", unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP | 0x80 /* CLONE_NEWTIME */));
  step("unshare", unshare(CLONE_NEWPID));
  step("unshare", unshare(0x40000000 | 1));  // fails: there is no such flag
  int kept = openat(proc, "self/ns/mnt", O_RDONLY | O_CLOEXEC);
  must(kept >= 0, "ns/mnt");
  int go[2], up[2];
  char byte;
  must(pipe2(go, O_CLOEXEC) == 0 && pipe2(up, O_CLOEXEC) == 0, "pipe2");
  pid_t child = fork();
  must(child >= 0, "fork");
  if (child == 0) {
    close(go[1]);
    tell_namespaces("child_ns");
    must(unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS) == 0, "unshare");
    must(write(up[1], "", 1) == 1 && read(go[0], &byte, 1) == 0, "wait");
    _exit(0);
  }
  fact("child", "%d", (int)child);
  close(go[0]);
  must(read(up[0], &byte, 1) == 1, "wait");
  char path[64];
  snprintf(path, sizeof path, "%d/ns/uts", (int)child);
  int uts = openat(proc, path, O_RDONLY | O_CLOEXEC), pidfd = (int)syscall(SYS_pidfd_open, child, 0);
  must(uts >= 0 && pidfd >= 0, "the child's namespaces");
  must(chdir("a") == 0, "chdir");
  step("chdir", 0);
  step("setns", setns(uts, 0));
  step("setns", setns(kept, CLONE_NEWUTS));  // fails: it is none
  step("setns", setns(pidfd, CLONE_NEWNS | CLONE_NEWNET));
  open_table();
  step("setns", setns(kept, 0));
  open_table();
  close(go[1]);
  wait_for(child);
}

static void root(const char* folder) {
  must(chdir(folder) == 0, folder);
  step("chdir", 0);
  step("mount", mount("root", at("root"), "tmpfs", 0, NULL));
  must(mkdir("root/old", 0755) == 0, "old");
  long result = result_of(syscall(SYS_pivot_root, "root", "root/old"));
  open_table();
  errno = (int)-result;
  step("pivot_root", result < 0 ? -1 : result);
  step("chdir", chdir("/"));
  step("umount2", umount2(at("/old"), MNT_DETACH));
}

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  must(proc >= 0, "/proc");
  int works = unshare(CLONE_NEWNS);
  open_table();
  must(step("unshare", works) == 0, "unshare");
  must(chdir(argv[1]) == 0, argv[1]);
  step("chdir", 0);
  must(mkdir("a", 0755) == 0 && mkdir("b", 0755) == 0 && mkdir("c", 0755) == 0 && mkdir("moved here", 0755) == 0 &&
           mkdir("root", 0755) == 0 && symlink("c", "to c") == 0,
       "mkdir");
  mounts();
  places();
  other_namespaces();
  root(argv[1]);
  // A user namespace at the end: what is not mapped there may do nothing else.
  step("unshare", unshare(CLONE_NEWUSER));
  return 0;
}
