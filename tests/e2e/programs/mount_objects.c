// The mount API of descriptors: a filesystem context with an error in it, detached mounts, attributes. usage: mount_objects DIR
#include <linux/mount.h>

#include "program.h"

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  private_mounts();
  must(chdir(argv[1]) == 0, "chdir");
  must(mkdir("made", 0700) == 0 && mkdir("copy", 0700) == 0, "mkdir");

  int context = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
  must(context >= 0, "fsopen");
  fact("context", "%d", context);
  fact("size", "%ld", result_of(syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "size", "64k", 0)));
  fact("bogus", "%ld", result_of(syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "bogus", "1", 0)));
  // The kernel's own words, which a tracer must not have consumed.
  char message[512];
  ssize_t length = read(context, message, sizeof message - 1);
  must(length > 0, "read the context");
  message[length] = 0;
  fact("message", "%s", message);
  fact("flag", "%ld", result_of(syscall(SYS_fsconfig, context, FSCONFIG_SET_FLAG, "ro", NULL, 0)));
  fact("create", "%ld", result_of(syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)));
  int mounted = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV);
  must(mounted >= 0, "fsmount");
  fact("mounted", "%d", mounted);
  must(syscall(SYS_mkdirat, mounted, "never", 0700) == -1 && errno == EROFS, "read-only");

  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, .propagation = MS_SLAVE};
  fact("setattr", "%ld", result_of(syscall(SYS_mount_setattr, mounted, "", AT_EMPTY_PATH, &attributes, sizeof attributes)));
  attributes.attr_set = 1ull << 40;
  fact("junk", "%ld", result_of(syscall(SYS_mount_setattr, mounted, "", AT_EMPTY_PATH, &attributes, sizeof attributes)));
  fact("move", "%ld", result_of(syscall(SYS_move_mount, mounted, "", AT_FDCWD, "made", MOVE_MOUNT_F_EMPTY_PATH)));

  // A writable tree with a folder in it, copied and detached: its descriptors have no path.
  must(mount("tree", "copy", "tmpfs", 0, NULL) == 0, "mount");
  must(mkdir("copy/b", 0700) == 0 && mkdir("copy/b/c", 0700) == 0, "mkdir");
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, "copy", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  must(tree >= 0, "open_tree");
  fact("tree", "%d", tree);
  int inside = openat(tree, "b", O_PATH | O_CLOEXEC);
  must(inside >= 0, "openat");
  fact("inside", "%d", inside);
  fact("node", "%ld", result_of(mknodat(inside, "node", S_IFCHR | 0600, (dev_t)0x105)));
  fact("fchdir", "%ld", result_of(fchdir(inside)));
  must(chdir(argv[1]) == 0, "chdir back");

  int picked = (int)syscall(SYS_fspick, AT_FDCWD, "copy", FSPICK_CLOEXEC);
  must(picked >= 0, "fspick");
  fact("picked", "%d", picked);
  fact("reconfigure", "%ld", result_of(syscall(SYS_fsconfig, picked, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0)));
  return 0;
}
