#include "source/ptrace/privileged_program.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fd.h"
#include "source/ptrace/task_memory.h"

namespace cttrace::ptrace {
namespace {

// Its owner may trace whatever is in a user namespace that was made below ours: only ours matters.
bool in_our_user_namespace(const std::string& folder) {
  struct stat its = {}, ours = {};
  return stat((folder + "ns/user").c_str(), &its) == 0 && stat("/proc/self/ns/user", &ours) == 0 &&
         its.st_ino == ours.st_ino;
}

bool has_no_new_privs(const std::string& folder) {
  const Result<std::string> status = read_file(folder + "status", 64u << 10);
  return status && status->find("\nNoNewPrivs:\t1") != std::string::npos;
}

// Where the path of execve and execveat begins, and its number among the arguments.
std::string beginning(const std::string& folder, const CallNow& call, size_t& index) {
  const bool at = (call.abi == Abi::x86_64 && call.nr == 322) || (call.abi == Abi::i386 && call.nr == 358) ||
                  (call.abi == Abi::aarch64 && call.nr == 281);
  index = at ? 1 : 0;
  const int dirfd = at ? static_cast<int>(call.args[0]) : AT_FDCWD;
  return folder + (dirfd == AT_FDCWD ? "cwd" : "fd/" + std::to_string(dirfd));
}

// Whether to execute it gains ids or capabilities.
bool gives_privileges(int file) {
  struct stat status = {};
  struct statvfs mount = {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  if (fstatvfs(file, &mount) != 0 || (mount.f_flag & ST_NOSUID)) return false;
  if ((status.st_mode & S_ISUID) && status.st_uid != geteuid()) return true;
  if ((status.st_mode & S_ISGID) && (status.st_mode & S_IXGRP) && status.st_gid != getegid()) return true;
  const std::string name = "/proc/self/fd/" + std::to_string(file);  // O_PATH has no fgetxattr
  return getxattr(name.c_str(), "security.capability", nullptr, 0) > 0;
}

}  // namespace

bool may_trace_all() {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[2] = {};
  return syscall(SYS_capget, &header, data) == 0 && ((data[0].effective >> CAP_SYS_PTRACE) & 1);
}

std::optional<std::string> loses_privileges_by_us(uint32_t tid, const CallNow& call) {
  static const bool all = may_trace_all();
  if (all) return std::nullopt;
  const std::string folder = "/proc/" + std::to_string(tid) + "/";
  size_t index = 0;
  std::string path = beginning(folder, call, index), name;
  MemoryFiles files;
  if (files.of(tid).read_text(name, PATH_MAX, call.args[index]) != TaskMemory::Text::kWhole) return std::nullopt;
  // Nobody without privileges has another root in our user namespace.
  if (name.starts_with('/'))
    path = name;
  else if (!name.empty())
    path += "/" + name;
  const Fd file(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!file || !gives_privileges(file.get())) return std::nullopt;
  if (!in_our_user_namespace(folder) || has_no_new_privs(folder)) return std::nullopt;
  return path;
}

}  // namespace cttrace::ptrace
