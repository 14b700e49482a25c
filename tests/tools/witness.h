// Checks a model against what a witness tells in a recording: tests/e2e/programs/witness.h.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "cttrace/event.h"
#include "cttrace/state.h"

namespace cttrace {

class Witness {
 public:
  struct Difference {
    uint32_t pid = 0;
    std::string field;
    uint64_t model = 0, kernel = 0;
  };
  struct Count {
    uint64_t confirmed = 0, unknown = 0, contradicted = 0;
  };

  // If the call is a testimony: the difference, where there is one. `state`: before the call.
  std::optional<Difference> check(const State& state, const Call& call);
  const std::map<std::string, Count>& counts() const { return counts_; }

 private:
  std::map<std::string, Count> counts_;
};

}  // namespace cttrace
