#include "source/ptrace/task_facts.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "base/fd.h"
#include "source/ptrace/task_files.h"

namespace cttrace::ptrace {
namespace {

constexpr uint64_t kTick_ns = 10'000'000;  // of /proc/PID/stat, whatever HZ is: USER_HZ is 100
constexpr size_t kMostBytes = 1u << 20;
constexpr uint32_t kMostLevels = 33;  // create_user_ns, kernel/user_namespace.c
constexpr std::string_view kDeleted = " (deleted)";

// By ct_ns.
constexpr const char* kNamespaces[CT_NS_COUNT] = {"ns/mnt",
                                                  "ns/uts",
                                                  "ns/ipc",
                                                  "ns/net",
                                                  "ns/cgroup",
                                                  "ns/pid",
                                                  "ns/pid_for_children",
                                                  "ns/time",
                                                  "ns/time_for_children",
                                                  "ns/user"};

std::vector<uint64_t> numbers(std::string_view status, std::string_view key, int base = 10) {
  const std::optional<std::string_view> value = status_value(status, key);
  return value ? parse_numbers(*value, base).value_or(std::vector<uint64_t>()) : std::vector<uint64_t>();
}

template <typename T>
void take(std::string_view status, std::string_view key, T& to, int base = 10) {
  const std::vector<uint64_t> values = numbers(status, key, base);
  if (values.size() == 1) to = static_cast<T>(values[0]);
}

std::string bytes_of(const std::vector<uint64_t>& values) {
  std::string bytes;
  for (const uint64_t value : values) {
    const auto id = static_cast<uint32_t>(value);
    bytes.append(reinterpret_cast<const char*>(&id), sizeof(id));
  }
  return bytes;
}

// One that nobody is in yet has no link in /proc. Kernels before 6.11 do not tell of it in any way.
uint32_t pid_namespace_for_children(uint32_t tid) {
  constexpr unsigned int kThread = O_EXCL;                 // PIDFD_THREAD of linux/pidfd.h, since 6.9
  constexpr unsigned long kPidForChildren = _IO(0xFF, 6);  // PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE
  const Fd task(static_cast<int>(::syscall(SYS_pidfd_open, tid, kThread)));
  const Fd ns(task ? ::ioctl(task.get(), kPidForChildren, 0) : -1);
  const std::optional<std::string> link = ns ? read_link("/proc/self/fd/" + std::to_string(ns.get())) : std::nullopt;
  return link ? parse_namespace_link(*link).value_or(0) : 0;
}

}  // namespace

std::string task_text(uint32_t tid, const char* name) {
  Result<std::string> text = read_file(task_path(tid, name), kMostBytes);
  return text ? *std::move(text) : std::string();
}

std::optional<ProcStat> task_stat(uint32_t tid) { return parse_stat(task_text(tid, "stat")); }

uint64_t start_ns(const ProcStat& stat) { return stat.start_ticks * kTick_ns; }

uint32_t fill_pids(std::string_view status, uint32_t (&pids)[CT_NS_LEVELS]) {
  const std::vector<uint64_t> told = numbers(status, "NSpid");
  const size_t count = std::min<size_t>(told.size(), CT_NS_LEVELS);
  for (size_t i = 0; i < count; ++i) pids[i] = static_cast<uint32_t>(told[i]);
  return static_cast<uint32_t>(count);
}

void fill_namespaces(uint32_t tid, uint32_t (&namespaces)[CT_NS_COUNT]) {
  for (size_t i = 0; i < CT_NS_COUNT; ++i) namespaces[i] = namespace_inode(tid, kNamespaces[i]);
  uint32_t& for_children = namespaces[CT_NS_PID_FOR_CHILDREN];
  if (!for_children && namespaces[CT_NS_PID]) for_children = pid_namespace_for_children(tid);
}

void fill_identity(std::string_view status, ct_exec& out) {
  const std::vector<uint64_t> uids = numbers(status, "Uid"), gids = numbers(status, "Gid");
  uint32_t* const to_uids[] = {&out.uid, &out.euid, &out.suid, &out.fsuid};
  uint32_t* const to_gids[] = {&out.gid, &out.egid, &out.sgid, &out.fsgid};
  for (size_t i = 0; i < 4; ++i) {
    if (i < uids.size()) *to_uids[i] = static_cast<uint32_t>(uids[i]);
    if (i < gids.size()) *to_gids[i] = static_cast<uint32_t>(gids[i]);
  }
  take(status, "CapInh", out.cap_inheritable, 16);
  take(status, "CapPrm", out.cap_permitted, 16);
  take(status, "CapEff", out.cap_effective, 16);
  take(status, "CapBnd", out.cap_bounding, 16);
  take(status, "CapAmb", out.cap_ambient, 16);
  take(status, "NoNewPrivs", out.no_new_privs);
  take(status, "Seccomp", out.seccomp_mode);
  out.seccomp_filters = ~0u;
  take(status, "Seccomp_filters", out.seccomp_filters);
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
  const Result<std::string> text = read_file(task_path(tid, name), kMostBytes);
  const auto values = text ? parse_numbers(*text) : std::nullopt;
  if (!values || values->size() % 3 != 0) return std::nullopt;
  return bytes_of(*values);
}

std::string groups(std::string_view status) { return bytes_of(numbers(status, "Groups")); }

std::optional<std::string> cgroup_path(uint32_t tid) {
  const std::string text = task_text(tid, "cgroup");
  if (text.empty()) return std::nullopt;
  // Where it was never mounted it is not told of, and nobody has left its root.
  const auto cgroups = parse_cgroups(text);
  const auto found = cgroups.find(0);
  std::string path = found == cgroups.end() ? "/" : found->second;
  if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
  return path;
}

}  // namespace cttrace::ptrace
