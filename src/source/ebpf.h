// Live records from the capture programs in the kernel.
#pragma once

#include <memory>
#include <vector>

#include "base/error.h"
#include "cttrace/source.h"
#include "tables/selection.h"

namespace cttrace {

struct EbpfOptions {
  Selection selection;             // which calls are captured
  std::vector<uint32_t> pids;      // tgids or tids that are followed, with all their threads and descendants
  bool all = false;                // everything on the host, except cttrace itself
  size_t buffer_bytes = 8u << 20;  // of the ring buffer; rounded up to a power of two of pages
};

class EbpfSource : public EventSource {
 public:
  // Loads the programs and attaches them: when it returns, every hook is live, and everything that `options` names is
  // followed. `info` is completed. Throws Failure where the kernel or the privileges do not allow it, or where none of
  // the pids is there.
  EbpfSource(const EbpfOptions& options, TraceInfo info);
  ~EbpfSource() override;

  const TraceInfo& info() const override;
  // False when every followed process has ended (never with `all`).
  bool poll(std::chrono::milliseconds timeout, const RecordSink& sink) override;
  void stop(const RecordSink& sink) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Whether the capture programs can be loaded and attached here; nothing is traced, and nothing stays.
Status probe_ebpf();

}  // namespace cttrace
