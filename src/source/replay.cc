// Handing on what a recording holds.
#include "source/replay.h"

namespace cttrace {

bool ReplaySource::poll(std::chrono::milliseconds, const RecordSink& sink) {
  // In portions, so that output comes while a long recording is read.
  constexpr int kPortion = 1024;
  for (int i = 0; i < kPortion; ++i) {
    const Result<std::span<const std::byte>> record = reader_.next();
    if (!record) throw Failure(record.error());
    if (record->empty()) return false;
    sink(*record);
  }
  return true;
}

}  // namespace cttrace
