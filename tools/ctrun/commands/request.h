// From a command line to what a plan is made of: the configuration, the host, the choices.
#pragma once

#include "commands/options.h"
#include "plan/plan.h"

namespace cttrace::ctrun {

struct Loaded {
  Request request = {};
  std::string config_text = {};
};

// Reads the bundle, or makes a configuration where there is none. Throws Failure.
Loaded load_request(const Options& options);

}  // namespace cttrace::ctrun
