// A policy by its name, or from a file.
#pragma once

#include <string>

#include "check/policy.h"

namespace cttrace {

// `name` is that of a policy that is built in, or a file's. Errors have exit_status 2.
Result<Policy> load_policy(const std::string& name);

}  // namespace cttrace
