// What the records of a stopped task say: the same that the capture programs of bpf/ would have said, from the task's
// memory and from /proc.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cttrace/source.h"
#include "cttrace/wire.h"
#include "source/ptrace/special_calls.h"
#include "source/ptrace/task_namespaces.h"
#include "tables/selection.h"

namespace cttrace::ptrace {

inline constexpr uint32_t kUnknownSecurebits = ~0u;

// One of the last writes of words of a thread.
struct KeptWrite {
  std::string record;    // with all but its place among the records
  size_t bytes = 0;      // that were written
  bool faulted = false;  // they could not be read
};

// Of the writes of words behind the first CT_FEW.
struct LastWords {
  uint64_t writes = 0;  // all
  std::deque<KeptWrite> kept;
};

// A traced thread, kept by whoever waits for it from its first stop to its end.
struct Tracee {
  uint32_t tid = 0;  // as cttrace's own pid namespace has it
  uint32_t tgid = 0;
  uint64_t start_ns = 0;  // CLOCK_BOOTTIME, as exact as /proc tells it: 10 ms
  Abi abi = Abi::x86_64;  // of its last call

  std::vector<uint32_t> pids;  // by pid namespace, from that of our /proc inwards; empty: not known
  KeptNamespaces namespaces;

  // What no /proc tells, remembered from calls.
  uint32_t said = 0;        // calls of rows with CT_ROW_FEW that its program has made, up to CT_FEW
  LastWords last_words;     // of its program
  bool own_stdout = false;  // when its program began, descriptor 1 was another file than 2
  uint32_t securebits = kUnknownSecurebits;
  bool partial_mounts = false;  // its root did not show all mounts of its namespace when that was looked at last
  bool in_mount_call = false;   // by which mounts may come or go
};

// A call that has begun. Kept, with its tracee, until the call returns or the thread ends.
struct CallAtEntry {
  Abi abi = Abi::x86_64;
  uint32_t nr = 0;
  std::array<uint64_t, 6> args = {};

  // Set by Capture::enter().
  const ct_row* row = nullptr;  // nullptr: not captured, and its exit need not be seen
  uint64_t enter_ns = 0;
  uint32_t enter_tid = 0;
  std::array<uint64_t, 6> hash = {};  // of what was read, by argument
  uint8_t captured = 0;               // bit per argument: its bytes were read
  uint8_t faulted = 0;                // bit per argument: its bytes could not be read
  std::string target;                 // of CT_ARG_TARGET; empty: it is not told
  bool keeps = false;                 // it is one of last words: it is kept at its exit, and not recorded
};

// Makes records and hands each to the sink at once. Every function that takes a tracee is for a task that stands still
// in a stop of ours; if it is killed there, what can no longer be read is told as a fault, or not at all, and nothing
// throws. Not for several threads at once.
class Capture {
 public:
  // `own_filters`: seccomp filters that every tracee has of ours, and that are not told of.
  Capture(const Selection& selection, RecordSink sink, uint32_t own_filters = 0);
  ~Capture();

  // Whether a call may be captured, by its number alone: what a seccomp filter lets stop. Numbers of i386 too.
  bool wants(Abi abi, uint32_t nr) const;

  // The thread with this id, as /proc tells of it now; none when it has gone.
  std::optional<Tracee> adopt(uint32_t tid) const;

  // --- Calls. False: not captured, no exit() is wanted.
  bool enter(Tracee& tracee, CallAtEntry& call);
  // `flags`: CT_FLAG_ORPHAN (with a `call` that was never entered: abi, nr and args are set), CT_FLAG_SIGSYS, or 0.
  // Also tells of tasks that the call has moved into another cgroup.
  void exit(Tracee& tracee, const CallAtEntry& call, int64_t ret, uint32_t flags = 0);

  // --- Tasks. At the creator's event; `child` gets what is inherited. `flags`: CT_FLAG_SYNTHETIC or 0.
  void fork(Tracee& creator, Tracee& child, Inherited inherited, uint32_t flags = 0);
  // At PTRACE_EVENT_EXEC, `tracee` under its new tid. `call`: the execve that it is in; nullptr: not captured.
  void exec(Tracee& tracee, uint32_t old_tid, const CallAtEntry* call);
  // Of a task that was there when tracing began.
  void snapshot(Tracee& tracee);
  // `code` as wait(2) reports it.
  void task_exit(Tracee& tracee, uint32_t code, bool group_dead, bool in_call);
  // The mount table of the tracee's mount namespace, in parts; nothing when that was told before.
  void mounts(Tracee& tracee);

  // Records handed on (`recorded`) and what could not be read, by kind; the rest is zero.
  ct_loss losses() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cttrace::ptrace
