// A configuration to begin with: what `spec` writes, and what a container without a bundle is made of.
#pragma once

#include <string>

#include "commands/options.h"

namespace cttrace::ctrun {

std::string example_config(bool rootless);
// Of --rootfs and its companions. Throws Failure.
std::string config_without_bundle(const Options& options);

}  // namespace cttrace::ctrun
