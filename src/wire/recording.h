// A recording: a header that says where and how, then the wire records as they came.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/error.h"
#include "base/fd.h"
#include "cttrace/source.h"

namespace cttrace {

// Bytes at the start of every recording.
inline constexpr std::string_view kRecordingMagic = "CTTRACE\n";
inline constexpr uint32_t kRecordingVersion = 1;

// Writes a recording, buffered. Errors are kept and told by close(), so that tracing can go on to its end.
class RecordingWriter {
 public:
  // Creates the file (0600) and writes the header.
  static Result<RecordingWriter> create(const std::string& path, const TraceInfo& info);

  void write(std::span<const std::byte> record);
  // Writes what is buffered and the end mark: a file without it is a truncated one.
  Status close();

 private:
  RecordingWriter(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  void flush();

  Fd fd_;
  std::string path_;
  std::string buffer_;
  std::string failed_;  // why, after the first write that failed
  uint64_t records_ = 0;
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
  bool fill(size_t bytes);

  Fd fd_;
  std::string name_;
  std::string buffer_;
  size_t position_ = 0;
  uint64_t offset_ = 0;  // in the file, of buffer_[0]
  uint64_t records_ = 0;
  TraceInfo info_;
};

}  // namespace cttrace
