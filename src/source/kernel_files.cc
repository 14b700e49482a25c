#include "source/kernel_files.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

namespace cttrace {
namespace {

// Masked or read-only by default, by one of docker, podman, containerd, CRI-O and the OCI's specification.
constexpr const char* kInProc[] = {"/proc/acpi",          "/proc/asound",     "/proc/bus",        "/proc/fs",
                                   "/proc/interrupts",    "/proc/irq",        "/proc/kallsyms",   "/proc/kcore",
                                   "/proc/key-users",     "/proc/keys",       "/proc/kmsg",       "/proc/latency_stats",
                                   "/proc/sched_debug",   "/proc/scsi",       "/proc/slabinfo",   "/proc/sys",
                                   "/proc/sysrq-trigger", "/proc/timer_list", "/proc/timer_stats"};
constexpr const char* kInSys[] = {
    "/sys/dev/block",  "/sys/devices/virtual/powercap", "/sys/firmware", "/sys/fs/selinux",
    "/sys/hypervisor", "/sys/kernel/security",          "/sys/module"};

bool is_there(const char* path) {
  struct stat status = {};
  return lstat(path, &status) == 0;
}

bool is_mounted(const char* path, decltype(statfs::f_type) magic) {
  struct statfs status = {};
  return statfs(path, &status) == 0 && status.f_type == magic;
}

}  // namespace

KernelFiles read_kernel_files() {
  KernelFiles files;
  // Which every /proc has but one that shows processes alone.
  if (is_mounted("/proc", PROC_SUPER_MAGIC) && is_there("/proc/version"))
    for (const char* path : kInProc) files[path] = is_there(path);
  if (is_mounted("/sys", SYSFS_MAGIC))
    for (const char* path : kInSys) files[path] = is_there(path);
  return files;
}

}  // namespace cttrace
