// Writing recordings.
#include <fcntl.h>
#include <unistd.h>

#include "wire/recording_parts.h"
#include "wire/trace_info.h"

namespace cttrace {
namespace {

constexpr size_t kBlockFull_bytes = kBlockMost_bytes / 2;
static_assert(kBlockFull_bytes + kRecordMost_bytes <= kBlockMost_bytes);

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
}

void RecordingWriter::write(std::span<const std::byte> record) {
  block_.append(reinterpret_cast<const char*>(record.data()), record.size());
  ++records_;
  if (block_.size() >= kBlockFull_bytes) flush();
}

void RecordingWriter::end_block() {
  if (block_.empty()) return;
  packed_.clear();
  packer_.pack(block_, packed_);
  recording_block block{.kind = kBlockKind,
                        .version = kRecordingVersion,
                        .pad = 0,
                        .length = static_cast<uint32_t>(sizeof(block) + packed_.size()),
                        .holds = static_cast<uint32_t>(block_.size()),
                        .crc = 0};
  block.crc = crc_ = checksum(crc_, block, packed_);
  buffer_ += bytes_of(block);
  buffer_ += packed_;
  block_.clear();
}

void RecordingWriter::flush() {
  end_block();
  if (!buffer_.empty() && failed_) failed_ = write_all(fd_.get(), buffer_, path_);
  buffer_.clear();
}

Status RecordingWriter::close() {
  end_block();
  const recording_end end = end_mark(kRecordingVersion, records_, crc_);
  append(bytes_of(end));
  flush();
  // Some file systems tell only now that the disk is full.
  if (fd_ && ::close(fd_.release()) != 0 && failed_) failed_ = system_error("write to", path_);
  return failed_;
}

}  // namespace cttrace
