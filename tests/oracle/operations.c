// The calls on mounts, roots and descriptors, each from the words of an operation.
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "actor.h"

enum { MNT_DETACH = 2, MNT_EXPIRE = 4 };  // sys/mount.h has it, and cannot be included beside linux/mount.h

#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

static long result_of(long returned) { return returned == -1 ? -errno : returned; }

// A new descriptor takes its slot; what was there is closed.
static long keep(struct actor* actor, const char* word, long fd) {
  int slot;
  if (fd < 0) return fd;
  if (!parse_slot(word, &slot)) return -errno;
  if (actor->slots[slot] >= 0) close(actor->slots[slot]);
  actor->slots[slot] = (int)fd;
  return 0;
}

static int slot_of(const struct actor* actor, const char* word) {
  int slot;
  return parse_slot(word, &slot) ? actor->slots[slot] : -1;
}

uint64_t hosts_device;

static bool is_hosts(int dirfd, const char* name) {
  struct stat status;
  return name && fstatat(dirfd, name, &status, AT_EMPTY_PATH) == 0 && status.st_dev == hosts_device;
}

void populate(int folder) {
  mkdirat(folder, "a", 0755);
  mkdirat(folder, "a/b", 0755);
  mkdirat(folder, "c", 0755);
  mkdirat(folder, "s p", 0755);
  mknodat(folder, "x", S_IFREG | 0644, 0);
  mknodat(folder, "a/y", S_IFREG | 0644, 0);
  symlinkat("a", folder, "l");
  symlinkat("../c", folder, "a/up");
  symlinkat("/w/c", folder, "abs");
}

static bool fresh(const char* type) { return type && (strcmp(type, "tmpfs") == 0 || strcmp(type, "ramfs") == 0); }

static void populate_path(const char* path) {
  const int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  populate(folder);
  close(folder);
}

// mount SOURCE TARGET TYPE FLAGS DATA
static long do_mount(struct actor* actor, char** words) {
  struct place source, target;
  uint64_t flags;
  if (!parse_path(actor, words[0], &source)) return -errno;
  long result = -1;
  if (parse_path(actor, words[1], &target)) {
    const char* const type = unescape(words[2]);
    if (parse_flags(words[3], &flags)) {
      if ((flags & (MS_REMOUNT | MS_BIND)) == MS_REMOUNT && is_hosts(AT_FDCWD, target.name)) target.name = NULL;
      result = syscall(SYS_mount, source.name, target.name, type, flags, unescape(words[4]));
      const uint64_t no_new = MS_REMOUNT | MS_BIND | MS_MOVE | MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;
      if (result == 0 && !(flags & no_new) && fresh(type)) populate_path(target.name);
    }
    result = result_of(result);
    release(&target);
  } else {
    result = -errno;
  }
  release(&source);
  return result;
}

// umount2 TARGET FLAGS
static long do_umount2(struct actor* actor, char** words) {
  struct place target;
  uint64_t flags;
  if (!parse_flags(words[1], &flags) || !parse_path(actor, words[0], &target)) return -errno;
  // Of the root it is a remount, but for MNT_DETACH. To look at it would undo what MNT_EXPIRE marks.
  const bool refused = !(flags & (MNT_DETACH | MNT_EXPIRE)) && is_hosts(AT_FDCWD, target.name);
  const long result = result_of(syscall(SYS_umount2, refused ? NULL : target.name, (int)flags));
  release(&target);
  return result;
}

// pivot_root NEW OLD
static long do_pivot_root(struct actor* actor, char** words) {
  struct place new_root, old;
  if (!parse_path(actor, words[0], &new_root)) return -errno;
  long result = -1;
  if (parse_path(actor, words[1], &old)) {
    result = result_of(syscall(SYS_pivot_root, new_root.name, old.name));
    release(&old);
  } else {
    result = -errno;
  }
  release(&new_root);
  return result;
}

static long on_path(struct actor* actor, const char* word, int call(const char*)) {
  struct place place;
  if (!parse_path(actor, word, &place)) return -errno;
  const long result = result_of(call(place.name));
  release(&place);
  return result;
}

// chroot PATH
static long do_chroot(struct actor* actor, char** words) { return on_path(actor, words[0], chroot); }
// chdir PATH
static long do_chdir(struct actor* actor, char** words) { return on_path(actor, words[0], chdir); }

// fchdir {PLACE}
static long do_fchdir(struct actor* actor, char** words) {
  struct place place;
  if (!parse_place(actor, words[0], &place)) return -errno;
  const long result = result_of(fchdir(place.dirfd));
  release(&place);
  return result;
}

