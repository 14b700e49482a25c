// What /proc tells of the files of a task that stands still. Nothing is opened that could notice it, and no filesystem
// is asked to go and look: its server may be traced, and stand still, too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cttrace::ptrace {

// "/proc/TID/NAME".
std::string task_path(uint32_t tid, const char* name);
std::string task_path(uint32_t tid, const char* folder, int fd);

// The link's text. None, with errno: there is none, or it may not be read.
std::optional<std::string> read_link(const std::string& path);

struct FileStatus {
  uint64_t inode = 0;
  uint32_t dev = 0, rdev = 0;  // as in the kernel: major << 20 | minor
  uint32_t mode = 0;
  uint32_t links = 0;
  uint32_t mount_id = 0;
};
// Of what a magic link of /proc leads to; with `follow` false, of the last component itself.
std::optional<FileStatus> file_status(const std::string& path, bool follow = true);

// /proc/TID/fdinfo/N.
struct DescriptorInfo {
  uint32_t open_flags = 0;  // without O_CLOEXEC, which is the descriptor's and not the file's
  std::optional<uint32_t> mount_id;
  std::optional<uint64_t> inode;  // since 5.14
  int32_t pid = 0;                // of a pidfd; -1: it has gone
};
std::optional<DescriptorInfo> descriptor_info(uint32_t tid, int fd);
DescriptorInfo parse_descriptor_info(std::string_view text);

// In ascending order. None: they may not be read.
std::optional<std::vector<int>> open_descriptors(uint32_t tid);

// Whether the descriptors of two tasks are the same ones (CLONE_FILES), as far as the kernel tells.
bool has_same_table(uint32_t tid, uint32_t other_tid);

// Whether two descriptors are the same open file. None: the kernel cannot tell.
std::optional<bool> is_same_file(uint32_t tid, int fd, uint32_t other_tid, int other_fd);

// Whether descriptors 1 and 2 are different files.
bool has_own_stdout(uint32_t tid);

// "ns/mnt" and the like. 0: there is none, or it may not be read.
uint32_t namespace_inode(uint32_t tid, const char* name);

}  // namespace cttrace::ptrace
