#include "source/ptrace/mount_list.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/fd.h"
#include "source/ptrace/task_files.h"

namespace cttrace::ptrace {
namespace {

// Of linux/mount.h and linux/nsfs.h, newer than what this may be built with.
constexpr long kStatmount = 457, kListmount = 458;
constexpr unsigned long kNamespaceId = _IOR(NSIO, 0x5, uint64_t);  // NS_GET_MNTNS_ID
constexpr uint64_t kBasic = 1 | 2;                                 // STATMOUNT_SB_BASIC, STATMOUNT_MNT_BASIC
constexpr uint32_t kUniqueId = 0x4000;                             // STATX_MNT_ID_UNIQUE
constexpr uint64_t kMostMounts = 1'000'000;
constexpr int kMostSteps = 64;

struct Request {  // struct mnt_id_req
  uint32_t size = sizeof(Request);
  uint32_t spare = 0;
  uint64_t mount = 0;
  uint64_t param = 0;
  uint64_t mount_namespace = 0;
};

struct Basic {  // the beginning of struct statmount
  uint32_t size, mount_options;
  uint64_t mask;
  uint32_t dev_major, dev_minor;
  uint64_t sb_magic;
  uint32_t sb_flags, fs_type;
  uint64_t id, parent_id;
  uint32_t old_id, old_parent_id;
  std::array<uint64_t, 64> rest;
};

std::optional<Basic> mount_with(uint64_t id, uint64_t mount_namespace) {
  const Request request = {.mount = id, .param = kBasic, .mount_namespace = mount_namespace};
  Basic found = {};
  if (::syscall(kStatmount, &request, &found, sizeof(found), 0) != 0 || (found.mask & kBasic) != kBasic)
    return std::nullopt;
  return found;
}

// The mount that everything else in the namespace is mounted on.
struct Lowest {
  uint64_t id = 0;
  int below = 0;  // so many mounts further down
};
std::optional<Lowest> lowest(uint64_t id, uint64_t mount_namespace) {
  for (int i = 0; i < kMostSteps; ++i) {
    const std::optional<Basic> mount = mount_with(id, mount_namespace);
    if (!mount) return std::nullopt;
    if (mount->parent_id == id) return Lowest{id, i};
    id = mount->parent_id;
  }
  return std::nullopt;
}

// Not the inode number. 0: not to be had.
uint64_t namespace_id(uint32_t tid) {
  const Fd ns(::open(task_path(tid, "ns/mnt").c_str(), O_RDONLY | O_CLOEXEC));
  uint64_t id = 0;
  return ns && ::ioctl(ns.get(), kNamespaceId, &id) == 0 ? id : 0;
}

}  // namespace

uint64_t unique_mount_id(const std::string& path) {
  struct statx status = {};
  const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;
  const bool told = ::statx(AT_FDCWD, path.c_str(), flags, kUniqueId, &status) == 0 && (status.stx_mask & kUniqueId);
  return told ? status.stx_mnt_id : 0;
}

std::optional<MountList> list_mounts(uint32_t tid) {
  const uint64_t mount_namespace = namespace_id(tid);
  const uint64_t root = unique_mount_id(task_path(tid, "root"));
  if (!mount_namespace || !root) return std::nullopt;
  const std::optional<Lowest> first = lowest(root, mount_namespace);
  if (!first) return std::nullopt;
  MountList list = {.count = 1};
  Request request = {.mount = first->id, .mount_namespace = mount_namespace};
  uint64_t newest = first->id;
  while (list.count < kMostMounts) {
    std::array<uint64_t, 512> ids;
    const long got = ::syscall(kListmount, &request, ids.data(), ids.size(), 0);
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    list.count += static_cast<uint64_t>(got);
    request.param = newest = ids[static_cast<size_t>(got) - 1];
  }
  const std::optional<Basic> last = mount_with(newest, mount_namespace);
  if (!last) return std::nullopt;
  list.newest = last->old_id;
  return list;
}

std::optional<int> mounts_beneath_root(uint32_t tid) {
  const uint64_t mount_namespace = namespace_id(tid);
  const uint64_t root = unique_mount_id(task_path(tid, "root"));
  if (!mount_namespace || !root) return std::nullopt;
  const std::optional<Lowest> first = lowest(root, mount_namespace);
  return first ? std::optional(first->below) : std::nullopt;
}

bool find_listed_mount(uint32_t tid, const std::string& path, ListedMount& mount, bool& known) {
  const uint64_t mount_namespace = namespace_id(tid);
  const uint64_t id = unique_mount_id(path);
  known = false;
  if (!mount_namespace || !id) return false;
  const std::optional<Basic> found = mount_with(id, mount_namespace);
  known = found || errno == ENOENT;
  if (!found) return false;
  mount = {.id = found->old_id, .parent_id = found->old_parent_id, .dev = found->dev_major << 20 | found->dev_minor};
  return true;
}

}  // namespace cttrace::ptrace
