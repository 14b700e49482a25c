// Calls in the making: entry and exit become one Call.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <tuple>
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
  std::optional<uint64_t> oldest_pending(uint64_t since_ns) const;

 private:
  struct Pending {
    EventQueue::Made event;
    std::vector<std::pair<uint8_t, PathPlaces>> places;  // of the arguments that have any

    Call& call() { return *std::get_if<Call>(&event.mapped()); }
    PathPlaces& places_of(uint8_t argument);
  };
  // A thread's id and when it entered: after execve by a thread that is not the leader, its id and start are others.
  struct Key {
    uint32_t tid;
    uint64_t start_ns;
    auto operator<=>(const Key&) const = default;
  };
  struct Earlier {
    bool operator()(const Key& a, const Key& b) const {
      return std::tie(a.start_ns, a.tid) < std::tie(b.start_ns, b.tid);
    }
  };
  using Table = std::map<Key, Pending>;
  using Starts = std::set<Key, Earlier>;

  Table::iterator of_thread(uint32_t tid);
  Table::iterator add(const Key& key);
  Table::node_type remove(Table::iterator place);
  Table::node_type unseen();
  void end_all_of(uint32_t tid, Outcome outcome);
  void finish(Table::node_type&& ended);

  void begin_mounting(Table::iterator place);
  void end_mounting(Table::value_type& entry);

  EventQueue& whole_;
  Table pending_;
  Starts by_start_;  // the keys of pending_
  SpareNodes<Table> spare_;
  SpareNodes<Starts> spare_starts_;
  // Of those that change mounts: how many there are, and the one that no other has come to yet.
  size_t mounting_ = 0;
  std::optional<Key> mounting_alone_;
  size_t bytes_ = 0;  // of the records of pending_
};

}  // namespace cttrace
