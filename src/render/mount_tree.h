// A mount tree, drawn as a person would.
#pragma once

#include <map>
#include <string>

#include "cttrace/state.h"
#include "render/columns.h"

namespace cttrace {

struct MountDrawing {
  Style style;
  // Characters for the margin: '+' has come, '-' goes, '~' changes. Nothing of it is folded with what is not.
  std::map<Slot, char> marks;
  std::map<Slot, std::string> notes = {};  // said of a mount, in brackets
  // Of the others only those are drawn that one of these, or the root, is on.
  bool only_marked = false;
};

// One mount a line, from the root `root`: where, type, flags, propagation, what of which source, options. Of mounts of
// a kind (masked paths, cgroup controllers) several share a line, unless `verbose`. Paths are never cut, what follows
// them is, to the width. Ends with a line that counts.
std::string draw_mount_tree(const State& state, const Place& root, const MountDrawing& drawing);

}  // namespace cttrace
