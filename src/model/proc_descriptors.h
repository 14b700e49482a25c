// A descriptor by what /proc says of it.
#pragma once

#include "cttrace/proc.h"
#include "cttrace/state.h"

namespace cttrace {

// `mounts`: those that its process can see; nullptr: not known.
File file_of(const ProcDescriptor& descriptor, const State& state, const MountTree* mounts);

}  // namespace cttrace
