// Reading and writing whole.
#include "base/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace cttrace {

void Fd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Status write_all(int fd, std::string_view bytes, const std::string& subject) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_error("write to", subject);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return Ok{};
}

Result<std::string> read_file(const std::string& path, size_t limit_bytes) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return system_error("read", path);
  std::string text;
  for (;;) {
    char chunk[65536];
    const ssize_t got = ::read(fd.get(), chunk, sizeof(chunk));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read", path);
    if (got == 0) return text;
    text.append(chunk, static_cast<size_t>(got));
    if (text.size() > limit_bytes) return Error{.what = "read", .subject = path, .why = "larger than expected"};
  }
}

}  // namespace cttrace
