// Prints the records of a recording as they are in memory, up to where it ends or breaks off: unpack_records FILE.
#include <cstdio>

#include "wire/recording.h"

int main(int argc, char** argv) {
  using namespace cttrace;
  if (argc != 2) return 2;
  Result<RecordingReader> reader = RecordingReader::open(argv[1]);
  if (!reader) return std::fprintf(stderr, "unpack_records: %s\n", reader.error().line().c_str()), 2;
  for (;;) {
    const auto record = reader->next();
    // Of one that is still being written, what is there is all that is wanted.
    if (!record || record->empty()) return 0;
    std::fwrite(record->data(), 1, record->size(), stdout);
  }
}
