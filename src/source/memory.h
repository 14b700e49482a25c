// Records from memory: tests need no privilege.
#pragma once

#include <string>
#include <vector>

#include "cttrace/source.h"

namespace cttrace {

class MemorySource : public EventSource {
 public:
  MemorySource(TraceInfo info, std::vector<std::string> records)
      : info_(std::move(info)), records_(std::move(records)) {}

  const TraceInfo& info() const override { return info_; }
  bool poll(std::chrono::milliseconds timeout, const RecordSink& sink) override;
  void stop(const RecordSink&) override {}

 private:
  TraceInfo info_;
  std::vector<std::string> records_;
  size_t next_ = 0;
};

}  // namespace cttrace
