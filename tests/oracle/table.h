// A mount table, as the kernel tells it and as the model has it, in the same form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cttrace/state.h"

namespace cttrace::oracle {

struct Row {
  int parent = -1;   // -1: not in the table
  std::string at;    // where on its parent: a path in the parent's filesystem; without a parent: `path`
  std::string path;  // where it is seen
  std::string root, type, source;
  std::string options;            // "ro,nosuid,relatime"
  std::optional<bool> read_only;  // its filesystem
  uint64_t shared = 0, master = 0;
  bool unbindable = false;
  uint64_t filesystem = 0;  // what tells filesystems apart: the device's number, the model's number
  uint32_t kernel_id = 0;   // 0: not known
  Slot slot = kNoSlot;      // of the model
  bool known = true;        // false: the model says that it does not know what this is
};

// Parents before their children.
using Table = std::vector<Row>;

Table table_of(const std::string& mountinfo);
// What is seen from `path` (in its filesystem) of a mount.
Table table_of(const State& state, const MountTree& tree, Slot mount, const std::string& path);
// What is seen by who enters the namespace: from the last of the mounts on its root.
Table table_of(const State& state, const MountTree& tree);

}  // namespace cttrace::oracle
