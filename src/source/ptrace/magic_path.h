// Paths that name a descriptor: /proc/self/fd/N, /proc/thread-self/fd/N, /proc/PID/fd/N, and what lies below.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cttrace::ptrace {

struct MagicPath {
  uint32_t pid = 0;  // 0: who uses the path
  int fd = -1;
  uint32_t prefix = 0;  // bytes of the path that name the descriptor
};

// None: it names no descriptor.
std::optional<MagicPath> parse_magic_path(std::string_view path);

}  // namespace cttrace::ptrace
