#include "source/ptrace/task_files.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/fd.h"
#include "base/proc_text.h"
#include "base/words.h"

namespace cttrace::ptrace {
namespace {

constexpr size_t kMostLink_bytes = 4096;    // the kernel tells no more than a page
constexpr size_t kMostFdinfo_bytes = 4096;  // what is looked for comes first

uint32_t kernel_device(uint32_t major, uint32_t minor) { return major << 20 | minor; }

// Kernels before 5.8.
uint32_t mount_id_by_descriptor(const std::string& path, bool follow) {
  const Fd place(::open(path.c_str(), O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW)));
  if (!place) return 0;
  const auto info = descriptor_info(static_cast<uint32_t>(getpid()), place.get());
  return info ? info->mount_id.value_or(0) : 0;
}

}  // namespace

std::string task_path(uint32_t tid, const char* name) { return "/proc/" + std::to_string(tid) + "/" + name; }

std::string task_path(uint32_t tid, const char* folder, int fd) {
  return task_path(tid, folder) + "/" + std::to_string(fd);
}

std::optional<std::vector<int>> open_descriptors(uint32_t tid) {
  std::vector<int> open;
  std::error_code gone;
  for (std::filesystem::directory_iterator each(task_path(tid, "fd"), gone), end; !gone && each != end;
       each.increment(gone)) {
    int fd = 0;
    if (read_number(each->path().filename().native(), fd)) open.push_back(fd);
  }
  if (gone) return std::nullopt;
  std::ranges::sort(open);
  return open;
}

std::optional<std::string> read_link(const std::string& path) {
  char target[kMostLink_bytes];
  const ssize_t length = ::readlink(path.c_str(), target, sizeof(target));
  if (length < 0) return std::nullopt;
  return std::string(target, static_cast<size_t>(length));
}

std::optional<FileStatus> file_status(const std::string& path, bool follow) {
  struct statx status = {};
  const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
  if (::statx(AT_FDCWD, path.c_str(), flags, STATX_BASIC_STATS | STATX_MNT_ID, &status) != 0) return std::nullopt;
  const bool tells_mount = status.stx_mask & STATX_MNT_ID;
  return FileStatus{
      .inode = status.stx_ino,
      .dev = kernel_device(status.stx_dev_major, status.stx_dev_minor),
      .rdev = kernel_device(status.stx_rdev_major, status.stx_rdev_minor),
      .mode = status.stx_mode,
      .links = status.stx_nlink,
      .mount_id = tells_mount ? static_cast<uint32_t>(status.stx_mnt_id) : mount_id_by_descriptor(path, follow)};
}

DescriptorInfo parse_descriptor_info(std::string_view text) {
  DescriptorInfo info;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    const std::string_view key = next_word(line), value = next_word(line);
    uint32_t number = 0;
    if (key == "flags:" && read_number(value, number, 8)) info.open_flags = number & ~uint32_t{O_CLOEXEC};
    if (key == "mnt_id:" && read_number(value, number)) info.mount_id = number;
    uint64_t inode = 0;
    if (key == "ino:" && !info.inode && read_number(value, inode)) info.inode = inode;
    if (key == "Pid:") read_number(value, info.pid);
  }
  return info;
}

std::optional<DescriptorInfo> descriptor_info(uint32_t tid, int fd) {
  const Fd file(::open(task_path(tid, "fdinfo", fd).c_str(), O_RDONLY | O_CLOEXEC));
  char text[kMostFdinfo_bytes];
  const ssize_t length = file ? ::read(file.get(), text, sizeof(text)) : -1;
  if (length <= 0) return std::nullopt;
  return parse_descriptor_info({text, static_cast<size_t>(length)});
}

bool has_same_table(uint32_t tid, uint32_t other_tid) {
  return syscall(SYS_kcmp, tid, other_tid, KCMP_FILES, 0, 0) == 0;
}

std::optional<bool> is_same_file(uint32_t tid, int fd, uint32_t other_tid, int other_fd) {
  const long order = syscall(SYS_kcmp, tid, other_tid, KCMP_FILE, fd, other_fd);
  if (order < 0 && errno == ENOSYS) return std::nullopt;
  return order == 0;
}

bool has_own_stdout(uint32_t tid) {
  const std::optional<FileStatus> out = file_status(task_path(tid, "fd", 1)),
                                  err = file_status(task_path(tid, "fd", 2));
  return out && err && (out->inode != err->inode || out->dev != err->dev);
}

uint32_t namespace_inode(uint32_t tid, const char* name) {
  const std::optional<std::string> link = read_link(task_path(tid, name));
  return link ? parse_namespace_link(*link).value_or(0) : 0;
}

}  // namespace cttrace::ptrace
