#include "source/ptrace/filesystems.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>

namespace cttrace::ptrace {
namespace {

constexpr uint64_t kPipefs = 0x50495045, kPidfs = 0x50494446, kMqueue = 0x19800202, kFuse = 0x65735546;
constexpr uint64_t kNfs = 0x6969, kCifs = 0xff534d42, kConfigfs = 0x62656570, kFusectl = 0x65735543;

struct Magic {
  std::string_view fs_type;
  uint64_t magic;
};
constexpr Magic kMagics[] = {{"tmpfs", TMPFS_MAGIC},
                             {"devtmpfs", TMPFS_MAGIC},
                             {"proc", PROC_SUPER_MAGIC},
                             {"sysfs", SYSFS_MAGIC},
                             {"cgroup", CGROUP_SUPER_MAGIC},
                             {"cgroup2", CGROUP2_SUPER_MAGIC},
                             {"overlay", OVERLAYFS_SUPER_MAGIC},
                             {"ext4", EXT4_SUPER_MAGIC},
                             {"ext3", EXT3_SUPER_MAGIC},
                             {"ext2", EXT2_SUPER_MAGIC},
                             {"xfs", XFS_SUPER_MAGIC},
                             {"btrfs", BTRFS_SUPER_MAGIC},
                             {"nsfs", NSFS_MAGIC},
                             {"mqueue", kMqueue},
                             {"devpts", DEVPTS_SUPER_MAGIC},
                             {"ramfs", RAMFS_MAGIC},
                             {"fuse", kFuse},
                             {"fuseblk", kFuse},
                             {"fusectl", kFusectl},
                             {"nfs", kNfs},
                             {"nfs4", kNfs},
                             {"cifs", kCifs},
                             {"9p", V9FS_MAGIC},
                             {"debugfs", DEBUGFS_MAGIC},
                             {"tracefs", TRACEFS_MAGIC},
                             {"securityfs", SECURITYFS_MAGIC},
                             {"bpf", BPF_FS_MAGIC},
                             {"hugetlbfs", HUGETLBFS_MAGIC},
                             {"configfs", kConfigfs},
                             {"squashfs", SQUASHFS_MAGIC},
                             {"binfmt_misc", BINFMTFS_MAGIC},
                             {"pipefs", kPipefs},
                             {"sockfs", SOCKFS_MAGIC},
                             {"anon_inodefs", ANON_INODE_FS_MAGIC},
                             {"pidfs", kPidfs}};

}  // namespace

uint64_t filesystem_magic(std::string_view fs_type, const std::string& path) {
  const auto* const known = std::ranges::find(kMagics, fs_type, &Magic::fs_type);
  if (known != std::end(kMagics)) return known->magic;
  struct statfs status = {};
  if (fs_type.empty() || ::statfs(path.c_str(), &status) != 0) return 0;
  return static_cast<uint64_t>(status.f_type);
}

bool asks_somebody(std::string_view fs_type) {
  return (fs_type.starts_with("fuse") && fs_type != "fusectl") || fs_type.starts_with("nfs") || fs_type == "9p" ||
         fs_type == "cifs" || fs_type == "autofs";
}

bool is_mounted_whole(std::string_view fs_type) {
  constexpr std::string_view kWhole[] = {"tmpfs",   "ramfs",      "proc",    "sysfs",    "devpts", "mqueue",
                                         "overlay", "ext4",       "xfs",     "bpf",      "fuse",   "devtmpfs",
                                         "debugfs", "securityfs", "tracefs", "hugetlbfs"};
  return std::ranges::find(kWhole, fs_type) != std::end(kWhole);
}

}  // namespace cttrace::ptrace
