#include "source/ptrace/mount_list.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "base/fd.h"
#include "source/ptrace/task_files.h"

namespace cttrace::ptrace {
namespace {

// Of linux/mount.h and linux/nsfs.h, newer than what this may be built with.
constexpr long kStatmount = 457, kListmount = 458;
constexpr unsigned long kNamespaceId = _IOR(NSIO, 0x5, uint64_t);  // NS_GET_MNTNS_ID
constexpr uint64_t kBasic = 2;                                     // STATMOUNT_MNT_BASIC
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
  if (::syscall(kStatmount, &request, &found, sizeof(found), 0) != 0 || !(found.mask & kBasic)) return std::nullopt;
  return found;
}

// The mount that everything else in the namespace is mounted on.
std::optional<uint64_t> lowest(uint64_t id, uint64_t mount_namespace) {
  for (int i = 0; i < kMostSteps; ++i) {
    const std::optional<Basic> mount = mount_with(id, mount_namespace);
    if (!mount) return std::nullopt;
    if (mount->parent_id == id) return id;
    id = mount->parent_id;
  }
  return std::nullopt;
}

}  // namespace

std::optional<MountList> list_mounts(uint32_t tid) {
  const Fd ns(::open(task_path(tid, "ns/mnt").c_str(), O_RDONLY | O_CLOEXEC));
  uint64_t mount_namespace = 0;
  if (!ns || ::ioctl(ns.get(), kNamespaceId, &mount_namespace) != 0) return std::nullopt;
  struct statx root = {};
  const std::string path = task_path(tid, "root");
  if (::statx(AT_FDCWD, path.c_str(), AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, kUniqueId, &root) != 0 ||
      !(root.stx_mask & kUniqueId))
    return std::nullopt;
  const std::optional<uint64_t> first = lowest(root.stx_mnt_id, mount_namespace);
  if (!first) return std::nullopt;
  MountList list = {.count = 1};
  Request request = {.mount = *first, .mount_namespace = mount_namespace};
  uint64_t newest = *first;
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

}  // namespace cttrace::ptrace
