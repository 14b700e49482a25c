// Any bytes as a recording, and as what its blocks hold, through its reader and the decoder.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "base/escape.h"
#include "decode/decoder.h"
#include "wire/recording_parts.h"
#include "wire/trace_info.h"

namespace cttrace {
namespace {

void require(bool holds, const char* rule) {
  if (holds) return;
  fprintf(stderr, "%s\n", rule);
  abort();
}

void check_error(const Error& error) {
  require(error.exit_status == 2, "an unreadable recording must end with status 2");
  const std::string line = error.line();
  require(escape_rest_for_terminal(line) == line, "an error must be one line that a terminal does not obey");
}

// The bytes as records, in a block: mutations seldom make one that unpacks.
std::string recording_of(std::string_view records) {
  const std::string json = trace_info_to_json({.host = "host", .start_ns = 1});
  const auto length = static_cast<uint32_t>(json.size());
  std::string bytes(kRecordingMagic);
  bytes += bytes_of(kRecordingVersion);
  bytes += bytes_of(length);
  bytes += json;
  std::string packed;
  Packer().pack(records, packed);
  recording_block block = {.kind = kBlockKind,
                           .version = kRecordingVersion,
                           .pad = 0,
                           .length = static_cast<uint32_t>(sizeof(block) + packed.size()),
                           .holds = static_cast<uint32_t>(records.size()),
                           .crc = 0};
  block.crc = checksum(checksum(0, bytes), block, packed);
  bytes += bytes_of(block);
  return bytes + packed;
}

// `most_bytes`: of all its records.
void read_all(std::string bytes, size_t most_bytes) {
  Result<RecordingReader> reader = RecordingReader::from_memory(std::move(bytes), "name");
  if (!reader) return check_error(reader.error());
  trace_info_to_json(reader->info());
  size_t events = 0, records = 0, read = 0;
  Decoder decoder([&events](Event&&) { ++events; });
  for (;;) {
    const auto record = reader->next();
    if (!record) {
      check_error(record.error());
      break;
    }
    if (record->empty()) break;
    ++records;
    read += record->size();
    require(read <= most_bytes, "there are more records than there can be");
    decoder.feed(*record);
  }
  decoder.finish();
  require(events <= records && decoder.bad_records().malformed <= records && decoder.bad_records().late <= records,
          "there is more told than recorded");
}

}  // namespace
}  // namespace cttrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cttrace;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t most_blocks = size / sizeof(recording_block) + 1;
  read_all(std::string(bytes), std::max(size, most_blocks * kBlockMost_bytes));
  if (size <= kBlockMost_bytes) read_all(recording_of(bytes), size);
  return 0;
}
