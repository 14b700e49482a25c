// The order of events, and their memory.
#include "decode/event_queue.h"

#include <utility>

namespace cttrace {

EventQueue::Made EventQueue::make() {
  if (Made spare = spare_.take()) {
    spare.key().bytes = 0;
    return spare;
  }
  Waiting one;
  one.try_emplace(Place());
  return one.extract(one.begin());
}

EventQueue::Made EventQueue::make_call() {
  Made made = make();
  Event& event = made.mapped();
  std::vector<Argument> args;
  if (Call* const before = std::get_if<Call>(&event)) args = std::move(before->args);
  args.clear();
  event.emplace<Call>().args = std::move(args);
  return made;
}

void EventQueue::add(Made&& made) {
  made.key() = {.time_ns = start_of(made.mapped()), .number = arrived_++, .bytes = made.key().bytes};
  bytes_ += made.key().bytes;
  waiting_.insert(waiting_.end(), std::move(made));
}

void EventQueue::add(Event&& event, size_t bytes) {
  Made made = make();
  made.mapped() = std::move(event);
  made.key().bytes = bytes;
  add(std::move(made));
}

EventQueue::Made EventQueue::take_next() {
  Made next = waiting_.extract(waiting_.begin());
  bytes_ -= next.key().bytes;
  return next;
}

}  // namespace cttrace
