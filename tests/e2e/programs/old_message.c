// Two refusals in one filesystem context: the first with a message, which nobody reads, the second without one.
// usage: old_message
#include <linux/mount.h>

#include "program.h"

int main(void) {
  int context = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
  must(context >= 0, "fsopen");
  fact("bogus", "%ld", result_of(syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "bogus", "1", 0)));
  fact("unknown", "%ld", result_of(syscall(SYS_fsconfig, context, 99, "key", NULL, 0)));
  char message[512];
  ssize_t length = read(context, message, sizeof message - 1);
  must(length > 0, "read the context");
  message[length] = 0;
  fact("message", "%s", message);
  must(read(context, message, sizeof message) == -1 && errno == ENODATA, "only one message");
  return 0;
}
