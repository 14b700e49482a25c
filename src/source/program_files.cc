#include "source/program_files.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/paths.h"
#include "source/program_version.h"

namespace cttrace {
namespace {

constexpr size_t kMostKnown = 4096;
constexpr uint64_t kXfs = 0x58465342, kZfs = 0x2fc12fc1, kBcachefs = 0xca451a4e;

std::string link_of(const std::string& path) {
  char text[CT_PATH_MAX];
  const ssize_t size = readlink(path.c_str(), text, sizeof(text));
  return {text, size > 0 ? static_cast<size_t>(size) : 0};
}

// Nobody who is traced can make a read of it wait. What an overlay is made of, may be anything: it must be the host's.
bool answers_at_once(const ct_file& file, uint32_t own_mount_ns) {
  switch (file.sb_magic) {
    case EXT4_SUPER_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case TMPFS_MAGIC:
    case RAMFS_MAGIC:
    case F2FS_SUPER_MAGIC:
    case SQUASHFS_MAGIC:
    case EROFS_SUPER_MAGIC_V1:
    case kXfs:
    case kZfs:
    case kBcachefs: return true;
    case OVERLAYFS_SUPER_MAGIC: return own_mount_ns && file.mnt_ns == own_mount_ns;
    default: return false;
  }
}

// The file is what the record says. The device of some filesystems (btrfs, overlayfs) is not what stat says: there the
// kernel's path of it must be the same.
bool is_that(const struct stat& status, const ct_file& file, bool same_path) {
  const uint64_t device = uint64_t{major(status.st_dev)} << 20 | minor(status.st_dev);
  return S_ISREG(status.st_mode) && status.st_ino == file.ino && (device == file.dev || same_path);
}

std::string path_of(std::string_view components) {
  std::string path;
  while (!components.empty()) {
    const size_t end = std::min(components.find('\0'), components.size());
    path.insert(0, components.substr(0, end)).insert(0, 1, '/');
    components.remove_prefix(std::min(components.size(), end + 1));
  }
  return path;
}

}  // namespace

ProgramFiles::Identity ProgramFiles::identity(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

ProgramFiles::ProgramFiles() {
  struct stat status = {};
  if (stat("/proc/self/ns/mnt", &status) == 0) own_mount_ns_ = static_cast<uint32_t>(status.st_ino);
  // What is launched begins as ourselves: not worth reading.
  if (stat("/proc/self/exe", &status) == 0) known_[identity(status)] = {};
}

// Opened as a place first: opening what is no regular file could do something.
Fd ProgramFiles::open(uint32_t pid, const ct_file& file, const std::string& path) const {
  const auto readable = [&](const std::string& name, bool same_path) {
    struct stat status = {};
    const Fd place(::open(name.c_str(), O_PATH | O_CLOEXEC));
    if (!place || fstat(place.get(), &status) != 0 || !is_that(status, file, same_path)) return Fd();
    const std::string again = "/proc/self/fd/" + std::to_string(place.get());
    return Fd(::open(again.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  };
  const std::string link = "/proc/" + std::to_string(pid) + "/exe";
  Fd found = readable(link, link_of(link) == path);
  if (!found && file.mnt_ns == own_mount_ns_ && !(file.flags & (CT_FILE_PATH_CUT | CT_FILE_DELETED)))
    found = readable(path, true);
  return found;
}

std::string ProgramFiles::version(const Record& record) {
  const auto exe = std::ranges::find(record.captures(), CT_ARG_EXE, &Capture::arg);
  if (exe == record.captures().end() || exe->version < 2 || exe->bytes.size() < sizeof(ct_file)) return {};
  ct_file file = {};
  std::memcpy(&file, exe->bytes.data(), sizeof(file));
  if (!answers_at_once(file, own_mount_ns_)) return {};
  const std::string path = path_of(exe->bytes.substr(sizeof(file)));
  const Fd fd = open(record.header().tgid, file, path);
  struct stat status = {};
  if (!fd || fstat(fd.get(), &status) != 0) return {};
  const Identity its = identity(status);
  const auto known = known_.find(its);
  if (known != known_.end()) return known->second;
  if (known_.size() >= kMostKnown) known_.clear();
  const ReadAt reads = [&fd](uint64_t offset, std::span<char> into) {
    size_t got = 0;
    while (got < into.size()) {
      const ssize_t more = pread(fd.get(), into.data() + got, into.size() - got, static_cast<off_t>(offset + got));
      if (more < 0 && errno == EINTR) continue;
      if (more <= 0) break;
      got += static_cast<size_t>(more);
    }
    return got;
  };
  return known_[its] = program_version(reads, last_part(path));
}

}  // namespace cttrace
