// What a call was given, as values.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "cttrace/event.h"

namespace cttrace {

// The int, or unsigned int, in a register that may hold anything above.
inline uint32_t int_at(const Call& call, size_t index) { return static_cast<uint32_t>(call.args[index].raw); }

// A uid or gid; kNoId (-1) keeps it. 16-bit ones have a -1 of their own.
inline uint32_t id_at(const Call& call, size_t index) {
  if (call.args[index].spec->size != 2) return int_at(call, index);
  const auto narrow = static_cast<uint16_t>(call.args[index].raw);
  return narrow == UINT16_MAX ? UINT32_MAX : narrow;
}

// The memory that an argument pointed to, where it is certain that the kernel has read the same.
inline std::optional<std::string_view> memory_at(const Call& call, size_t index) {
  const Argument& argument = call.args[index];
  if (argument.reading != Reading::kOk || argument.changed) return std::nullopt;
  return argument.bytes;
}

// A number in it; none: it is shorter.
template <typename T>
std::optional<T> number_in(std::string_view memory, size_t offset) {
  T number = {};
  if (offset > memory.size() || memory.size() - offset < sizeof(T)) return std::nullopt;
  std::memcpy(&number, memory.data() + offset, sizeof(T));  // all supported machines are little-endian
  return number;
}

}  // namespace cttrace
