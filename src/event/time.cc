// The order of events.
#include "cttrace/event.h"

namespace cttrace {

uint64_t start_of(const Event& event) {
  return std::visit(
      [](const auto& happened) {
        if constexpr (std::is_same_v<std::decay_t<decltype(happened)>, Call>)
          return happened.start_ns;
        else
          return happened.time_ns;
      },
      event);
}

}  // namespace cttrace
