// A recording as a source.
#pragma once

#include "cttrace/source.h"
#include "wire/recording.h"

namespace cttrace {

class ReplaySource : public EventSource {
 public:
  explicit ReplaySource(RecordingReader reader) : reader_(std::move(reader)) {}

  const TraceInfo& info() const override { return reader_.info(); }
  // Never waits. Throws Failure (exit_status 2) where the recording is truncated or corrupt; what came before has been
  // handed on by then.
  bool poll(std::chrono::milliseconds timeout, const RecordSink& sink) override;
  void stop(const RecordSink&) override {}

 private:
  RecordingReader reader_;
};

}  // namespace cttrace
