// Descriptors that hold detached mount trees, filesystem contexts, and others are closed, or end with their process.
// Says which, and whether the descriptor was not the only one that held its tree. usage: detached DIR (an empty folder)
#include <linux/mount.h>

#include "program.h"

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

static int tree_of(const char* path, unsigned flags) {
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, path, flags | OPEN_TREE_CLOEXEC);
  must(tree >= 0, path);
  return tree;
}

static int mount_of(int file) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", file);
  FILE* info = fopen(path, "r");
  must(info != NULL, path);
  size_t length = fread(text, 1, sizeof text - 1, info);
  fclose(info);
  text[length] = 0;
  const char* mount = strstr(text, "mnt_id:\t");
  must(mount != NULL, "mnt_id");
  return atoi(mount + 8);
}

static void close_holder(int tree, int shared) {
  fact("closes", "%d %d", tree, shared);
  must(close(tree) == 0, "close");
}

// Of a task that ends, in the order of their ends.
static void hold_at_end(int tree, int references) { fact("holds", "%d %d", tree, references); }

static void close_other(int file) {
  fact("others", "%d", file);
  must(close(file) == 0, "close");
}

static void close_context(int context) {
  fact("contexts", "%d", context);
  must(close(context) == 0, "close");
}

static int made_by_fsmount(void) {
  int context = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
  must(context >= 0 && syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0, "fsopen");
  int mounted = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
  must(mounted >= 0, "fsmount");
  int copy = dup(context);
  must(copy >= 0, "dup");
  close_context(context);
  close_context(copy);
  return mounted;
}

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  private_mounts();
  must(chdir(argv[1]) == 0 && mkdir("a", 0755) == 0 && mkdir("b", 0755) == 0, argv[1]);
  must(mount("tree", "a", "tmpfs", 0, NULL) == 0 && mkdir("a/x", 0755) == 0, "mount");

  int alone = tree_of("a", OPEN_TREE_CLONE), twice = tree_of("a", OPEN_TREE_CLONE | AT_RECURSIVE);
  int fresh = made_by_fsmount();
  fact("trees", "%d %d %d", mount_of(alone), mount_of(twice), mount_of(fresh));
  // No holders: what is in the tree, where it came from, a mount that stays where it is.
  close_other(openat(alone, "x", O_PATH | O_CLOEXEC));
  close_other(openat(alone, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  close_other(open("a", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  close_other(tree_of("a", 0));
  close_holder(alone, 0);

  int copy = dup(twice);
  must(copy >= 0, "dup");
  close_holder(twice, 1);
  close_holder(copy, 0);

  // A child has it, too, until it ends.
  int go[2];
  char byte;
  must(pipe2(go, O_CLOEXEC) == 0, "pipe2");
  pid_t child = fork();
  must(child >= 0, "fork");
  if (child == 0) {
    syscall(SYS_close, go[1]);
    must(read(go[0], &byte, 1) == 0, "read");
    _exit(0);
  }
  close_holder(fresh, 1);
  hold_at_end(fresh, 1);
  close(go[1]);
  wait_for(child);

  // Attached, it is held by where it is.
  int attached = tree_of("a", OPEN_TREE_CLONE);
  must(syscall(SYS_move_mount, attached, "", AT_FDCWD, "b", MOVE_MOUNT_F_EMPTY_PATH) == 0, "move_mount");
  close_other(attached);

  // What goes with its table; the child's has copies of both.
  int kept = tree_of("a", OPEN_TREE_CLONE), duplicate = dup(kept);
  must(duplicate >= 0, "dup");
  child = fork();
  must(child >= 0, "fork");
  if (child == 0) _exit(0);
  wait_for(child);
  hold_at_end(kept, 4);
  hold_at_end(duplicate, 4);
  hold_at_end(kept, 2);
  hold_at_end(duplicate, 2);
  return 0;
}
