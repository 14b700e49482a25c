// What a recording consists of beside records, for its writer and its reader.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string_view>

#include "wire/recording.h"

namespace cttrace {

inline constexpr size_t kRecordMost_bytes = 1u << 16;

static_assert(kRecordMost_bytes >= CT_RECORD_MAX);
static_assert(sizeof(recording_block) == 16);
static_assert(sizeof(recording_end) == 24);

template <typename T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// Of `bytes` behind those of which `crc` is the checksum.
inline uint32_t checksum(uint32_t crc, std::string_view bytes) {
  return static_cast<uint32_t>(
      crc32(crc, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

// Of a block: over all of it but itself.
inline uint32_t checksum(uint32_t crc, const recording_block& block, std::string_view packed) {
  return checksum(checksum(crc, bytes_of(block).substr(0, offsetof(recording_block, crc))), packed);
}

inline recording_end end_mark(uint32_t version, uint64_t records, uint32_t crc) {
  return {.kind = 0,
          .version = static_cast<uint8_t>(version),
          .pad = 0,
          .length = sizeof(recording_end),
          .records = records,
          .crc = crc,
          .pad2 = 0};
}

}  // namespace cttrace
