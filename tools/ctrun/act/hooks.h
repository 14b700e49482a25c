// Hooks of the configuration, with the container's state on their standard input.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "state/state.h"

namespace cttrace::ctrun {

// Throws a Failure at the first that fails.
void run_hooks(const std::string& kind, const std::vector<Hook>& hooks, const ContainerState& state,
               const std::string& status, pid_t pid);
// Says what fails, and goes on: poststart and poststop.
void run_hooks_to_the_end(const std::string& kind, const std::vector<Hook>& hooks, const ContainerState& state,
                          const std::string& status, pid_t pid);

}  // namespace cttrace::ctrun
