// The order of events, and their memory.
#include "decode/event_queue.h"

#include <algorithm>
#include <utility>

namespace cttrace {
namespace {

constexpr size_t kMostSpare = 1024;  // as many as come at a time, as a rule

}  // namespace

std::unique_ptr<Event> EventQueue::make() {
  if (spare_.empty()) return std::make_unique<Event>();
  std::unique_ptr<Event> event = std::move(spare_.back());
  spare_.pop_back();
  return event;
}

EventQueue::Made EventQueue::make_call() {
  std::unique_ptr<Event> event = make();
  std::vector<Argument> args;
  if (Call* const before = std::get_if<Call>(event.get())) args = std::move(before->args);
  args.clear();
  event->emplace<Call>().args = std::move(args);
  return {.event = std::move(event), .bytes = 0};
}

void EventQueue::add(Made&& made) {
  bytes_ += made.bytes;
  const uint64_t time_ns = start_of(*made.event);
  Waiting last{.time_ns = time_ns, .number = arrived_++, .made = std::move(made)};
  if (in_order_.empty() || is_later(last, in_order_.back())) {
    in_order_.push_back(std::move(last));
  } else {
    others_.push_back(std::move(last));
    std::ranges::push_heap(others_, is_later);
  }
}

void EventQueue::add(Event&& event, size_t bytes) {
  std::unique_ptr<Event> place = make();
  *place = std::move(event);
  add({.event = std::move(place), .bytes = bytes});
}

EventQueue::Made EventQueue::take_next() {
  Made next;
  if (other_is_next()) {
    std::ranges::pop_heap(others_, is_later);
    next = std::move(others_.back().made);
    others_.pop_back();
  } else {
    next = std::move(in_order_.front().made);
    in_order_.pop_front();
  }
  bytes_ -= next.bytes;
  return next;
}

void EventQueue::give_back(Made&& told) {
  if (spare_.size() < kMostSpare) spare_.push_back(std::move(told.event));
}

}  // namespace cttrace
