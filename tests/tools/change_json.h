// Changes as JSON, for tests.
#pragma once

#include <nlohmann/json.hpp>

#include "cttrace/change.h"
#include "cttrace/state.h"

namespace cttrace {

// {"change": "NamespaceMade", ...}; namespaces by name and inode.
nlohmann::json change_json(const State& state, const Change& change);

}  // namespace cttrace
