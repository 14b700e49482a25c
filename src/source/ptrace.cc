// The thread that traces, and handing on what it has found.
#include "source/ptrace.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "source/beginning.h"
#include "source/kernel_traits.h"
#include "source/procfs.h"
#include "source/ptrace/capture.h"
#include "source/ptrace/handover.h"
#include "source/ptrace/interruption.h"
#include "source/ptrace/tracer.h"
#include "source/synthetic.h"

namespace cttrace {
namespace {

constexpr const char* kEveryCall = "stops at every call";
constexpr const char* kFilteredCalls = "stops at the calls that are traced, by a seccomp filter";
constexpr useconds_t kPause_us = 200;

// Hands on each of the records, which stand one behind the other.
void split(const std::string& records, const RecordSink& sink) {
  const auto bytes = std::as_bytes(std::span(records));
  for (size_t at = 0; at < bytes.size();) {
    ct_record header = {};
    std::memcpy(&header, bytes.data() + at, sizeof(header));
    sink(bytes.subspan(at, header.length));
    at += header.length;
  }
}

}  // namespace

struct PtraceSource::State {
  PtraceOptions options;
  TraceInfo info;
  std::shared_ptr<ptrace::Handover> handover;
  std::thread thread;
  pid_t thread_id = 0;
  std::atomic<bool> stopping = false;
  ptrace::Interruption interruption;
  ct_loss losses = {};  // of the thread; final when it has ended
  bool stopped = false;

  void start();
  void trace();
  void end();
};

// In the thread that traces: who is followed has it, and not the process, for its tracer.
void PtraceSource::State::trace() {
  thread_id = gettid();
  try {
    ptrace::Capture capture(
        options.selection, [this](std::span<const std::byte> record) { handover->give(record); },
        options.filtered ? 1 : 0);
    ptrace::Tracer tracer(capture, *handover, options.child, options.filtered);
    const Status attached = tracer.attach(info.roots);
    if (attached) {
      handover->live();
      while (!stopping && tracer.step()) continue;
      tracer.let_go();
    } else {
      handover->failed(attached.error());
    }
    losses = capture.losses();
    losses.counts[CT_LOSS_TASKS_FULL] += tracer.not_followed();
    losses.still_running = tracer.processes();
  } catch (const Failure& failure) {
    handover->failed(failure.error());
  }
  handover->end();
}

void PtraceSource::State::start() {
  // All signals but the one that interrupts it are for the rest of the process.
  const sigset_t others = ptrace::Interruption::others();
  sigset_t old;
  pthread_sigmask(SIG_SETMASK, &others, &old);
  thread = std::thread([this] { trace(); });
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
}

// Returns when nothing is followed any more.
void PtraceSource::State::end() {
  if (!thread.joinable()) return;
  stopping = true;
  handover->take_all();
  while (!handover->ended()) {
    interruption.interrupt(thread.native_handle());
    usleep(kPause_us);
  }
  thread.join();
  // The kernel leaves those that were followed a little later: until then a wait would take their stops from them.
  while (tgkill(getpid(), thread_id, 0) == 0) usleep(kPause_us);
}

PtraceSource::PtraceSource(const PtraceOptions& options, TraceInfo info) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.options = options;
  state.info = std::move(info);
  Error missing;
  for (const uint32_t pid : options.pids) {
    const Result<uint32_t> process = process_of(pid);
    if (process)
      state.info.roots.push_back(*process);
    else
      missing = process.error();
  }
  if (state.info.roots.empty()) throw Failure(missing);
  state.info.backend = "ptrace";
  state.info.hooks = options.filtered ? kFilteredCalls : kEveryCall;
  tell_beginning(state.info);
  state.handover = std::make_shared<ptrace::Handover>(options.buffer_bytes);
  state.start();
  state.info.kernel_traits = kernel_traits();  // takes as long as attaching does
  state.handover->wait_until_live();
  if (const std::optional<Error> failure = state.handover->failure()) {
    state.end();
    throw Failure(*failure);
  }
}

PtraceSource::~PtraceSource() { state_->end(); }

const TraceInfo& PtraceSource::info() const { return state_->info; }

bool PtraceSource::poll(std::chrono::milliseconds timeout, const RecordSink& sink) {
  State& state = *state_;
  if (state.stopped) return false;
  const bool ended = state.handover->ended();
  const ptrace::Handover::Taken taken = state.handover->take(timeout);
  split(taken.records, sink);
  const std::string tick = tick_record(taken.until_ns);
  sink(std::as_bytes(std::span(tick)));
  if (std::optional<Error> failure = state.handover->failure()) throw Failure(std::move(*failure));
  return !ended || !taken.records.empty();
}

void PtraceSource::stop(const RecordSink& sink) {
  State& state = *state_;
  if (state.stopped) return;
  state.stopped = true;
  state.end();
  split(state.handover->take({}).records, sink);
  ct_loss losses = state.losses;
  losses.final = 1;
  const std::string loss = loss_record(losses, boottime_ns());
  sink(std::as_bytes(std::span(loss)));
}

std::vector<std::string> PtraceSource::notices() { return state_->handover->notices(); }

PtraceSource::WaitPid PtraceSource::waitpid() const {
  return [handover = state_->handover](pid_t child, int* status, int options) {
    return handover->wait_for(child, status, options);
  };
}

}  // namespace cttrace