// fsopen SLOT TYPE
static long do_fsopen(struct actor* actor, char** words) {
  return keep(actor, words[0], result_of(syscall(SYS_fsopen, words[1], FSOPEN_CLOEXEC)));
}

// fsconfig SLOT (create | reconfigure | flag KEY | string KEY VALUE)
static long do_fsconfig(struct actor* actor, char** words) {
  const int fd = slot_of(actor, words[0]);
  const char* const command = words[1];
  const char* const key = unescape(words[2]);
  const char* const value = unescape(words[3]);
  unsigned number;
  if (strcmp(command, "create") == 0) number = FSCONFIG_CMD_CREATE;
  else if (strcmp(command, "reconfigure") == 0) number = FSCONFIG_CMD_RECONFIGURE;
  else if (strcmp(command, "flag") == 0) number = FSCONFIG_SET_FLAG;
  else if (strcmp(command, "string") == 0) number = FSCONFIG_SET_STRING;
  else return -EINVAL;
  return result_of(syscall(SYS_fsconfig, fd, number, key, value, 0));
}

static long mounted(struct actor* actor, const char* word, long fd) {
  if (fd >= 0) populate((int)fd);
  return keep(actor, word, fd);
}

// fsmount SLOT CONTEXT_SLOT ATTRIBUTES
static long do_fsmount(struct actor* actor, char** words) {
  uint64_t attributes;
  if (!parse_flags(words[2], &attributes)) return -errno;
  const int context = slot_of(actor, words[1]);
  return mounted(actor, words[0], result_of(syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, (unsigned)attributes)));
}

// new_mount SLOT TYPE ATTRIBUTES: fsopen, fsconfig, fsmount, with a source's name or without
static long do_new_mount(struct actor* actor, char** words) {
  uint64_t attributes;
  if (!parse_flags(words[2], &attributes)) return -errno;
  const char* const source = unescape(words[3]);
  const int context = (int)syscall(SYS_fsopen, words[1], FSOPEN_CLOEXEC);
  if (context < 0) return -errno;
  long result = source ? syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "source", source, 0) : 0;
  if (result == 0) result = syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
  if (result == 0) result = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, (unsigned)attributes);
  result = result_of(result);
  close(context);
  return mounted(actor, words[0], result);
}

// fspick SLOT PLACE FLAGS
static long do_fspick(struct actor* actor, char** words) {
  struct place place;
  uint64_t flags;
  if (!parse_flags(words[2], &flags) || !parse_place(actor, words[1], &place)) return -errno;
  const bool refused = is_hosts(place.dirfd, place.name);
  const long fd = result_of(syscall(SYS_fspick, place.dirfd, refused ? NULL : place.name, (unsigned)flags));
  release(&place);
  return keep(actor, words[0], fd);
}

// SET CLEAR PROPAGATION, as three words
static bool parse_attributes(const struct actor* actor, char** words, struct mount_attr* attributes) {
  uint64_t set, clear, propagation;
  if (!parse_flags(words[0], &set) || !parse_flags(words[1], &clear) || !parse_flags(words[2], &propagation)) return false;
  *attributes = (struct mount_attr){.attr_set = set, .attr_clr = clear, .propagation = propagation};
  if (set & MOUNT_ATTR_IDMAP) attributes->userns_fd = (uint64_t)actor->passed;
  return true;
}

// open_tree SLOT PLACE FLAGS
static long do_open_tree(struct actor* actor, char** words) {
  struct place place;
  uint64_t flags;
  if (!parse_flags(words[2], &flags) || !parse_place(actor, words[1], &place)) return -errno;
  const long fd = result_of(syscall(SYS_open_tree, place.dirfd, place.name, (unsigned)flags));
  release(&place);
  return keep(actor, words[0], fd);
}

// open_tree_attr SLOT PLACE FLAGS SET CLEAR PROPAGATION
static long do_open_tree_attr(struct actor* actor, char** words) {
  struct place place;
  struct mount_attr attributes;
  uint64_t flags;
  if (!parse_flags(words[2], &flags) || !parse_attributes(actor, words + 3, &attributes)) return -errno;
  if (!parse_place(actor, words[1], &place)) return -errno;
  const long fd = result_of(
      syscall(SYS_open_tree_attr, place.dirfd, place.name, (unsigned)flags, &attributes, sizeof attributes));
  release(&place);
  return keep(actor, words[0], fd);
}

