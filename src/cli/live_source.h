// Which source records what runs, and its beginning.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/launch.h"
#include "cli/options.h"
#include "cttrace/source.h"

namespace cttrace {

class PtraceSource;

class LiveSource {
 public:
  // Everything that the options name, and `command`, is traced when it returns. Where there is a choice, says in a line
  // on standard error why it is not eBPF. Throws Failure.
  LiveSource(const Options& options, std::optional<HeldCommand>& command, TraceInfo info);
  ~LiveSource();

  EventSource& source() { return *source_; }
  // The command is to have the filter.
  bool filtered() const { return filtered_; }
  // What is to be said beside the trace, by lines.
  std::vector<std::string> notices();

 private:
  std::unique_ptr<EventSource> source_;
  PtraceSource* ptrace_ = nullptr;  // if it is that
  bool filtered_ = false;
};

// What is captured: what the options ask for, and what a story is made of.
Selection captured_selection(const Options& options);

// The seccomp filter that a command is to be held with, for LiveSource to choose; empty: none would be used.
std::vector<sock_filter> command_filter(const Options& options);

}  // namespace cttrace
