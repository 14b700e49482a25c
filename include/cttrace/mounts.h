// Mount trees: what /proc/PID/mountinfo says, as data.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cttrace/facts.h"

namespace cttrace {

// A mount tree: the mount table of a mount namespace, or a detached tree that descriptors hold (fsmount, open_tree).
// Never used again within a trace; 0: none.
using TreeId = uint32_t;
// A mount's place in its tree; stays until the mount leaves the tree. A copied tree has the slots of the original.
using Slot = uint32_t;
inline constexpr Slot kNoSlot = UINT32_MAX;

struct MountId {
  TreeId tree = 0;
  Slot slot = kNoSlot;

  friend auto operator<=>(const MountId&, const MountId&) = default;
};

// Of a superblock. Never used again; 0: none.
using FilesystemId = uint32_t;

struct Filesystem {
  std::string type = {};                  // with subtype: "fuse.sshfs"
  uint32_t dev_major = 0, dev_minor = 0;  // 0, 0: not known
  Fact<bool> read_only = {};
  // Options as they were given: by mount's data, by fsconfig, by a remount. `options.known()` is false where tracing
  // began after it was made; then the text is mountinfo's.
  Fact<std::string> options = {};
  EventNumber made_by = 0;  // 0: was there when tracing began
  // NamespaceId of the ipc namespace whose mqueue, or the network namespace whose sysfs it is: there is one to each. 0:
  // of none, or not known.
  uint32_t keyed_by = 0;
};

// Mount::source where nobody saw what it is.
inline constexpr std::string_view kUnknownSource = "?";

// One mount, with what /proc/PID/mountinfo says of it.
struct Mount {
  Slot parent = kNoSlot;        // kNoSlot: the root of its tree
  std::string root = {};        // field 4: what of its filesystem it shows
  std::string mountpoint = {};  // what it is mounted on, as a path in the filesystem of the parent
  FilesystemId filesystem = 0;
  std::string source = {};  // field 10: what it was told to show
  uint64_t attributes = 0;  // MOUNT_ATTR_*, without MOUNT_ATTR_IDMAP
  // Numbers of our own, equal for peers; 0: none. A mount with both is "shared and slave".
  uint32_t peer_group = 0;
  uint32_t master = 0;
  bool unbindable = false;
  bool locked = false;  // MNT_LOCKED: came with a more privileged mount namespace, and cannot be taken away alone
  bool idmapped = false;
  uint32_t kernel_id = 0;   // field 1, where it has been seen; 0: not yet
  EventNumber made_by = 0;  // the call that made it, or its copy's original; 0: was there when tracing began
  // The calls that made it what it is, oldest first: fsopen, fsconfig..., fsmount, mount_setattr, move_mount. Bounded.
  std::vector<EventNumber> history = {};
  Evidence evidence = Evidence::kInferred;
};

// A mount tree as a value: copying one is cheap, whatever its size; copies share what is equal.
// Made and changed by src/model/mount_trees.h only.
class MountTree {
 public:
  MountTree();

  Slot root() const;  // kNoSlot: empty
  size_t size() const;
  bool contains(Slot slot) const;
  // By value: what a mount is may be read through changes of the whole tree.
  std::optional<Mount> find(Slot slot) const;   // none: not in this tree
  Mount at(Slot slot) const;                    // must be in this tree
  Slot parent_of(Slot slot) const;              // must be in this tree
  FilesystemId filesystem_of(Slot slot) const;  // must be in this tree
  uint32_t kernel_id_of(Slot slot) const;       // 0: not known
  const std::string& root_of(Slot slot) const;
  const std::string& mountpoint_of(Slot slot) const;
  // What is mounted on the directory or file `path` (in its filesystem) of the mount; kNoSlot: nothing.
  Slot mounted_on(Slot parent, std::string_view path) const;
  // Mounts on this one, in the order of their mountpoints; every mount with its parents before it.
  std::vector<Slot> children(Slot slot) const;
  std::vector<Slot> in_tree_order() const;
  std::vector<Slot> subtree(Slot slot) const;  // the mount itself first
  // Where it is seen from the root of the tree, whether or not something hides it.
  std::string path_of(Slot slot) const;
  // Something is mounted on its root, or on a directory above its mountpoint.
  bool hidden(Slot slot) const;

  // Found by index, in no particular order.
  std::vector<Slot> members(uint32_t peer_group) const;
  std::vector<Slot> shared() const;                 // all with a peer group
  std::vector<Slot> slaves(uint32_t master) const;  // without those that have a peer group, too
  std::vector<Slot> of_filesystem(FilesystemId filesystem) const;
  Slot with_kernel_id(uint32_t id) const;  // kNoSlot: none that is known

  // Nodes that this tree shares with no other: what it costs. For tests.
  size_t own_nodes() const;

 private:
  friend class MountTreeEditor;
  struct Nodes;
  std::shared_ptr<Nodes> nodes_;
};

}  // namespace cttrace
