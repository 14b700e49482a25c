#include "cli/live_source.h"

#include <unistd.h>

#include <cstdio>

#include "source/doctor.h"
#include "source/ebpf.h"
#include "source/ptrace.h"
#include "source/ptrace/filter.h"
#include "source/versioned_source.h"

namespace cttrace {
namespace {

constexpr const char* kWhatDiffers =
    "slower, what is traced sees a TracerPid, and who gains privileges by execve is not followed further";

EbpfOptions ebpf_options(const Options& options, const std::optional<HeldCommand>& command) {
  EbpfOptions ebpf;
  ebpf.selection = captured_selection(options);
  ebpf.pids = options.pids;
  if (command) ebpf.pids = {static_cast<uint32_t>(command->pid())};
  ebpf.all = options.all;
  ebpf.buffer_bytes = options.buffer_bytes;
  return ebpf;
}

PtraceOptions ptrace_options(const Options& options, const std::optional<HeldCommand>& command, bool filtered) {
  PtraceOptions ptrace;
  ptrace.selection = captured_selection(options);
  ptrace.pids = options.pids;
  if (command) ptrace.pids = {ptrace.child = static_cast<uint32_t>(command->pid())};
  ptrace.filtered = filtered;
  ptrace.buffer_bytes = options.buffer_bytes;
  return ptrace;
}

// The eBPF source; or why eBPF cannot be used here. Throws what goes wrong where it could.
Result<std::unique_ptr<EventSource>> try_ebpf(const EbpfOptions& options, const TraceInfo& info) {
  const Status allowed = check_privileges();
  if (!allowed) {
    Error error = allowed.error();
    error.remedy += "; see cttrace doctor";
    return error;
  }
  try {
    return std::unique_ptr<EventSource>(std::make_unique<EbpfSource>(options, info));
  } catch (const Failure& failure) {
    if (probe_ebpf()) throw;
    return failure.error();
  }
}

// Processes with the filter that outlive cttrace could not make the calls any more. The first process of a pid
// namespace nobody outlives (zap_pid_ns_processes, kernel/pid_namespace.c).
bool filter_changes_nothing() { return getpid() == 1 && has_sys_admin(); }

}  // namespace

Selection captured_selection(const Options& options) {
  // What a story is made of is more than what of it is shown.
  Selection selection = options.selection.value_or(Selection());
  if (options.format != Format::kCalls || options.verify) selection = Selection::both(selection, Selection());
  return selection;
}

std::vector<sock_filter> command_filter(const Options& options) {
  if (options.launch.empty() || options.backend == Backend::kEbpf) return {};
  if (options.ptrace_seccomp == PtraceSeccomp::kOff) return {};
  if (options.ptrace_seccomp == PtraceSeccomp::kAuto && !filter_changes_nothing()) return {};
  return ptrace::calls_filter(captured_selection(options));
}

LiveSource::LiveSource(const Options& options, std::optional<HeldCommand>& command, TraceInfo info) {
  if (options.backend == Backend::kPtrace && options.all) {
    throw Failure(Error{.what = "use",
                        .subject = "-a",
                        .why = "ptrace follows processes, not the whole host",
                        .remedy = "--backend ebpf, or -p with the processes",
                        .exit_status = 2});
  }
  if (options.backend != Backend::kPtrace) {
    Result<std::unique_ptr<EventSource>> ebpf = try_ebpf(ebpf_options(options, command), info);
    if (ebpf) {
      source_ = std::make_unique<VersionedSource>(std::move(*ebpf));
      return;
    }
    if (options.backend == Backend::kEbpf || options.all) throw Failure(ebpf.error());
    std::fprintf(stderr, "cttrace: tracing by ptrace, as eBPF does not work here (%s): %s\n", ebpf.error().why.c_str(),
                 kWhatDiffers);
  }
  filtered_ = command && !command_filter(options).empty();
  auto source = std::make_unique<PtraceSource>(ptrace_options(options, command, filtered_), std::move(info));
  ptrace_ = source.get();
  if (command) command->wait_by(source->waitpid());
  source_ = std::make_unique<VersionedSource>(std::move(source));
}

LiveSource::~LiveSource() = default;

std::vector<std::string> LiveSource::notices() { return ptrace_ ? ptrace_->notices() : std::vector<std::string>(); }

}  // namespace cttrace
