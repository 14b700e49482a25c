// The value of --at: a moment of a trace.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cttrace/source.h"
#include "cttrace/state.h"

namespace cttrace {

struct MomentName {
  enum class Kind : uint8_t {
    kEvent,       // "57": its number
    kSinceStart,  // "12.5ms", "+0.3s"
    kSince1970,   // "1700000000.123456", "2023-11-14T22:13:20.123456Z"
    kTimeOfDay,   // "22:13:20", "22:13:20.123456"
    kInStory,     // "web+58.4ms": as the story of a container counts
  } kind = Kind::kEvent;
  uint64_t number = 0;     // of the event, or nanoseconds
  uint64_t precision = 1;  // nanoseconds that are printed as the same time
  std::string container = {};
};

// What is printed as one moment; of a trace that ends within it, the part that there is.
struct MomentSpan {
  EventNumber event = 0;  // 0: the time
  uint64_t first_ns = 0, last_ns = 0;
};

Result<MomentName> parse_moment(std::string_view text);

// One of kInStory as one of kSinceStart; `begin_ns` is of its container's first event.
MomentName since_start(const MomentName& when, uint64_t begin_ns, const TraceInfo& info);

// In a trace that began then; not of kInStory. Fails where that moment is before its beginning.
Result<MomentSpan> moment_in(const MomentName& when, const TraceInfo& info);

}  // namespace cttrace
