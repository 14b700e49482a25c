#include "source/ptrace/arguments.h"

#include <algorithm>
#include <cstring>

namespace cttrace::ptrace {
namespace {

constexpr uint64_t kMostStrings = 512;
constexpr uint64_t kMostCounted = 4096;
constexpr uint64_t kMostParts = 64;

// A vector of pointers (or of pointers and lengths), read in pieces.
class Vector {
 public:
  Vector(const TaskMemory& memory, uint64_t pointer, size_t word) : memory_(memory), pointer_(pointer), word_(word) {}

  // None: it cannot be read.
  std::optional<uint64_t> at(uint64_t index) {
    if (index < first_ || index >= first_ + count_) {
      first_ = index;
      const size_t got = memory_.read(piece_, sizeof(piece_), pointer_ + index * word_);
      count_ = got / word_;
      if (count_ == 0) return std::nullopt;
    }
    uint64_t entry = 0;
    std::memcpy(&entry, piece_ + (index - first_) * word_, word_);
    return entry;
  }

 private:
  const TaskMemory& memory_;
  uint64_t pointer_;
  size_t word_;
  uint64_t first_ = 0, count_ = 0;
  char piece_[256];
};

void read_string(const TaskMemory& memory, uint64_t pointer, size_t size, Reading& reading) {
  reading.kind = CT_CAP_STRING;
  if (!pointer) return void(reading.status = CT_NULL);
  if (size < 1 || size > CT_PATH_MAX) size = CT_PATH_MAX;
  switch (memory.read_text(reading.bytes, size, pointer)) {
    case TaskMemory::Text::kWhole: reading.status = CT_OK; break;
    case TaskMemory::Text::kCut: reading.status = CT_TRUNCATED; break;
    case TaskMemory::Text::kFault:
      reading.bytes.clear();
      reading.status = CT_FAULT;
      break;
  }
}

void read_bytes(const TaskMemory& memory, uint64_t pointer, uint64_t length, Reading& reading) {
  reading.kind = CT_CAP_BYTES;
  if (!pointer) return void(reading.status = CT_NULL);
  reading.status = length > CT_ARRAY_MAX ? CT_TRUNCATED : CT_OK;
  reading.bytes.resize(std::min<uint64_t>(length, CT_ARRAY_MAX));
  if (memory.read(reading.bytes.data(), reading.bytes.size(), pointer) == reading.bytes.size()) return;
  reading.bytes.clear();
  reading.status = CT_FAULT;
}

// Each with its NUL. What was read before a fault stays.
void read_strings(const TaskMemory& memory, uint64_t pointer, size_t word, Reading& reading) {
  reading.kind = CT_CAP_STRINGS;
  if (!pointer) return void(reading.status = CT_NULL);
  Vector vector(memory, pointer, word);
  for (uint64_t i = 0; i < kMostStrings; ++i) {
    const std::optional<uint64_t> string = vector.at(i);
    reading.status = string ? CT_OK : CT_FAULT;
    if (!string || !*string) return;
    if (reading.bytes.size() > CT_STRINGS_MAX) break;
    const size_t before = reading.bytes.size();
    // A long one in pieces: the one that passes the limit is the last.
    constexpr size_t kPiece = CT_PATH_MAX - 1;
    const size_t room = ((CT_STRINGS_MAX - before) / kPiece + 1) * kPiece + 1;
    const TaskMemory::Text text = memory.read_text(reading.bytes, room, *string);
    if (text == TaskMemory::Text::kFault) {
      reading.bytes.resize(before);
      reading.status = CT_FAULT;
      return;
    }
    if (text == TaskMemory::Text::kCut) break;
    reading.bytes += '\0';
  }
  reading.status = CT_TRUNCATED;
}

void read_count(const TaskMemory& memory, uint64_t pointer, size_t word, Reading& reading) {
  reading.kind = CT_CAP_COUNT;
  if (!pointer) return void(reading.status = CT_NULL);
  Vector vector(memory, pointer, word);
  uint64_t count = 0;
  reading.status = CT_TRUNCATED;
  for (; count < kMostCounted; ++count) {
    const std::optional<uint64_t> entry = vector.at(count);
    if (entry && *entry) continue;
    reading.status = entry ? CT_OK : CT_FAULT;
    break;
  }
  reading.bytes.assign(reinterpret_cast<const char*>(&count), sizeof(count));
}

// The bytes of all parts, one after the other.
void read_iovec(const TaskMemory& memory, uint64_t pointer, uint32_t parts, size_t word, Reading& reading) {
  reading.kind = CT_CAP_BYTES;
  if (!pointer) return void(reading.status = CT_NULL);
  reading.status = parts > kMostParts ? CT_TRUNCATED : CT_OK;
  Vector vector(memory, pointer, word);
  for (uint64_t i = 0; i < std::min<uint64_t>(parts, kMostParts); ++i) {
    const std::optional<uint64_t> base = vector.at(2 * i), length = vector.at(2 * i + 1);
    const size_t before = reading.bytes.size();
    const uint64_t size = std::min<uint64_t>(length.value_or(0), CT_ARRAY_MAX - before);
    reading.bytes.resize(before + size);
    if (!base || !length || memory.read(reading.bytes.data() + before, size, *base) != size) {
      reading.bytes.clear();
      reading.status = CT_FAULT;
      return;
    }
    if (size < *length) return void(reading.status = CT_TRUNCATED);
  }
}

}  // namespace

bool read_argument(const TaskMemory& memory, const ArgumentsOf& call, size_t index, Reading& reading) {
  const uint64_t pointer = call.args[index];
  const uint8_t ref = call.row.ref[index];
  const uint16_t size = call.row.size[index];
  const auto counted = [&](uint64_t times) { return std::min<uint64_t>(times, CT_ARRAY_MAX + 1) * size; };
  reading.bytes.clear();
  switch (call.row.op[index]) {
    case CT_OP_STRING: read_string(memory, pointer, size, reading); return true;
    case CT_OP_PATH: read_string(memory, pointer, CT_PATH_MAX, reading); return true;
    case CT_OP_BYTES: read_bytes(memory, pointer, counted(ref < 6 ? call.args[ref] : 1), reading); return true;
    case CT_OP_BYTES_RET: {
      // What returns how much there is writes no more than it may.
      const uint64_t times = call.ret > 0 ? static_cast<uint64_t>(call.ret) : 0;
      read_bytes(memory, pointer, counted(ref < 6 ? std::min(times, call.args[ref]) : times), reading);
      return true;
    }
    case CT_OP_STRINGS: read_strings(memory, pointer, call.word, reading); return true;
    case CT_OP_COUNT: read_count(memory, pointer, call.word, reading); return true;
    case CT_OP_IOVEC:
      read_iovec(memory, pointer, static_cast<uint32_t>(ref < 6 ? call.args[ref] : 1), call.word, reading);
      return true;
    default: return false;
  }
}

}  // namespace cttrace::ptrace
