// The threads that are followed.
#pragma once

#include <functional>
#include <optional>
#include <unordered_map>

#include "source/ptrace/capture.h"
#include "source/ptrace/own_filters.h"
#include "source/ptrace/special_calls.h"

namespace cttrace::ptrace {

struct Thread {
  Tracee tracee;
  // The call that it is in, or was in last.
  std::optional<CallAtEntry> call;  // where it is captured, until it has returned
  SpecialCall special = SpecialCall::kNone;
  Inherited inherited;                              // by the task that it makes
  FilterVerdict verdict = FilterVerdict::kAllowed;  // of the thread's own filters
  std::optional<std::vector<sock_filter>> filter;   // that it gives, if it succeeds
  bool syncs = false;                               // to all threads
  bool in_call = false;                             // the next stop at a call is the exit of this one
  bool created = false;                             // it has made a task, which is followed

  bool stands = false;  // while attaching: it has stopped, or is not waited for any longer
  bool told = false;    // its snapshot, or the fork that made it, has been recorded
  bool held = false;    // has stopped before its creator told of it, and waits for that
  bool ending = false;  // its end has been recorded
  OwnFilters filters;   // that it has itself: then it stops at every call, also where our filter chooses

  // Its creator is not known yet.
  bool is_orphan() const { return held; }
  // Maybe about to have an event of a new task that has been seen already.
  bool may_create() const {
    return !ending && !held && (!told || (in_call && special == SpecialCall::kMakesTask && !created));
  }
};

class Threads {
 public:
  Thread* find(uint32_t tid);
  Thread& add(const Tracee& tracee);
  void remove(uint32_t tid);
  // After execve by a thread that is not the leader: it has the leader's id. The leader is no more.
  Thread& rename(uint32_t old_tid, uint32_t tid);
  // The end of a thread has been recorded. True: it was the last of its process.
  bool end(Thread& thread);

  bool empty() const { return threads_.empty(); }
  size_t size() const { return threads_.size(); }
  uint32_t processes() const { return static_cast<uint32_t>(alive_.size()); }
  // In any order; `visit` adds and removes none.
  void each(const std::function<void(Thread&)>& visit);

 private:
  std::unordered_map<uint32_t, Thread> threads_;  // by tid
  std::unordered_map<uint32_t, uint32_t> alive_;  // by process: threads whose end has not been recorded
};

}  // namespace cttrace::ptrace
