// A recording: a header that says where and how, then the wire records as they came, then a mark that it is whole.
//
//   "CTTRACE\n", u32 version, u32 length, `length` bytes of JSON, the records, recording_end
//
// The end mark begins as a record does, with kind 0. Its checksum is over every byte before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/error.h"
#include "base/fd.h"
#include "cttrace/source.h"
#include "cttrace/wire.h"

namespace cttrace {

inline constexpr std::string_view kRecordingMagic = "CTTRACE\n";
// Of the header, the records and the end mark.
inline constexpr uint32_t kRecordingVersion = CT_WIRE_VERSION;

struct recording_end {
  uint16_t kind;    // 0: no record has it
  uint8_t version;  // of the recording
  uint8_t pad;
  uint32_t length;   // of this mark
  uint64_t records;  // before it
  uint32_t crc;      // zlib's crc32
  uint32_t pad2;
};

// Writes a recording, buffered. Errors are kept and told by close(), so that tracing can go on to its end.
class RecordingWriter {
 public:
  // Creates the file (0600: it holds what processes were told) and writes the header.
  static Result<RecordingWriter> create(const std::string& path, const TraceInfo& info);

  void write(std::span<const std::byte> record);
  // Hands what is buffered to the kernel: it is kept then even if we are killed.
  void flush();
  // Writes the end mark: a file without it is a truncated one.
  Status close();

 private:
  RecordingWriter(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  void append(std::string_view bytes);

  Fd fd_;
  std::string path_;
  std::string buffer_;
  Status failed_ = Ok{};  // the first write that failed
  uint64_t records_ = 0;
  uint32_t crc_ = 0;
};

// Reads one from a file, a pipe or memory, in one pass.
class RecordingReader {
 public:
  // "-" is standard input. Foreign, newer and empty files are an Error with exit_status 2.
  static Result<RecordingReader> open(const std::string& path);
  static Result<RecordingReader> from_memory(std::string bytes, std::string name);

  const TraceInfo& info() const { return info_; }

  // The next record, valid until the next call; empty at the end mark. A file that stops before that, or whose bytes
  // make no sense, is an Error (exit_status 2) that says where; what came before stands.
  Result<std::span<const std::byte>> next();

 private:
  RecordingReader() = default;
  Status read_header();
  Status check_end();
  Result<bool> fill(size_t bytes);
  std::string_view consume(size_t bytes);
  Error broken(std::string why) const;

  Fd fd_;
  std::string name_;
  std::string buffer_;
  size_t position_ = 0;
  uint32_t version_ = kRecordingVersion;
  uint64_t offset_ = 0;  // in the file, of what is read next
  uint64_t records_ = 0;
  uint32_t crc_ = 0;
  bool ended_ = false;
  TraceInfo info_;
};

}  // namespace cttrace
