// Calls in the making: entry and exit become one Call.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "cttrace/event.h"
#include "decode/captures.h"
#include "decode/event_queue.h"
#include "decode/spare_nodes.h"
#include "wire/record.h"

namespace cttrace {

Task task_of(const ct_record& header);

class Calls {
 public:
  // Those that are whole go to the queue, which must outlive this.
  explicit Calls(EventQueue& whole) : whole_(whole) {}

  // A call began. What the task was in until now, it never returned from as far as is known. False: no row fits.
  bool enter(const Record& record);
  // A call returned.
  bool exit(const Record& record);
  // A thread was created, by the call that its creator is in: each of them learns of the other.
  void forked(Fork& fork);
  // The thread ended, inside the call that it was in or after it.
  void task_ended(const Task& task, bool in_call);
  // The kernel's own copies of what was executed, where the call's could not be read.
  void executed(const Record& record, uint32_t old_tid);
  // There will be no more records. `lossy`: some were lost; maybe the returns.
  void end(bool lossy);

  // When the oldest call that has not returned began, of those that began at `since_ns` or later.
  std::optional<uint64_t> oldest_pending(uint64_t since_ns);

 private:
  struct Pending {
    EventQueue::Made made;
    std::vector<std::pair<uint8_t, PathPlaces>> places;  // of the arguments that have any
    bool sorted = false;                                 // it is in by_start_

    Call& call() { return *std::get_if<Call>(made.event.get()); }
    PathPlaces& places_of(uint8_t argument);
  };
  // When a call began, and by which thread.
  struct Start {
    uint64_t ns;
    uint32_t tid;
    auto operator<=>(const Start&) const = default;
  };
  // By the thread's id when it entered: after execve by a thread that is not the leader, its id is another.
  using Table = std::map<uint32_t, Pending>;

  Table::iterator add(uint32_t tid);
  Table::node_type remove(Table::iterator place);
  void end_call_of(uint32_t tid, Outcome outcome);
  void finish(Pending& pending);
  void sort_begun();

  void begin_mounting(Table::iterator place);
  void end_mounting(Table::value_type& entry);

  EventQueue& whole_;
  Table pending_;
  SpareNodes<Table> spare_;
  // Those of pending_ by when they began, but for the ones that began last: most have returned when it is asked for.
  std::set<Start> by_start_;
  std::vector<Start> begun_;
  // Of those that change mounts: how many there are, and the thread in the one that no other has come to yet.
  size_t mounting_ = 0;
  std::optional<uint32_t> mounting_alone_;
  size_t bytes_ = 0;  // of the records of pending_
};

}  // namespace cttrace
