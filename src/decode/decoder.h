// Wire records in, events out: joins entry with exit, puts calls in the order in which they began, accounts for loss.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "cttrace/event.h"

namespace cttrace {

using EventSink = std::function<void(Event&&)>;

// Pure: the same records give the same events, whenever they are fed.
class Decoder {
 public:
  explicit Decoder(EventSink sink);
  ~Decoder();
  Decoder(Decoder&&) noexcept;

  // One whole record. One that makes no sense is counted and leaves everything else as it was.
  void feed(std::span<const std::byte> record);

  // No more will come: what is pending is told as "did not return" or "return lost".
  void finish();

  // Every event that began earlier has been told, but for calls that take very long, and last words.
  uint64_t told_until_ns() const;

  const BadRecords& bad_records() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cttrace
