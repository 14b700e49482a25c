// Writes a recording of every row, with its memory read in every way: make_recording FILE.
#include <cstdio>

#include "every_row.h"
#include "wire/recording.h"

int main(int argc, char** argv) {
  using namespace cttrace;
  if (argc != 2) return 2;
  TraceInfo info;
  info.host = "host";
  info.backend = "ebpf";
  info.kernel_traits = {"mount.overmount"};
  info.command = {"a", "\xff"};
  Result<RecordingWriter> writer = RecordingWriter::create(argv[1], info);
  if (!writer) return fprintf(stderr, "%s\n", writer.error().line().c_str()), 1;
  uint64_t begin_ns = 10;
  for (const uint8_t status : {CT_OK, CT_NULL, CT_FAULT, CT_TRUNCATED}) {
    for (const std::string& record : test::every_row(status, begin_ns)) writer->write(std::as_bytes(std::span(record)));
    begin_ns += 1'000'000;
  }
  const Status closed = writer->close();
  return closed ? 0 : (fprintf(stderr, "%s\n", closed.error().line().c_str()), 1);
}
