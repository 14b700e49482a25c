// Mount tables as rows that can be compared: what /proc/PID/mountinfo says, and what the model says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cttrace/mounts.h"
#include "cttrace/state.h"
#include "cttrace/verification.h"

namespace cttrace {

struct MountRow {
  int parent = -1;  // index of the row of the mount that it is on; -1: that one cannot be seen from the root
  std::string mountpoint = {};  // from the root of who looks
  std::string root = {};
  uint64_t attributes = 0;                              // MOUNT_ATTR_*
  uint32_t shared = 0, master = 0, propagate_from = 0;  // peer groups: numbers of the kernel's, or of the model's
  bool unbindable = false;
  bool idmapped = false;
  std::string fs_type = {}, source = {};
  uint32_t dev_major = 0, dev_minor = 0;
  std::optional<bool> read_only = {};  // the filesystem; none: not known
  std::string options = {};            // the filesystem's, as text
  uint32_t id = 0, parent_id = 0;
  Slot slot = kNoSlot;  // of the model's
  bool certain = true;  // otherwise the model does not know whether it is there
};

// None: it makes no sense as a table.
std::optional<std::vector<MountRow>> parse_mountinfo(std::string_view text);

// The tree as a task with this root sees it in its mountinfo: parents first, children by mountpoint.
std::vector<MountRow> mount_rows(const State& state, TreeId tree, const Place& root);

// Where they differ: of mounts that the model is sure of; with peer groups compared up to renaming, sources, mount ids
// and whether filesystems are read-only where the model knows that, and other filesystem options not at all. Empty:
// equal.
std::vector<Difference> differences(const std::vector<MountRow>& model, const std::vector<MountRow>& kernel);

}  // namespace cttrace
