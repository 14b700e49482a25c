// What one event did to the state.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cttrace/state.h"

namespace cttrace {

struct TaskCreated {
  TaskId task, creator;
  bool thread = false;
};
struct ProgramStarted {
  TaskId task;
};
struct TaskEnded {
  TaskId task;
};
// A thread that was not the leader has executed a program: it has taken over who its leader was.
struct LeaderReplaced {
  TaskId before, task;
};
struct NamespaceMade {
  NamespaceId ns = 0;
  TaskId task;
  bool for_children = false;
};
struct NamespaceEntered {
  NamespaceId ns = 0;
  NamespaceId from = 0;
  TaskId task;
  bool for_children = false;
};
struct IdMapSet {
  NamespaceId ns = 0;
  bool gids = false;
};
struct SetgroupsSet {
  NamespaceId ns = 0;
  bool allowed = true;
};
// A mount came into a tree, changed or left it. `path` is where it is (was, for what left), from the root of its tree.
struct MountChanged {
  enum class What : uint8_t {
    kMounted,  // a new filesystem, or a new mount of one
    kBound,    // another view of what is mounted already
    kMoved,
    kAttached,  // came from a detached tree
    kUnmounted,
    kDetached,    // lazily: gone from the tree, alive for who uses it
    kAttributes,  // `before` had other attributes
    kPropagation,
    kReconfigured,  // its filesystem's options
  } what = What::kMounted;
  MountId mount;
  std::string path;
  Mount mounted;                // as it is now; as it was, for what left
  std::optional<Mount> before;  // kMoved, kAttributes, kPropagation
  std::string before_path;      // kMoved
  bool propagated = false;      // not asked for: came with the propagation to a peer or slave
  uint32_t below = 0;           // mounts below it that the same happened to: there is one change for all of them
};
struct TreeMade {
  TreeId tree = 0;
  enum class How : uint8_t { kCopiedNamespace, kFsmount, kOpenTree } how = How::kFsmount;
};
struct TreeAttached {
  TreeId tree = 0;
  MountId at;
};
struct TreeDissolved {
  TreeId tree = 0;
};
struct RootChanged {
  TaskId task;
  Place before, after;
  // After pivot_root: what became of the old root, at the end of the call.
  bool pivoted = false;
  std::string old_root = {};  // where it is mounted now
};
struct CwdChanged {
  TaskId task;
  Place before, after;
};
struct DeviceMade {
  Device device;
};
struct DeviceOwned {
  Device device;
};
// `fields` names what differs, in the words of Identity: "uids", "capabilities"...
struct IdentityChanged {
  TaskId task;
  std::vector<std::string> fields;
  Identity before;
};
struct NameSet {
  NamespaceId ns = 0;
  bool domainname = false;
};
struct SysctlSet {
  NamespaceId ns = 0;  // 0: of the whole machine
  std::string name, value;
};
struct CgroupMoved {
  TaskId task;
  uint32_t hierarchy = 0;
  std::string path;
};
struct ControlWritten {
  std::string path, value;
};  // a limit of a cgroup, a file of sysfs
// The call failed: why, in words that go on behind those of its errno.
struct CallRefused {
  std::string why;
};
// From here on something is not known that was: why, in words.
struct BecameUnknown {
  std::string what;
};
// The kernel's own answer differs from what the calls said.
struct Contradicted {
  std::string what, model, kernel;
};

using Change = std::variant<TaskCreated, ProgramStarted, TaskEnded, LeaderReplaced, NamespaceMade, NamespaceEntered,
                            IdMapSet, SetgroupsSet, MountChanged, TreeMade, TreeAttached, TreeDissolved, RootChanged,
                            CwdChanged, DeviceMade, DeviceOwned, IdentityChanged, NameSet, SysctlSet, CgroupMoved,
                            ControlWritten, CallRefused, BecameUnknown, Contradicted>;
using Changes = std::vector<Change>;

}  // namespace cttrace
