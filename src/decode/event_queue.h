// Events in the making, and whole ones that wait for earlier ones: each stays where it was made until it is told.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>

#include "cttrace/event.h"
#include "decode/spare_nodes.h"

namespace cttrace {

class EventQueue {
  // When an event began, how many arrived before it, and the bytes of the records that it was made of.
  struct Place {
    uint64_t time_ns;
    uint64_t number;
    size_t bytes;
    auto operator<=>(const Place&) const = default;
  };
  using Waiting = std::map<Place, Event>;

 public:
  // An event that is not in the queue: `mapped()` is it.
  using Made = Waiting::node_type;

  // A call of which nothing is known yet.
  Made make_call();
  // It is whole.
  void add(Made&& made);
  void add(Event&& event, size_t bytes);

  bool empty() const { return waiting_.empty(); }
  size_t size() const { return waiting_.size(); }
  size_t bytes() const { return bytes_; }
  // When the earliest began. There must be one.
  uint64_t next_ns() const { return waiting_.begin()->first.time_ns; }
  Made take_next();
  // It has been told, and its memory may be used again.
  void give_back(Made&& told) { spare_.keep(std::move(told)); }

 private:
  Made make();

  Waiting waiting_;
  SpareNodes<Waiting> spare_;
  uint64_t arrived_ = 0;
  size_t bytes_ = 0;  // of what waits
};

}  // namespace cttrace
