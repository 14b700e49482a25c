// Taking mounts away, with what follows from it elsewhere.
#pragma once

#include "model/mounts_api.h"

namespace cttrace {

// The mount and all that is on it; what its peers and slaves have in its place goes, too, as far as the kernel's rules
// let it. `lazily`: MNT_DETACH.
void unmount(Context& context, MountId mount, bool lazily);

}  // namespace cttrace
