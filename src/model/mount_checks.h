// The kernel's own answer after a call: which mount came last, and how many there are.
#pragma once

#include <optional>
#include <vector>

#include "model/mounts_api.h"

namespace cttrace {

// The number of mounts in the caller's namespace: contradicts the model where it differs, and no other call explains
// it.
void check_mounts(Context& context, const Call& call, TreeId tree);
// Of mounts that have just come into the tree, the one that the kernel says came last has its id now, if it is clear
// which one that is.
void learn_newest(Context& context, const Call& call, TreeId tree, const std::vector<Slot>& came);
// What the one mount that a call makes shows of its filesystem, where the kernel says it.
void learn_root(const State& state, const Call& call, Mount& made);
// One mount comes to `target`, and the kernel says that it came elsewhere (a symbolic link led there): there.
Place corrected_target(Context& context, const Call& call, const Place& target);

}  // namespace cttrace
