// Live records from threads that are stopped at their calls: works without eBPF, and for ordinary users.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "cttrace/source.h"
#include "tables/selection.h"

namespace cttrace {

struct PtraceOptions {
  Selection selection;             // which calls are captured
  std::vector<uint32_t> pids;      // tgids or tids that are followed, with all their threads and descendants
  uint32_t child = 0;              // that of these which this process has made; 0: none
  bool filtered = false;           // `child` will have the filter of ptrace/filter.h before it executes its program
  size_t buffer_bytes = 8u << 20;  // of records that wait: with more, those that are followed wait
};

class PtraceSource : public EventSource {
 public:
  // When it returns, everything that `options` names is followed. `info` is completed. Throws Failure where none of it
  // may be followed, or is there.
  PtraceSource(const PtraceOptions& options, TraceInfo info);
  ~PtraceSource() override;

  const TraceInfo& info() const override;
  // False when every followed process has ended.
  bool poll(std::chrono::milliseconds timeout, const RecordSink& sink) override;
  void stop(const RecordSink& sink) override;

  // What is to be said beside the records, once: who could not be followed, what a program may not do now.
  std::vector<std::string> notices();

  // waitpid(2), for `child`: while that is followed, its end is seen here first. Outlives the source.
  using WaitPid = std::function<pid_t(pid_t, int*, int)>;
  WaitPid waitpid() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cttrace
