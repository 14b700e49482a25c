// A recording: a header that says where and how, then the wire records as they came, then a mark that it is whole.
//
//   "CTTRACE\n", u32 version, u32 length, `length` bytes of JSON, blocks, recording_end
//
// A block is a recording_block and packed records, each of which is in one block. Until version 3 the records came
// bare. Blocks and the end mark begin as records do, with kinds that no record has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/error.h"
#include "base/fd.h"
#include "cttrace/source.h"
#include "cttrace/wire.h"
#include "wire/packing.h"

namespace cttrace {

inline constexpr std::string_view kRecordingMagic = "CTTRACE\n";
// Of the header, the blocks and the end mark; a new version of the records within makes a new one of these, too. Until
// 3 the two were one number.
inline constexpr uint32_t kRecordingVersion = 9;
inline constexpr uint32_t kRecordingLastBare = 3;

inline constexpr uint16_t kBlockKind = 0xffff;

struct recording_block {
  uint16_t kind;    // kBlockKind
  uint8_t version;  // of the recording
  uint8_t pad;
  uint32_t length;  // of this and what is packed behind it
  uint32_t holds;   // bytes of its records, unpacked; at most kBlockMost_bytes
  uint32_t crc;     // zlib's crc32 of every byte before and of what is packed, but not of these checksums
};

struct recording_end {
  uint16_t kind;    // 0
  uint8_t version;  // of the recording
  uint8_t pad;
  uint32_t length;   // of this mark
  uint64_t records;  // before it
  uint32_t crc;      // zlib's crc32 of every byte before, but not of the checksums of blocks
  uint32_t pad2;
};

// Writes a recording, buffered. Errors are kept and told by close(), so that tracing can go on to its end.
class RecordingWriter {
 public:
  // Creates the file (0600: it holds what processes were told) and writes the header.
  static Result<RecordingWriter> create(const std::string& path, const TraceInfo& info);

  void write(std::span<const std::byte> record);
  // Hands what is buffered to the kernel, as a block: it is kept then even if we are killed.
  void flush();
  // Writes the end mark: a file without it is a truncated one.
  Status close();

 private:
  RecordingWriter(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  void append(std::string_view bytes);
  void end_block();

  Fd fd_;
  std::string path_;
  std::string block_;   // records that are not packed yet
  std::string packed_;  // of the last block: its memory is used again
  std::string buffer_;  // what is to be written
  Packer packer_;
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
  Status begin_part();
  Status check_end();
  Status read_block();
  Result<std::span<const std::byte>> next_bare();
  Result<std::span<const std::byte>> next_of_block();
  Result<bool> fill(size_t bytes);
  std::string_view consume(size_t bytes);
  Error broken(std::string why) const;

  Fd fd_;
  std::string name_;
  std::string buffer_;
  size_t position_ = 0;
  uint32_t version_ = kRecordingVersion;
  uint64_t offset_ = 0;       // in the file, of what is read next
  uint64_t part_offset_ = 0;  // of the bare record, the block or the end mark that was begun last
  uint64_t records_ = 0;
  uint32_t crc_ = 0;
  bool ended_ = false;
  TraceInfo info_;
  Unpacker unpacker_;
  std::string block_;  // unpacked
  size_t block_position_ = 0;
};

}  // namespace cttrace
