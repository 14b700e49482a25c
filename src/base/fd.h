// A file descriptor with one owner.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace cttrace {

// Owns the descriptor and closes it. Move-only.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

// Writes everything, across short writes and EINTR. The error's code is the errno (EPIPE: the reader has gone).
Status write_all(int fd, std::string_view bytes, const std::string& subject);

// Reads a whole file of at most `limit_bytes`; also from /proc, whose files have no size.
Result<std::string> read_file(const std::string& path, size_t limit_bytes);

}  // namespace cttrace