// mount_setattr PLACE FLAGS SET CLEAR PROPAGATION
static long do_mount_setattr(struct actor* actor, char** words) {
  struct place place;
  struct mount_attr attributes;
  uint64_t flags;
  if (!parse_flags(words[1], &flags) || !parse_attributes(actor, words + 2, &attributes)) return -errno;
  if (!parse_place(actor, words[0], &place)) return -errno;
  const long result = result_of(
      syscall(SYS_mount_setattr, place.dirfd, place.name, (unsigned)flags, &attributes, sizeof attributes));
  release(&place);
  return result;
}

// move_mount FROM TO FLAGS
static long do_move_mount(struct actor* actor, char** words) {
  struct place from, to;
  uint64_t flags;
  if (!parse_flags(words[2], &flags) || !parse_place(actor, words[0], &from)) return -errno;
  long result = -1;
  if (parse_place(actor, words[1], &to)) {
    result = result_of(syscall(SYS_move_mount, from.dirfd, from.name, to.dirfd, to.name, (unsigned)flags));
    release(&to);
  } else {
    result = -errno;
  }
  release(&from);
  return result;
}

// open SLOT PATH: for later, as a dirfd; without opening what it names
static long do_open(struct actor* actor, char** words) {
  struct place place;
  if (!parse_place(actor, words[1], &place)) return -errno;
  const long fd = result_of(openat(place.dirfd, place.name, O_PATH | O_CLOEXEC));
  release(&place);
  return keep(actor, words[0], fd);
}

// dup SLOT OTHER_SLOT
static long do_dup(struct actor* actor, char** words) {
  return keep(actor, words[0], result_of(fcntl(slot_of(actor, words[1]), F_DUPFD_CLOEXEC, 0)));
}

// close SLOT
static long do_close(struct actor* actor, char** words) {
  int slot;
  if (!parse_slot(words[0], &slot)) return -errno;
  const long result = result_of(close(actor->slots[slot]));
  actor->slots[slot] = -1;
  return result;
}

// give SLOT: to the driver, for another actor
static long do_give(struct actor* actor, char** words) {
  actor->answered = slot_of(actor, words[0]);
  return actor->answered < 0 ? -EBADF : 0;
}

// take SLOT: what another actor gave
static long do_take(struct actor* actor, char** words) {
  const long result = keep(actor, words[0], actor->passed < 0 ? -EBADF : actor->passed);
  if (result == 0) actor->passed = -1;
  return result;
}

// unshare FLAGS
static long do_unshare(struct actor* actor, char** words) {
  uint64_t flags;
  (void)actor;
  if (!parse_flags(words[0], &flags)) return -errno;
  return result_of(unshare((int)flags));
}

// setns FLAGS: into what the passed descriptor (of a namespace or a process) says
static long do_setns(struct actor* actor, char** words) {
  uint64_t flags;
  if (!parse_flags(words[0], &flags)) return -errno;
  return result_of(setns(actor->passed, (int)flags));
}

// root, cwd: it becomes the folder that the passed descriptor is
static long do_root(struct actor* actor, char** words) {
  (void)words;
  return result_of(fchdir(actor->passed) == 0 ? chroot(".") : -1);
}
static long do_cwd(struct actor* actor, char** words) {
  (void)words;
  return result_of(fchdir(actor->passed));
}

static const struct {
  const char* name;
  int words;
  long (*run)(struct actor*, char**);
} operations[] = {
    {"mount", 5, do_mount},           {"umount2", 2, do_umount2},
    {"pivot_root", 2, do_pivot_root}, {"chroot", 1, do_chroot},
    {"chdir", 1, do_chdir},           {"fchdir", 1, do_fchdir},
    {"fsopen", 2, do_fsopen},         {"fsconfig", 4, do_fsconfig},
    {"fsmount", 3, do_fsmount},       {"new_mount", 4, do_new_mount},
    {"fspick", 3, do_fspick},         {"open_tree", 3, do_open_tree},
    {"move_mount", 3, do_move_mount}, {"open_tree_attr", 6, do_open_tree_attr},
    {"open", 2, do_open},             {"mount_setattr", 5, do_mount_setattr},
    {"dup", 2, do_dup},               {"close", 1, do_close},
    {"give", 1, do_give},             {"take", 1, do_take},
    {"unshare", 1, do_unshare},       {"setns", 1, do_setns},
    {"root", 0, do_root},             {"cwd", 0, do_cwd},
};

long operate(struct actor* actor, char** words, int count) {
  for (size_t i = 0; i < sizeof operations / sizeof *operations; ++i) {
    if (strcmp(words[0], operations[i].name) != 0) continue;
    return count - 1 == operations[i].words ? operations[i].run(actor, words + 1) : -EINVAL;
  }
  return -ENOTSUP;
}
