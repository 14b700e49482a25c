// Device nodes: made, given to somebody, bound.
#pragma once

#include <string>
#include <vector>

#include "cttrace/event.h"
#include "cttrace/state.h"
#include "model/context.h"

namespace cttrace {

void apply_mknod(ModelContext& context, const Call& call, TaskState& task);
void apply_chown(ModelContext& context, const Call& call, TaskState& task);
// What a call has mounted may be a device node.
void see_bound_device(ModelContext& context, const Call& call);
// Forgets those whose filesystem has gone.
void sweep_devices(ModelContext& context);

// A device as it is seen in a mount tree.
struct SeenDevice {
  std::string path;  // from the root of the tree
  Device device;
  Slot mount = kNoSlot;     // that shows it
  bool is_mounted = false;  // the mount shows nothing else: it was bound
};
// Those that no mount hides, in the order of their paths.
std::vector<SeenDevice> devices_in(const State& state, TreeId tree);

}  // namespace cttrace
