// How complete a trace is: counted from its events, told at the end of every output.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cttrace/change.h"
#include "cttrace/event.h"
#include "cttrace/source.h"
#include "cttrace/verification.h"

namespace cttrace {

// What each enum ct_loss_kind counts: as a field's name, and in words: "2 records: the ring buffer was full".
struct LossKind {
  const char* field;
  const char* what;
  const char* why;
  bool lost;  // events are missing; otherwise parts of events are
};
const LossKind& loss_kind(size_t kind);

class Completeness {
 public:
  void see(const Event& event);
  void see(const Changes& changes);

  // Lines that each begin with "cttrace: ".
  std::string text(const TraceInfo& info, const BadRecords& bad, bool whole) const;

  // "12 records: the ring buffer was full; the entry of 2 calls"; empty for nothing.
  std::string what_is_lost(const BadRecords& bad, bool whole) const;

  // With -q: lines where something was lost, or where the kernel disagrees; empty for nothing.
  std::string shortcomings(const BadRecords& bad, bool whole) const;

  // A line where the model was contradicted.
  std::string contradictions_text() const;

  // What --verify found, in lines like those of text(); `all`: otherwise only where the kernel disagrees.
  std::string verification_text(bool all) const;

  // What was lost since the last time this was asked: "12 records: the ring buffer was full"; empty for nothing.
  std::string news();

  uint64_t events = 0;  // of every kind, but Loss and those of strangers
  uint64_t calls = 0;
  uint64_t calls_of_strangers = 0;                          // of processes that are not traced (Task::stranger)
  std::vector<std::pair<uint32_t, std::string>> strangers;  // those, the first of them, by pid, with their names
  uint64_t truncated = 0;                                   // arguments longer than what is captured
  uint64_t unresolved = 0;                                  // paths whose place is not known
  uint64_t entries_lost = 0;                                // calls whose entry is not known
  uint64_t returns_lost = 0;                                // calls whose return is not known
  uint64_t did_not_return = 0;                              // calls that ended with their task, or with the trace
  uint64_t cut = 0;                                         // calls with captures missing
  uint64_t contradicted = 0;                                // facts of which the kernel said otherwise than the calls
  std::optional<Contradicted> contradiction;                // the first of them
  std::optional<Loss> loss;                                 // the last one
  std::optional<VerificationReport> verification;           // none: --verify was not asked for

 private:
  void see_call(const Call& call);
  std::map<uint32_t, std::pair<uint32_t, std::string>> met;  // the latest of them, by tid

  void see_stranger(const Event& event);
  std::string strangers_text() const;
  std::array<uint64_t, CT_LOSS_COUNT> told_ = {};
};

// The number of something: "1 call", "2 calls".
std::string plural(uint64_t number, std::string_view what);

// ISO 8601 with microseconds, UTC.
std::string utc_time(uint64_t realtime_ns);

}  // namespace cttrace
