#include "source/ptrace/task_namespaces.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vector>

#include "base/fd.h"
#include "base/proc_text.h"
#include "cttrace/namespace.h"
#include "source/ptrace/task_facts.h"
#include "source/ptrace/task_files.h"

namespace cttrace::ptrace {
namespace {

constexpr size_t kMostMap_bytes = 1u << 20;
constexpr uint32_t kMostLevels = 33;  // create_user_ns, kernel/user_namespace.c

// One that nobody is in yet has no link in /proc. Kernels before 6.11 do not tell of it in any way.
uint32_t pid_namespace_for_children(uint32_t tid) {
  constexpr unsigned int kThread = O_EXCL;                 // PIDFD_THREAD of linux/pidfd.h, since 6.9
  constexpr unsigned long kPidForChildren = _IO(0xFF, 6);  // PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE
  const Fd task(static_cast<int>(::syscall(SYS_pidfd_open, tid, kThread)));
  const Fd ns(task ? ::ioctl(task.get(), kPidForChildren, 0) : -1);
  const std::optional<std::string> link = ns ? read_link("/proc/self/fd/" + std::to_string(ns.get())) : std::nullopt;
  return link ? parse_namespace_link(*link).value_or(0) : 0;
}

TaskNamespaces read_namespaces(uint32_t tid) {
  TaskNamespaces read;
  for (size_t i = 0; i < CT_NS_COUNT; ++i) read.inodes[i] = namespace_inode(tid, kNamespaceLinks[i].path);
  uint32_t& for_children = read.inodes[CT_NS_PID_FOR_CHILDREN];
  if (!for_children && read.inodes[CT_NS_PID]) for_children = pid_namespace_for_children(tid);
  return read;
}

uint32_t user_namespace_level(uint32_t tid) {
  const uint32_t inode = namespace_inode(tid, "ns/user");
  const std::optional<std::string> own = read_link("/proc/self/ns/user");
  if (!own || parse_namespace_link(*own) == inode) return 0;
  Fd ns(::open(task_path(tid, "ns/user").c_str(), O_RDONLY | O_CLOEXEC));
  for (uint32_t level = 0; ns && level < kMostLevels; ++level) {
    const std::optional<std::string> link = read_link("/proc/self/fd/" + std::to_string(ns.get()));
    if (link == own) return level;
    ns.reset(::ioctl(ns.get(), NS_GET_PARENT));
  }
  return 0;
}

std::optional<std::string> id_map(uint32_t tid, const char* name) {
  const Result<std::string> text = read_file(task_path(tid, name), kMostMap_bytes);
  const auto values = text ? parse_numbers(*text) : std::nullopt;
  if (!values || values->size() % 3 != 0) return std::nullopt;
  return id_bytes(*values);
}

}  // namespace

const TaskNamespaces& KeptNamespaces::of(uint32_t tid) {
  // Of one that is being killed nothing can be read.
  if (!all_ || !all_->inodes[CT_NS_MNT]) all_ = std::make_shared<TaskNamespaces>(read_namespaces(tid));
  return *all_;
}

const UserNamespace& KeptNamespaces::user_of(uint32_t tid) {
  const bool known = user_ && user_->uid_map && user_->gid_map;
  if (!known || user_->uid_map->empty() || user_->gid_map->empty())
    user_ = std::make_shared<UserNamespace>(UserNamespace{
        .level = user_namespace_level(tid), .uid_map = id_map(tid, "uid_map"), .gid_map = id_map(tid, "gid_map")});
  return *user_;
}

}  // namespace cttrace::ptrace
