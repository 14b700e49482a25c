// The kernel's own answer after a call: which mount came last, and how many there are.
#pragma once

#include <optional>
#include <vector>

#include "model/mounts_api.h"
#include "model/propagation.h"

namespace cttrace {

// These mounts came by a call that has not returned before its duration is over: who copies the tree until then may
// have been before it.
void note_latest(Context& context, const Call& call, TreeId tree, const std::vector<Slot>& came);
// The number of mounts in the caller's namespace: contradicts the model where it differs, and no other call explains
// it.
void check_mounts(Context& context, const Call& call, TreeId tree);
// False: the kernel says that the newest mount is where none of those is that have come.
bool is_newest_among(const State& state, const Call& call, TreeId tree, const Attached& came);
// Of mounts that have just come into the tree, the one that the kernel says came last has its id now, if it is clear
// which one that is.
void learn_newest(Context& context, const Call& call, TreeId tree, const std::vector<Slot>& came);

}  // namespace cttrace
