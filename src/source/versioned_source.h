// A live source whose records of programs also say which version a program is, where its file does.
#pragma once

#include <memory>
#include <string>

#include "cttrace/source.h"
#include "source/program_files.h"

namespace cttrace {

// Adds CT_ARG_EXE_VERSION to EXEC and SNAPSHOT records, and hands on all others unchanged.
class VersionedSource : public EventSource {
 public:
  explicit VersionedSource(std::unique_ptr<EventSource> source) : source_(std::move(source)) {}

  const TraceInfo& info() const override { return source_->info(); }
  bool poll(std::chrono::milliseconds timeout, const RecordSink& sink) override;
  void stop(const RecordSink& sink) override;

 private:
  void hand_on(std::span<const std::byte> record, const RecordSink& sink);

  std::unique_ptr<EventSource> source_;
  ProgramFiles files_;
  std::string longer_;
};

}  // namespace cttrace
