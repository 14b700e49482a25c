// Events in the making, and whole ones that wait for earlier ones: each stays where it was made until it is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "cttrace/event.h"

namespace cttrace {

class EventQueue {
 public:
  // An event that is not in the queue, and the bytes of the records that it was made of.
  struct Made {
    std::unique_ptr<Event> event;
    size_t bytes = 0;
  };

  // A call of which nothing is known yet.
  Made make_call();
  // It is whole.
  void add(Made&& made);
  void add(Event&& event, size_t bytes);

  bool empty() const { return in_order_.empty() && others_.empty(); }
  size_t size() const { return in_order_.size() + others_.size(); }
  size_t bytes() const { return bytes_; }
  // When the earliest began. There must be one.
  uint64_t next_ns() const { return other_is_next() ? others_.front().time_ns : in_order_.front().time_ns; }
  Made take_next();
  // It has been told, and its memory may be used again.
  void give_back(Made&& told);

 private:
  // When an event began, and how many arrived before it.
  struct Waiting {
    uint64_t time_ns;
    uint64_t number;
    Made made;
  };
  static bool is_later(const Waiting& a, const Waiting& b) {
    return a.time_ns != b.time_ns ? a.time_ns > b.time_ns : a.number > b.number;
  }

  bool other_is_next() const {
    return !others_.empty() && (in_order_.empty() || is_later(in_order_.front(), others_.front()));
  }
  std::unique_ptr<Event> make();

  std::deque<Waiting> in_order_;  // each later than the one before: most come like that
  std::vector<Waiting> others_;   // a heap, the earliest in front
  std::vector<std::unique_ptr<Event>> spare_;
  uint64_t arrived_ = 0;
  size_t bytes_ = 0;  // of what waits
};

}  // namespace cttrace
