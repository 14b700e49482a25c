// The value of --at: a moment of a trace.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "cttrace/source.h"
#include "story/moments.h"

namespace cttrace {

struct MomentName {
  enum class Kind : uint8_t {
    kEvent,       // "57": its number
    kSinceStart,  // "12.5ms", "+0.3s"
    kSince1970,   // "1700000000.123456", "2023-11-14T22:13:20.123456Z"
    kTimeOfDay,   // "22:13:20", "22:13:20.123456"
  } kind = Kind::kEvent;
  uint64_t number = 0;     // of the event, or nanoseconds
  uint64_t precision = 1;  // nanoseconds that are printed as the same time
};

Result<MomentName> parse_moment(std::string_view text);

// In a trace that began then. Fails where that moment is before its beginning.
Result<MomentKeeper::Wanted> moment_in(const MomentName& when, const TraceInfo& info);

}  // namespace cttrace
