#include "source/versioned_source.h"

#include <cstddef>
#include <cstring>

#include "wire/record.h"

namespace cttrace {
namespace {

// A program that begins, or that was there: threads share theirs with the first one.
bool tells_of_program(std::span<const std::byte> record) {
  ct_record header = {};
  if (record.size() < sizeof(header)) return false;
  std::memcpy(&header, record.data(), sizeof(header));
  return header.kind == CT_REC_EXEC || (header.kind == CT_REC_SNAPSHOT && header.tid == header.tgid);
}

void add_capture(std::string& record, std::string_view text) {
  const ct_capture capture = {.arg = CT_ARG_EXE_VERSION,
                              .kind = CT_CAP_STRING,
                              .status = CT_OK,
                              .pad = 0,
                              .length = static_cast<uint32_t>(text.size())};
  record.append(reinterpret_cast<const char*>(&capture), sizeof(capture));
  record += text;
  record.resize((record.size() + 7) & ~size_t{7});
  const auto length = static_cast<uint32_t>(record.size());
  std::memcpy(record.data() + offsetof(ct_record, length), &length, sizeof(length));
}

}  // namespace

bool VersionedSource::poll(std::chrono::milliseconds timeout, const RecordSink& sink) {
  return source_->poll(timeout, [&](std::span<const std::byte> record) { hand_on(record, sink); });
}

void VersionedSource::stop(const RecordSink& sink) {
  source_->stop([&](std::span<const std::byte> record) { hand_on(record, sink); });
}

void VersionedSource::hand_on(std::span<const std::byte> record, const RecordSink& sink) {
  if (!tells_of_program(record)) return sink(record);
  const std::optional<Record> parsed = Record::parse(record);
  const std::string version = parsed ? files_.version(*parsed) : std::string();
  if (version.empty()) return sink(record);
  longer_.assign(reinterpret_cast<const char*>(record.data()), record.size());
  add_capture(longer_, version);
  if (longer_.size() > CT_RECORD_MAX) return sink(record);
  sink(std::as_bytes(std::span(longer_)));
}

}  // namespace cttrace
