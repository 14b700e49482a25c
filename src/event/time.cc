// When events happened, and whose they are.
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

bool is_of_stranger(const Event& event) {
  return std::visit(
      [](const auto& happened) {
        using T = std::decay_t<decltype(happened)>;
        if constexpr (std::is_same_v<T, Mounts> || std::is_same_v<T, Loss>)
          return false;
        else
          return happened.task.stranger;
      },
      event);
}

}  // namespace cttrace
