// The words of an operation: paths, flags, slots.
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actor.h"

// Where the build machine's headers are too old; each value is the kernel's own. sys/mount.h, which has the first four,
// cannot be included beside linux/mount.h.
enum { MNT_FORCE = 1, MNT_DETACH = 2, MNT_EXPIRE = 4, UMOUNT_NOFOLLOW = 8 };
#ifndef MOVE_MOUNT_BENEATH
#define MOVE_MOUNT_BENEATH 0x00000200
#endif
#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif
#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

#define FLAG(name) {#name, name}
static const struct {
  const char* name;
  uint64_t value;
} flag_names[] = {
    FLAG(MS_RDONLY), FLAG(MS_NOSUID), FLAG(MS_NODEV), FLAG(MS_NOEXEC), FLAG(MS_SYNCHRONOUS), FLAG(MS_REMOUNT),
    FLAG(MS_MANDLOCK), FLAG(MS_DIRSYNC), FLAG(MS_NOSYMFOLLOW), FLAG(MS_NOATIME), FLAG(MS_NODIRATIME), FLAG(MS_BIND),
    FLAG(MS_MOVE), FLAG(MS_REC), FLAG(MS_SILENT), FLAG(MS_UNBINDABLE), FLAG(MS_PRIVATE), FLAG(MS_SLAVE),
    FLAG(MS_SHARED), FLAG(MS_RELATIME), FLAG(MS_STRICTATIME), FLAG(MS_LAZYTIME),
    FLAG(MNT_FORCE), FLAG(MNT_DETACH), FLAG(MNT_EXPIRE), FLAG(UMOUNT_NOFOLLOW),
    FLAG(FSOPEN_CLOEXEC), FLAG(FSMOUNT_CLOEXEC), FLAG(FSPICK_CLOEXEC), FLAG(FSPICK_SYMLINK_NOFOLLOW),
    FLAG(FSPICK_NO_AUTOMOUNT), FLAG(FSPICK_EMPTY_PATH),
    FLAG(OPEN_TREE_CLONE), FLAG(OPEN_TREE_CLOEXEC), FLAG(AT_RECURSIVE), FLAG(AT_EMPTY_PATH), FLAG(AT_NO_AUTOMOUNT),
    FLAG(AT_SYMLINK_NOFOLLOW),
    FLAG(MOVE_MOUNT_F_SYMLINKS), FLAG(MOVE_MOUNT_F_AUTOMOUNTS), FLAG(MOVE_MOUNT_F_EMPTY_PATH),
    FLAG(MOVE_MOUNT_T_SYMLINKS), FLAG(MOVE_MOUNT_T_AUTOMOUNTS), FLAG(MOVE_MOUNT_T_EMPTY_PATH),
    FLAG(MOVE_MOUNT_SET_GROUP), FLAG(MOVE_MOUNT_BENEATH),
    FLAG(MOUNT_ATTR_RDONLY), FLAG(MOUNT_ATTR_NOSUID), FLAG(MOUNT_ATTR_NODEV), FLAG(MOUNT_ATTR_NOEXEC),
    FLAG(MOUNT_ATTR__ATIME), FLAG(MOUNT_ATTR_RELATIME), FLAG(MOUNT_ATTR_NOATIME), FLAG(MOUNT_ATTR_STRICTATIME),
    FLAG(MOUNT_ATTR_NODIRATIME), FLAG(MOUNT_ATTR_IDMAP), FLAG(MOUNT_ATTR_NOSYMFOLLOW),
    FLAG(CLONE_NEWNS), FLAG(CLONE_NEWUSER), FLAG(CLONE_FS), FLAG(CLONE_FILES),
};

int split(char* text, char** words) {
  int count = 0;
  for (char* rest = text; count < kWords;) {
    char* const word = strsep(&rest, " ");
    if (!word) break;
    if (*word) words[count++] = word;
  }
  return count;
}

char* unescape(char* text) {
  if (strcmp(text, "-") == 0) return NULL;
  char* out = text;
  for (const char* in = text; *in;) {
    unsigned code;
    if (*in == '\\' && sscanf(in, "\\%3o", &code) == 1 && strlen(in) >= 4) {
      *out++ = (char)code;
      in += 4;
    } else {
      *out++ = *in++;
    }
  }
  *out = 0;
  return text;
}

bool parse_slot(const char* word, int* slot) {
  char* end;
  errno = EINVAL;
  if (*word != 'f') return false;
  const long number = strtol(word + 1, &end, 10);
  if (end == word + 1 || *end || number < 0 || number >= kSlots) return false;
  *slot = (int)number;
  return true;
}

static bool parse_flag(const char* name, uint64_t* flags) {
  char* end;
  for (size_t i = 0; i < sizeof flag_names / sizeof *flag_names; ++i) {
    if (strcmp(name, flag_names[i].name) != 0) continue;
    *flags |= flag_names[i].value;
    return true;
  }
  errno = EINVAL;
  *flags |= strtoull(name, &end, 0);
  return end != name && !*end;
}

bool parse_flags(const char* word, uint64_t* flags) {
  char text[1024];
  *flags = 0;
  errno = EINVAL;
  if (strlen(word) >= sizeof text) return false;
  strcpy(text, word);
  for (char *rest = text, *name; (name = strsep(&rest, "|"));) {
    if (!parse_flag(name, flags)) return false;
  }
  return true;
}

// What is in the braces: a slot, or a path that is opened.
static int open_base(const struct actor* actor, char* base, struct place* place) {
  int slot;
  if (parse_slot(base, &slot)) {
    if (actor->slots[slot] < 0) errno = EBADF;
    return actor->slots[slot];
  }
  const char* const path = unescape(base);
  return place->opened = path ? open(path, O_PATH | O_CLOEXEC) : -1;
}

bool parse_place(const struct actor* actor, const char* word, struct place* place) {
  char base[PATH_MAX];
  *place = (struct place){.dirfd = AT_FDCWD, .opened = -1};
  errno = ENAMETOOLONG;
  if (strlen(word) >= sizeof base) return false;
  if (*word != '{') {
    strcpy(place->text, word);
    place->name = unescape(place->text);
    return true;
  }
  const char* const end = strchr(word, '}');
  errno = EINVAL;
  if (!end) return false;
  *stpncpy(base, word + 1, (size_t)(end - word - 1)) = 0;
  const bool by_proc = strncmp(base, "proc:", 5) == 0;
  const int fd = open_base(actor, base + (by_proc ? 5 : 0), place);
  if (fd < 0) return false;
  strcpy(base, end + 1);
  const char* const rest = *base ? unescape(base) : base;
  if (by_proc) {
    snprintf(place->text, sizeof place->text, "/proc/self/fd/%d%s%s", fd, *rest ? "/" : "", rest);
  } else {
    place->dirfd = fd;
    strcpy(place->text, rest);
  }
  place->name = place->text;
  return true;
}

bool parse_path(const struct actor* actor, const char* word, struct place* place) {
  if (!parse_place(actor, word, place)) return false;
  if (place->dirfd == AT_FDCWD) return true;
  release(place);
  errno = EINVAL;
  return false;
}

void release(struct place* place) {
  if (place->opened >= 0) close(place->opened);
  place->opened = -1;
}
