// Where records come from: eBPF, ptrace, a recording, or memory. All yield the same wire records.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "cttrace/syscalls.h"

namespace cttrace {

// Whether the kernel has these files below /proc and /sys, which containers are not to see (source/kernel_files.h): by
// their paths. Of one that is not named it is not known.
using KernelFiles = std::map<std::string, bool>;

// The header of a recording and of every output: where and how the records were made.
struct TraceInfo {
  std::string host;
  std::string kernel;  // uname release
  // What this kernel does otherwise than others in a way that mountinfo shows: docs/kernel-traits.md says which.
  std::vector<std::string> kernel_traits;
  std::string cttrace_version;
  Abi machine = Abi::x86_64;
  std::string backend;               // "ebpf", "ptrace"
  std::vector<std::string> command;  // cttrace's own arguments
  std::string hooks;                 // what was attached, in words
  uint64_t start_ns = 0;             // CLOCK_BOOTTIME when the hooks went live
  int64_t realtime_offset_ns = 0;    // CLOCK_REALTIME minus CLOCK_BOOTTIME then
  std::vector<uint32_t> roots;       // tgids that were attached to or launched; empty: the whole host
  KernelFiles kernel_files;          // as cttrace saw them when the trace began
};

// One whole record, header first. Valid only during the call.
using RecordSink = std::function<void(std::span<const std::byte>)>;

class EventSource {
 public:
  virtual ~EventSource() = default;

  virtual const TraceInfo& info() const = 0;

  // Hands on every record that is there, waiting at most `timeout` for the first one.
  // False: there will be no more. Throws Failure when the source is broken.
  virtual bool poll(std::chrono::milliseconds timeout, const RecordSink& sink) = 0;

  // Ends tracing, and hands on what is left; the last record is CT_REC_LOSS.
  virtual void stop(const RecordSink& sink) = 0;
};

}  // namespace cttrace
