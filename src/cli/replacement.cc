#include "cli/replacement.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "cli/same_file.h"

namespace cttrace {
namespace {

// Whether another file under its name is all that anybody sees of it.
bool can_be_replaced(const std::string& place, const struct statx& there) {
  if (!S_ISREG(there.stx_mode) || there.stx_nlink != 1) return false;
  if (there.stx_attributes & STATX_ATTR_MOUNT_ROOT) return false;
  return ::access(place.c_str(), W_OK) == 0;
}

bool make_alike(int fd, const struct statx& there) {
  return ::fchown(fd, there.stx_uid, there.stx_gid) == 0 && ::fchmod(fd, there.stx_mode & 07777) == 0;
}

}  // namespace

std::optional<Replacement> Replacement::of(const std::string& name) {
  const std::optional<std::filesystem::path> place = place_of(name);
  if (!place) return std::nullopt;
  struct statx there = {};
  const bool is_there = ::statx(AT_FDCWD, place->c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &there) == 0;
  if (is_there ? !can_be_replaced(*place, there) : errno != ENOENT) return std::nullopt;
  const std::string made = place->string() + "." + std::to_string(::getpid()) + ".new";
  Fd file(::open(made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file) return std::nullopt;
  Replacement replacement(*place, made);
  if (is_there && !make_alike(file.get(), there)) return std::nullopt;
  replacement.file_ = std::move(file);
  return replacement;
}

Replacement::Replacement(Replacement&& other) noexcept
    : place_(std::move(other.place_)), made_(std::exchange(other.made_, {})), file_(std::move(other.file_)) {}

Replacement::~Replacement() {
  if (!made_.empty()) ::unlink(made_.c_str());
}

Status Replacement::commit() {
  if (::rename(made_.c_str(), place_.c_str()) != 0) return system_error("write to", place_);
  made_.clear();
  return Ok{};
}

}  // namespace cttrace
