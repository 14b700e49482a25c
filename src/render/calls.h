// The format `calls`: one line a call, in strace's syntax.
#pragma once

#include "render/completeness.h"
#include "render/line.h"
#include "render/renderer.h"
#include "render/summary.h"

namespace cttrace {

// "name(arguments) = result", as it is between the leader and the duration of a line.
void add_call(Line& line, const Call& call, const RenderOptions& options);

class CallsRenderer : public Renderer {
 public:
  CallsRenderer(const RenderOptions& options, TextSink sink)
      : options_(options), sink_(std::move(sink)), line_(options.color) {}

  void begin(const TraceInfo& info) override { info_ = info; }
  void event(const Event& event, EventNumber number) override;
  void changes(const State&, const Changes& changes, EventNumber, bool) override { completeness_.see(changes); }
  void verified(const VerificationReport& report) override { completeness_.verification = report; }
  void end(const BadRecords& bad, bool whole) override;

 private:
  void add_leader(Line& line, const Task& task, uint64_t time_ns);
  void add_time(Line& line, uint64_t time_ns);
  void print(const Call& call);
  void print(const TaskExit& exit);
  void print(const CgroupAttach& attach);
  void print(const Snapshot& snapshot);
  void print(const Loss& loss);
  void print(const Fork&) {}
  void print(const Mounts&) {}

  RenderOptions options_;
  TextSink sink_;
  Line line_;  // of the call that is printed: its memory is used again
  TraceInfo info_;
  Completeness completeness_;
  Summary summary_;
  std::optional<uint32_t> only_tid_;  // the one task so far
  bool several_ = false;              // tasks were seen
  std::optional<uint64_t> last_ns_;
};

}  // namespace cttrace
