// Writing and reading recordings.
#include "wire/recording.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "wire/trace_info.h"

namespace cttrace {
namespace {

constexpr size_t kMuch_bytes = 1u << 16;
constexpr size_t kHeaderMost_bytes = 16u << 20;  // a command line may have 2 MiB
constexpr size_t kRecordMost_bytes = 1u << 16;

static_assert(sizeof(recording_end) == 24);
static_assert(kRecordMost_bytes >= CT_RECORD_MAX);

uint32_t checksum(uint32_t crc, std::string_view bytes) {
  return static_cast<uint32_t>(
      crc32(crc, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

template <typename T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

recording_end end_mark(uint32_t version, uint64_t records, uint32_t crc) {
  return {.kind = 0,
          .version = static_cast<uint8_t>(version),
          .pad = 0,
          .length = sizeof(recording_end),
          .records = records,
          .crc = crc,
          .pad2 = 0};
}

Error unreadable(std::string name, std::string why, std::string remedy = {}) {
  return Error{
      .what = "read", .subject = std::move(name), .why = std::move(why), .remedy = std::move(remedy), .exit_status = 2};
}

}  // namespace

Result<RecordingWriter> RecordingWriter::create(const std::string& path, const TraceInfo& info) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600));
  if (!fd) return system_error("write to", path);
  RecordingWriter writer(std::move(fd), path);
  const std::string header = trace_info_to_json(info);
  const auto length = static_cast<uint32_t>(header.size());
  writer.append(kRecordingMagic);
  writer.append(bytes_of(kRecordingVersion));
  writer.append(bytes_of(length));
  writer.append(header);
  return writer;
}

void RecordingWriter::append(std::string_view bytes) {
  crc_ = checksum(crc_, bytes);
  buffer_ += bytes;
  if (buffer_.size() >= kMuch_bytes) flush();
}

void RecordingWriter::write(std::span<const std::byte> record) {
  append({reinterpret_cast<const char*>(record.data()), record.size()});
  ++records_;
}

void RecordingWriter::flush() {
  if (!buffer_.empty() && failed_) failed_ = write_all(fd_.get(), buffer_, path_);
  buffer_.clear();
}

Status RecordingWriter::close() {
  const recording_end end = end_mark(kRecordingVersion, records_, crc_);
  append(bytes_of(end));
  flush();
  // Some file systems tell only now that the disk is full.
  if (fd_ && ::close(fd_.release()) != 0 && failed_) failed_ = system_error("write to", path_);
  return failed_;
}

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
    buffer_.resize(had + std::max(bytes, kMuch_bytes));
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
  return unreadable(name_, "the recording is " + why + " at byte " + std::to_string(offset_) + ", after " +
                               std::to_string(records_) + " whole record" + (records_ == 1 ? "" : "s"));
}

Status RecordingReader::check_end() {
  const recording_end expected = end_mark(version_, records_, crc_);
  const Result<bool> there = fill(sizeof(expected));
  if (!there) return there.error();
  if (!*there) return broken("truncated");
  if (std::string_view(buffer_).substr(position_, sizeof(expected)) != bytes_of(expected))
    return broken("corrupt: what it says of itself is not what it holds,");
  consume(sizeof(expected));
  const Result<bool> more = fill(1);
  if (!more) return more.error();
  if (*more) return broken("corrupt: there is something behind its end");
  ended_ = true;
  return Ok{};
}

Result<std::span<const std::byte>> RecordingReader::next() {
  if (ended_) return std::span<const std::byte>();
  ct_record header = {};
  constexpr size_t kStart = offsetof(ct_record, seq);  // kind, version, abi, length
  const Result<bool> started = fill(kStart);
  if (!started) return started.error();
  if (!*started) return broken("truncated");
  std::memcpy(&header, buffer_.data() + position_, kStart);
  if (header.kind == 0) {
    const Status end = check_end();
    if (!end) return end.error();
    return std::span<const std::byte>();
  }
  if (header.length < sizeof(ct_record) || header.length > kRecordMost_bytes || header.length % 8 != 0)
    return broken("corrupt: a record of " + std::to_string(header.length) + " bytes");
  const Result<bool> whole = fill(header.length);
  if (!whole) return whole.error();
  if (!*whole) return broken("truncated");
  const std::string_view bytes = consume(header.length);
  crc_ = checksum(crc_, bytes);
  ++records_;
  return std::as_bytes(std::span(bytes));
}

}  // namespace cttrace
