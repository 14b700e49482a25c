// Which of the mounts that peers and slaves have in the place of what is unmounted go with it. The kernel's rules; they
// were written anew in 6.17.
#pragma once

#include <set>
#include <vector>

#include "model/mounts_api.h"

namespace cttrace {

// Of `candidates`, those that go with `mount` and all that is on it: deepest first. What is on top of them and stays
// has slid down to where they are mounted already.
std::vector<MountId> umounted_with(Context& context, MountId mount, const std::set<MountId>& candidates);

}  // namespace cttrace
