// JSON that people write: with comments, and errors that say where.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/error.h"

namespace cttrace {

// Of policies, baselines and OCI configs; more is refused. A baseline has some 13 kB a container.
inline constexpr size_t kLargestText_bytes = 64u << 20;

// An object, with comments or without. Errors (exit_status 2) name `name`, line and column; a key that is there twice
// is one. `what` is what it should be: "the policy".
Result<nlohmann::ordered_json> parse_json_text(std::string_view text, const std::string& what, const std::string& name);

}  // namespace cttrace
