// Reading recordings.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "wire/recording_parts.h"
#include "wire/trace_info.h"

namespace cttrace {
namespace {

constexpr size_t kReadAtOnce_bytes = 1u << 16;
constexpr size_t kHeaderMost_bytes = 16u << 20;  // a command line may have 2 MiB
constexpr size_t kPackedMost_bytes = 2 * kBlockMost_bytes;
constexpr size_t kStart = offsetof(ct_record, seq);

// How records, blocks and the end mark begin.
struct Start {
  uint16_t kind;
  uint8_t version, abi;
  uint32_t length;
};
static_assert(sizeof(Start) == kStart);

Start start_of(std::string_view bytes) {
  Start start;
  std::memcpy(&start, bytes.data(), sizeof(start));
  return start;
}

bool is_length_of_record(uint32_t length) {
  return length >= sizeof(ct_record) && length <= kRecordMost_bytes && length % 8 == 0;
}

Error unreadable(std::string name, std::string why, std::string remedy = {}) {
  return Error{
      .what = "read", .subject = std::move(name), .why = std::move(why), .remedy = std::move(remedy), .exit_status = 2};
}

}  // namespace

Result<RecordingReader> RecordingReader::open(const std::string& path) {
  RecordingReader reader;
  reader.name_ = path == "-" ? "standard input" : path;
  reader.fd_ = Fd(path == "-" ? dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!reader.fd_) {
    Error error = system_error("read", reader.name_);
    error.exit_status = 2;
    return error;
  }
  const Status header = reader.read_header();
  if (!header) return header.error();
  return reader;
}

Result<RecordingReader> RecordingReader::from_memory(std::string bytes, std::string name) {
  RecordingReader reader;
  reader.name_ = std::move(name);
  reader.buffer_ = std::move(bytes);
  const Status header = reader.read_header();
  if (!header) return header.error();
  return reader;
}

// Whether `bytes` bytes are there from position_ on; they are in the buffer then.
Result<bool> RecordingReader::fill(size_t bytes) {
  while (buffer_.size() - position_ < bytes) {
    if (!fd_) return false;
    buffer_.erase(0, position_);
    position_ = 0;
    const size_t had = buffer_.size();
    buffer_.resize(had + std::max(bytes, kReadAtOnce_bytes));
    const ssize_t got = ::read(fd_.get(), buffer_.data() + had, buffer_.size() - had);
    const int code = errno;
    buffer_.resize(had + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) fd_.reset();
    if (got < 0 && code != EINTR) {
      Error error = system_error("read", name_, code);
      error.exit_status = 2;
      return error;
    }
  }
  return true;
}

std::string_view RecordingReader::consume(size_t bytes) {
  const std::string_view taken = std::string_view(buffer_).substr(position_, bytes);
  position_ += taken.size();
  offset_ += taken.size();
  return taken;
}

Status RecordingReader::read_header() {
  constexpr size_t kFixed = kRecordingMagic.size() + 8;
  const Result<bool> fixed = fill(kFixed);
  if (!fixed) return fixed.error();
  const std::string_view start = std::string_view(buffer_).substr(position_);
  if (start.empty()) return unreadable(name_, "it is empty, and no recording");
  if (!kRecordingMagic.starts_with(start.substr(0, kRecordingMagic.size())))
    return unreadable(name_, "it is no recording of cttrace", "cttrace --record FILE makes one");
  if (!*fixed) return unreadable(name_, "the recording is truncated: it ends within its header");
  uint32_t version = 0, length = 0;
  std::memcpy(&version, start.data() + kRecordingMagic.size(), sizeof(version));
  std::memcpy(&length, start.data() + kRecordingMagic.size() + 4, sizeof(length));
  if (version > kRecordingVersion) {
    return unreadable(name_,
                      "it was made by a newer cttrace: version " + std::to_string(version) +
                          " of the format, and this one knows version " + std::to_string(kRecordingVersion),
                      "use that cttrace");
  }
  if (version < CT_WIRE_OLDEST || length > kHeaderMost_bytes)
    return unreadable(name_, "the recording is corrupt: its header makes no sense");
  version_ = version;
  crc_ = checksum(crc_, consume(kFixed));
  const Result<bool> whole = fill(length);
  if (!whole) return whole.error();
  if (!*whole) return unreadable(name_, "the recording is truncated: it ends within its header");
  const std::string_view text = consume(length);
  crc_ = checksum(crc_, text);
  Result<TraceInfo> info = trace_info_from_json(text);
  if (!info) return unreadable(name_, "the recording is corrupt: " + info.error().why);
  info_ = std::move(*info);
  return Ok{};
}

Error RecordingReader::broken(std::string why) const {
  return unreadable(name_, "the recording is " + why + " at byte " + std::to_string(part_offset_) + ", after " +
                               std::to_string(records_) + " whole record" + (records_ == 1 ? "" : "s"));
}

// What begins now: read if it is a block, checked if it is the end mark. Records that are bare are no part.
Status RecordingReader::begin_part() {
  part_offset_ = offset_;
  const Result<bool> started = fill(kStart);
  if (!started) return started.error();
  if (!*started) return broken("truncated");
  const uint16_t kind = start_of(std::string_view(buffer_).substr(position_)).kind;
  if (kind == 0) return check_end();
  if (version_ <= kRecordingLastBare) return Ok{};
  if (kind != kBlockKind) return broken("corrupt: neither a block nor the end,");
  return read_block();
}

Status RecordingReader::check_end() {
  const recording_end expected = end_mark(version_, records_, crc_);
  const Result<bool> there = fill(sizeof(expected));
  if (!there) return there.error();
  if (!*there) return broken("truncated");
  if (std::string_view(buffer_).substr(position_, sizeof(expected)) != bytes_of(expected))
    return broken("corrupt: what it says of itself is not what it holds,");
  consume(sizeof(expected));
  part_offset_ = offset_;
  const Result<bool> more = fill(1);
  if (!more) return more.error();
  if (*more) return broken("corrupt: there is something behind its end");
  ended_ = true;
  return Ok{};
}

// Nothing of a block is told unless all of it is as it was written.
Status RecordingReader::read_block() {
  recording_block block = {};
  const Result<bool> begun = fill(sizeof(block));
  if (!begun) return begun.error();
  if (!*begun) return broken("truncated");
  std::memcpy(&block, buffer_.data() + position_, sizeof(block));
  if (block.length <= sizeof(block) || block.length > kPackedMost_bytes)
    return broken("corrupt: a block of " + std::to_string(block.length) + " bytes");
  if (block.holds < sizeof(ct_record) || block.holds > kBlockMost_bytes)
    return broken("corrupt: a block that holds " + std::to_string(block.holds) + " bytes");
  const Result<bool> whole = fill(block.length);
  if (!whole) return whole.error();
  if (!*whole) return broken("truncated");
  const std::string_view packed = consume(block.length).substr(sizeof(block));
  crc_ = checksum(crc_, block, packed);
  if (crc_ != block.crc) return broken("corrupt: a block that is not as it was written,");
  if (!unpacker_.unpack(packed, block.holds, block_))
    return broken("corrupt: a block that does not hold what it says,");
  block_position_ = 0;
  return Ok{};
}

Result<std::span<const std::byte>> RecordingReader::next() {
  if (ended_) return std::span<const std::byte>();
  if (block_position_ == block_.size()) {
    const Status begun = begin_part();
    if (!begun) return begun.error();
    if (ended_) return std::span<const std::byte>();
  }
  return version_ <= kRecordingLastBare ? next_bare() : next_of_block();
}

Result<std::span<const std::byte>> RecordingReader::next_bare() {
  const uint32_t length = start_of(std::string_view(buffer_).substr(position_)).length;
  if (!is_length_of_record(length)) return broken("corrupt: a record of " + std::to_string(length) + " bytes");
  const Result<bool> whole = fill(length);
  if (!whole) return whole.error();
  if (!*whole) return broken("truncated");
  const std::string_view bytes = consume(length);
  crc_ = checksum(crc_, bytes);
  ++records_;
  return std::as_bytes(std::span(bytes));
}

Result<std::span<const std::byte>> RecordingReader::next_of_block() {
  const std::string_view left = std::string_view(block_).substr(block_position_);
  if (left.size() < kStart) return broken("corrupt: a record of " + std::to_string(left.size()) + " bytes");
  const uint32_t length = start_of(left).length;
  if (!is_length_of_record(length) || length > left.size())
    return broken("corrupt: a record of " + std::to_string(length) + " bytes");
  block_position_ += length;
  ++records_;
  return std::as_bytes(std::span(left.substr(0, length)));
}

}  // namespace cttrace
