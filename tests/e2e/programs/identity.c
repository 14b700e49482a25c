// Groups, ids, capabilities, limits, control files. usage: identity
#include <grp.h>
#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "program.h"

int main(void) {
  must(unshare(CLONE_NEWUTS) == 0, "unshare");
  static gid_t groups[65536];
  for (unsigned i = 0; i < 65536; i++) groups[i] = 1000 + i;
  fact("groups_1000", "%ld", result_of(syscall(SYS_setgroups, 1000, groups)));
  fact("groups_65536", "%ld", result_of(syscall(SYS_setgroups, 65536, groups)));
  fact("groups_too_many", "%ld", result_of(syscall(SYS_setgroups, 65537, groups)));
  fact("sethostname", "%ld", result_of(sethostname("torture\n\x1b[31m", 13)));

  struct rlimit limit = {64, 128};
  fact("prlimit", "%ld", result_of(prlimit(0, RLIMIT_NOFILE, &limit, NULL)));
  int control = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  must(control >= 0, "oom_score_adj");
  fact("control", "%d", control);
  fact("oom", "%ld", result_of(write(control, "123", 3)));
  close(control);

  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  must(syscall(SYS_capget, &header, data) == 0, "capget");
  data[0].inheritable = 1u << CAP_CHOWN | 1u << CAP_KILL;
  fact("capset", "%ld", result_of(syscall(SYS_capset, &header, data)));
  fact("bounding", "%ld", result_of(prctl(PR_CAPBSET_DROP, CAP_SYSLOG, 0, 0, 0)));
  fact("setresgid", "%ld", result_of(syscall(SYS_setresgid, 11, 12, 13)));
  fact("setresuid", "%ld", result_of(syscall(SYS_setresuid, -1, 22, -1)));
  fact("setfsuid", "%d", setfsuid(23));
  FILE* status = fopen("/proc/self/status", "re");
  must(status != NULL, "status");
  char line[1 << 20];
  while (fgets(line, sizeof line, status)) {
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, "Uid:", 4) == 0 || strncmp(line, "Gid:", 4) == 0) fact("status", "%s", line);
  }
  return 0;
}
