// The options of a row of `mounts`, in mount(8)'s words, as flags.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace cttrace::ctrun {

// Adds what the options mean to `mount`: flags, propagations, and what is left is data for the filesystem.
void take_mount_options(Mount& mount, const std::vector<std::string>& options);

// "rslave" as flags, or 0 where it is no propagation.
unsigned long propagation_by_name(const std::string& name);
// "rslave" of flags.
std::string propagation_name(unsigned long flags);

}  // namespace cttrace::ctrun
