// The longest strings that the kernel takes: a path of 4095 bytes, and a page of mount data. usage: long_strings DIR
#include "program.h"

// DIR/././././NAME, of exactly `length` bytes.
static void stretched(char* out, size_t length, const char* dir, const char* name) {
  size_t tail = strlen(name) + 1, at = strlen(dir);
  must(at + tail <= length, "room");
  strcpy(out, dir);
  while (at + 2 + tail <= length) {
    memcpy(out + at, "/.", 2);
    at += 2;
  }
  while (at + tail < length) out[at++] = '/';
  out[at++] = '/';
  strcpy(out + at, name);
  must(strlen(out) == length, "length");
}

int main(int argc, char** argv) {
  must(argc == 2, "usage");
  private_mounts();
  must(chdir(argv[1]) == 0, "chdir");
  const char* folders[] = {"long-target", "lower1", "lower2", "upper", "work", "merged"};
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) must(mkdir(folders[i], 0700) == 0, "mkdir");

  static char path[8192], data[8192], lower[8192], longer[8192];
  stretched(path, 4095, argv[1], "long-target");
  fact("path", "%s", path);
  fact("path_mount", "%ld", result_of(mount("long-path", path, "tmpfs", 0, NULL)));
  stretched(longer, 4096, argv[1], "long-target");
  fact("longer", "%s", longer);
  fact("too_long", "%ld", result_of(mount("too-long", longer, "tmpfs", 0, NULL)));

  // Mounted on a tmpfs of its own: overlayfs takes no overlayfs as its upper layer.
  must(mount("layers", "long-target", "tmpfs", 0, NULL) == 0, "mount layers");
  must(chdir("long-target") == 0, "chdir");
  for (size_t i = 1; i < 6; i++) must(mkdir(folders[i], 0700) == 0, "mkdir");
  size_t rest = (size_t)snprintf(data, sizeof data, "upperdir=upper,workdir=work,lowerdir=lower1:");
  stretched(lower, 4095 - rest, ".", "lower2");
  strcat(data, lower);
  must(strlen(data) == 4095, "data length");
  fact("data", "%s", data);
  fact("data_mount", "%ld", result_of(mount("overlay", "merged", "overlay", 0, data)));
  return 0;
}
