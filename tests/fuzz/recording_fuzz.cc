// Any bytes as a recording, through its reader and the decoder.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "base/escape.h"
#include "decode/decoder.h"
#include "wire/recording.h"
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
  require(escape_for_terminal(line) == line, "an error must be one line that a terminal does not obey");
}

void read_all(std::string bytes) {
  const size_t size = bytes.size();
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
    require(read <= size, "there are more records than bytes");
    decoder.feed(*record);
  }
  decoder.finish();
  require(events <= records && decoder.malformed() <= records, "there is more told than recorded");
}

}  // namespace
}  // namespace cttrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cttrace::read_all(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
