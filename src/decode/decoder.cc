// The order of events.
#include "decode/decoder.h"

#include <algorithm>

#include "decode/calls.h"
#include "decode/event_queue.h"
#include "decode/processes.h"
#include "decode/states.h"
#include "wire/record.h"

namespace cttrace {
namespace {

// A call that takes longer than this no longer holds up what began after it: it is told when it returns.
constexpr uint64_t kPatience_ns = 1'000'000'000;
// Events that wait for an earlier one are at most this many, of so many bytes: less than 1 GiB.
constexpr size_t kMostWaiting = 1u << 16;
constexpr size_t kMostWaiting_bytes = 256u << 20;

}  // namespace

struct Decoder::State {
  EventSink sink;
  EventQueue waiting;
  Calls calls{waiting};
  MountTables tables;
  Processes processes;
  Record taken;              // the one that is being taken: its memory is used again
  uint64_t complete_ns = 0;  // every record of an earlier time has come
  uint64_t told_until_ns = 0;
  BadRecords bad;
  bool lossy = false;
  bool tasks_lost = false;  // some were not followed: their ends are not told

  bool take(const Record& record);
  void tell_next();
  void tell_until(uint64_t time_ns);
  void tell_what_is_in_order();
};

// Every record becomes an event, or a part of one. False: it makes no sense.
bool Decoder::State::take(const Record& record) {
  const size_t bytes = record.header().length;
  switch (record.header().kind) {
    case CT_REC_ENTER: return calls.enter(record);
    case CT_REC_EXIT: return calls.exit(record);
    case CT_REC_FORK: {
      Fork fork = decode_fork(record);
      calls.forked(fork);
      waiting.add(std::move(fork), bytes);
      return true;
    }
    case CT_REC_SNAPSHOT: waiting.add(decode_snapshot(record), bytes); return true;
    case CT_REC_EXEC: {
      Snapshot snapshot = decode_snapshot(record);
      calls.executed(record, snapshot.old_tid);
      waiting.add(std::move(snapshot), bytes);
      return true;
    }
    case CT_REC_TASK_EXIT: {
      TaskExit exit = decode_task_exit(record);
      calls.task_ended(exit.task, record.header().flags & CT_FLAG_IN_CALL);
      waiting.add(exit, bytes);
      return true;
    }
    case CT_REC_CGROUP: waiting.add(decode_cgroup(record), bytes); return true;
    case CT_REC_LOSS: {
      Loss loss = decode_loss(record);
      lossy = loss.counts[CT_LOSS_RING_FULL] + loss.counts[CT_LOSS_SCRATCH_BUSY] > 0;
      tasks_lost = loss.counts[CT_LOSS_TASKS_FULL] > 0;
      waiting.add(std::move(loss), bytes);
      return true;
    }
    case CT_REC_TICK: complete_ns = std::max<uint64_t>(complete_ns, record.header().time_ns); return true;
    case CT_REC_MOUNTS: {
      bool sense = false;
      if (std::optional<Mounts> mounts = tables.add(record, sense)) {
        const size_t all_bytes = mounts->mountinfo.size();
        waiting.add(std::move(*mounts), all_bytes);
      }
      return sense;
    }
    default: return false;
  }
}

void Decoder::State::tell_next() {
  EventQueue::Made earliest = waiting.take_next();
  processes.see(*earliest.event, lossy || tasks_lost);
  sink(std::move(*earliest.event));
  waiting.give_back(std::move(earliest));
}

void Decoder::State::tell_until(uint64_t time_ns) {
  while (!waiting.empty() && waiting.next_ns() < time_ns) tell_next();
}

void Decoder::State::tell_what_is_in_order() {
  const uint64_t patient_since_ns = complete_ns > kPatience_ns ? complete_ns - kPatience_ns : 0;
  const uint64_t time_ns = std::min(complete_ns, calls.oldest_pending(patient_since_ns).value_or(complete_ns));
  tell_until(time_ns);
  told_until_ns = std::max(told_until_ns, time_ns);
}

Decoder::Decoder(EventSink sink) : state_(std::make_unique<State>()) { state_->sink = std::move(sink); }
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;

void Decoder::feed(std::span<const std::byte> bytes) {
  State& state = *state_;
  const bool sense = state.taken.read(bytes) && state.take(state.taken);
  // Only a tick says that nothing earlier is on its way.
  const bool is_tick = state.taken.header().kind == CT_REC_TICK;
  state.bad.malformed += !sense;
  const bool may_be_late = is_tick || state.taken.header().flags & CT_FLAG_KEPT;
  state.bad.late += sense && !may_be_late && state.taken.header().time_ns < state.complete_ns;
  if (is_tick) state.tell_what_is_in_order();
  while (state.waiting.size() > kMostWaiting || state.waiting.bytes() > kMostWaiting_bytes) state.tell_next();
}

void Decoder::finish() {
  State& state = *state_;
  state.calls.end(state.lossy);
  while (!state.waiting.empty()) state.tell_next();
}

uint64_t Decoder::told_until_ns() const { return state_->told_until_ns; }

const BadRecords& Decoder::bad_records() const { return state_->bad; }

}  // namespace cttrace
