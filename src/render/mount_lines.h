// Which mounts are drawn, in which order, and which of them share a line.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cttrace/state.h"

namespace cttrace {

struct MountLine {
  std::vector<Slot> slots;  // one mount, or several of a kind that are told in one line
  std::string path;         // from the root; escaped. Of several: "/proc/{bus,fs,irq}", "/proc/{bus,fs,2 more}"
  std::string bytes;        // the path of the first of them, not escaped
  std::vector<bool> last;   // for each level below the root: whether no sibling follows
  Slot hidden_by = kNoSlot;
  bool hidden = false;   // by that, or together with what it is mounted on
  bool reached = false;  // paths lead to it, or to what is mounted on it
};

struct MountLines {
  std::vector<MountLine> lines;  // the first one is the mount that the root is in
  size_t mounts = 0;             // in them
  size_t outside = 0;            // mounts of the tree that are not below the root
  size_t left_out = 0;           // that are not among the only ones
  size_t deeper = 0;             // that are below more mounts than are followed
};

struct LineOptions {
  bool fold = true;
  // Columns that a folded path should not exceed with what is drawn before it; 0: no limit.
  size_t path_columns = 0;
  size_t indent = 0;
  // Marked mounts are told apart from others.
  const std::map<Slot, char>* marks = nullptr;
  // These alone, and what they are on; nullptr: all.
  const std::set<Slot>* only = nullptr;
};

// `root` must be in the tree.
MountLines mount_lines(const State& state, const MountTree& tree, const Place& root, const LineOptions& options);

}  // namespace cttrace
