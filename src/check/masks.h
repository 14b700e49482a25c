// What hides a path.
#pragma once

#include "check/facts.h"

namespace cttrace {

// Nothing of what is below it is seen through this mount: /dev/null, or an empty folder that cannot be written.
bool is_a_mask(const ContainerFacts& container, const MountFacts& mount);

}  // namespace cttrace
