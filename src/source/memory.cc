// A source that is nothing but memory.
#include "source/memory.h"

namespace cttrace {

bool MemorySource::poll(std::chrono::milliseconds, const RecordSink& sink) {
  while (next_ < records_.size()) sink(std::as_bytes(std::span(records_[next_++])));
  return false;
}

}  // namespace cttrace
