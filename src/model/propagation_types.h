// Changing how mounts propagate: shared, slave, private, unbindable.
#pragma once

#include <cstdint>

#include "model/mounts_api.h"

namespace cttrace {

// `type`: MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE. The change is told.
void change_propagation(Context& context, MountId mount, uint64_t type, bool recursively);

}  // namespace cttrace
