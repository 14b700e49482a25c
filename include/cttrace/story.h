// What happened, as a story: containers, and how each was set up. Made by src/story; told by src/render.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cttrace/event.h"
#include "cttrace/facts.h"
#include "cttrace/state.h"

namespace cttrace {

// What a set-up is busy with. Their order here is the usual one; a story tells the one that was.
enum class Phase : uint8_t {
  kCreate,
  kUserMaps,
  kNamespaces,
  kCgroup,
  kRootfs,
  kMounts,
  kDevices,
  kRootSwitch,
  kMasking,
  kNetwork,
  kIdentity,
  kHandOver,
};
std::string_view phase_name(Phase phase);  // "root switch"

// A path as it was then in the mount namespace of who used it, and as the container's program sees it.
struct Seen {
  std::string path = {};
  std::string inside = {};  // from the container's root; empty: not below it

  const std::string& shown() const { return inside.empty() ? path : inside; }
};

// --- Steps: what one or more calls did together

// A program of the set-up began: the runtime, a helper, or a stage.
struct ProgramRun {
  std::string path = {};
  std::vector<std::string> argv = {};
  bool itself = false;  // the program that runs already executes itself again
};
// Threads are no processes here.
struct ProcessMade {
  TaskId task = {};
  std::vector<uint32_t> pids = {};  // by pid namespace, the host's first
  uint64_t flags = 0;               // CLONE_*
};
// The runtime made sure that a container cannot change the runtime's executable.
struct SelfProtected {
  enum class How : uint8_t { kReadOnlyBind, kMemoryCopy } how = How::kReadOnlyBind;
  std::string path = {};
};
struct MapsWritten {
  uint32_t pid = 0;                                  // of the process whose user namespace it is; 0: not told
  std::string uids = {}, gids = {}, setgroups = {};  // as written; empty: was not
};
struct NamespacesChanged {
  struct One {
    uint32_t type = 0;   // CLONE_NEW*
    uint32_t inode = 0;  // 0: not known
  };
  bool made = false;  // otherwise: joined
  std::vector<One> namespaces = {};
};
struct CgroupJoined {
  struct One {
    std::string file = {};       // that was written
    std::string hierarchy = {};  // the folder that its hierarchy is mounted on, without what is before: "cpuset"
    std::string cgroup = {};     // the path in it; empty: not known
    int error = 0;
  };
  uint32_t pid = 0;
  std::vector<One> cgroups = {};
};
// Limits, rules and the like.
struct ControlsWritten {
  struct One {
    std::string file = {}, value = {};
    int error = 0;
  };
  std::vector<One> writes = {};
};
struct MountDone {
  enum class How : uint8_t { kNew, kBind, kRemount, kMove, kPropagation, kUnmount } how = How::kNew;
  struct One {
    std::string source = {};
    Seen target = {};
  };
  std::string type = {};                  // of the filesystem
  std::vector<One> mounts = {};           // several: done the same way one after the other
  std::vector<std::string> options = {};  // "ro", "nosuid"... as /proc/PID/mounts has them
  std::string data = {};                  // the filesystem's own options
  std::string propagation = {};           // "slave"
  bool recursive = false;
  bool lazily = false;  // kUnmount
};
struct DevicesMade {
  struct One {
    Seen path = {};
    uint32_t mode = 0;  // with its type
    uint32_t major = 0, minor = 0;
    std::optional<uint32_t> uid = {}, gid = {};  // given afterwards
    int error = 0;
  };
  std::vector<One> nodes = {};
};
struct RootSwitched {
  enum class How : uint8_t { kPivot, kChroot, kMove } how = How::kPivot;
  std::string new_root = {}, put_old = {};  // as given
  std::string new_root_path = {};           // what that is in the mount namespace
  std::string put_old_path = {};
  std::string old_root_made = {};  // the propagation that it was given: "slave"
  bool old_root_detached = false;
  uint64_t detached_after_ns = 0;
};
// What the container shall not see, or not change.
struct PathsMasked {
  enum class With : uint8_t { kNothing, kDevNull, kEmptyFolder, kReadOnly };
  struct One {
    Seen path = {};
    With with = With::kReadOnly;
    int error = 0;  // and nothing was masked
  };
  std::vector<One> paths = {};
};
struct NameGiven {
  bool domain = false;
  std::string name = {};
};
// Ids, capabilities, limits, filters: a word for what, and the value.
struct IdentityGiven {
  struct One {
    std::string what = {}, value = {};
    uint32_t times = 1;  // done alike, one after the other
    int error = 0;
  };
  std::vector<One> changes = {};
};
// Asked only to learn what the kernel can do.
struct Probed {
  std::string what = {};
  uint32_t failed = 0;
};
// The set-up has ended: the container's own program runs.
struct HandedOver {
  std::string path = {};
  std::vector<std::string> argv = {};
};
// What has no meaning of its own for a container.
struct CallsMade {
  std::string name = {};
  std::string what = {};
  bool quiet = false;  // usual, and without effect on the container
};

using StepFacts = std::variant<ProgramRun, ProcessMade, SelfProtected, MapsWritten, NamespacesChanged, CgroupJoined,
                               ControlsWritten, MountDone, DevicesMade, RootSwitched, PathsMasked, NameGiven,
                               IdentityGiven, Probed, HandedOver, CallsMade>;

struct Step {
  Phase phase = Phase::kCreate;
  uint32_t stage = 0;  // in Container::stages
  EventNumber first = 0, last = 0;
  uint64_t start_ns = 0, end_ns = 0;
  StepFacts facts = {};
  uint32_t epoch = 0;                   // how often the root had been switched before
  std::vector<EventNumber> calls = {};  // the first ones of `call_count`
  uint32_t call_count = 0;
  int error = 0;                 // the step failed: a positive errno
  uint32_t normal_failures = 0;  // calls that failed, and need not worry anybody
  std::string reason = {};       // why not: of the first one
};

// --- Containers

// A process of the set-up.
struct Stage {
  TaskId task = {};
  std::vector<uint32_t> pids = {};  // by pid namespace, the host's first
  std::string role = {};      // what it does: "starts the container", "makes the namespaces", "becomes the program"
  std::string own_word = {};  // what its runtime calls it; empty: nothing that is known
  std::string program = {};   // the last part of its executable's name
  uint32_t made_by = UINT32_MAX;
  uint64_t clone_flags = 0;
  uint64_t start_ns = 0;
  uint64_t end_ns = 0;  // 0: ran when the set-up ended
  uint32_t exit_code = 0;
};

struct Runtime {
  std::string name = {};        // the last part of its executable's name
  std::string executable = {};  // its path
  std::string version = {};     // where its path tells; empty: not told
  std::vector<std::string> argv = {};
  uint32_t pid = 0;
  std::vector<std::string> started_by = {};  // the programs above it, nearest first, as far as they are traced
};

enum class Isolation : uint8_t {
  kChroot,     // another root, all namespaces the starter's
  kMounts,     // a mount namespace, and the starter's pids
  kPids,       // a pid namespace, and the starter's mounts
  kContainer,  // mount and pid namespaces
};

struct ContainerNamespace {
  uint32_t type = 0;  // CLONE_NEW*
  uint32_t inode = 0;
  enum class How : uint8_t { kStarters, kMade, kJoined } how = How::kStarters;
  std::string of = {};  // kJoined: the container it was made for, where that is known
};

enum class Ending : uint8_t {
  kHandedOver,   // the container's program runs
  kFailed,       // everything that could have run it has ended
  kNotComplete,  // tracing ended before
};

// What somebody started in a container that ran.
struct Entry {
  uint32_t number = 0;  // from 1
  uint64_t start_ns = 0, end_ns = 0;
  Runtime by = {};
  std::vector<uint32_t> pids = {};
  TaskId task = {};
  std::vector<ContainerNamespace> namespaces = {};  // that it joined
  std::vector<Stage> stages = {};
  std::vector<Step> steps = {};
  std::vector<std::string> argv = {};
  uint64_t call_count = 0;
};

struct Container {
  uint32_t number = 0;  // from 1, in the order in which they were found
  std::string name = {}, short_name = {};
  bool existed = false;  // was there when tracing began: how it was set up is not known
  Isolation isolation = Isolation::kContainer;
  std::string kind = {};  // `isolation` in words: "chroot only: not isolated by namespaces"
  Runtime runtime = {};
  std::string bundle = {};  // its folder, where that was seen
  std::string rootfs = {};  // what became its root, as the starter sees it
  std::string cgroup = {};
  std::string hostname = {};  // empty: none was given
  uint32_t parent = 0;        // the container that it is in; 0: none that is traced
  std::string parent_name = {};
  TaskId init = {};  // pid 1 of its pid namespace, otherwise the program itself
  std::vector<uint32_t> init_pids = {};
  std::string init_program = {};  // where the first process is not the program that was asked for
  TaskId program = {};            // what was handed over to
  std::vector<uint32_t> pids = {};
  std::vector<std::string> argv = {};
  std::vector<ContainerNamespace> namespaces = {};

  Ending ending = Ending::kHandedOver;
  EventNumber first = 0, last = 0;
  uint64_t start_ns = 0, end_ns = 0;
  uint64_t call_count = 0;
  std::vector<Stage> stages = {};
  std::vector<Step> steps = {};             // in the order of phases that happened
  uint64_t steps_dropped = 0;               // more than what is kept
  std::string doubt = {};                   // why something may be missing; empty: nothing is
  std::shared_ptr<const State> state = {};  // at the hand-over

  // Where calls were asked for: those of the steps, by number.
  std::vector<std::pair<EventNumber, std::shared_ptr<const Call>>> calls = {};
};

// How a container went on after its set-up.
struct ContainerEnd {
  uint32_t number = 0;
  std::string name = {};
  uint64_t time_ns = 0;
  uint64_t ran_ns = 0;
  std::optional<uint32_t> exit_code = {};  // of its program, as wait(2) reports it
  uint32_t entries = 0;
  uint64_t call_count = 0;          // traced calls of its programs
  std::vector<Step> failures = {};  // calls of its programs that failed
  uint64_t failures_dropped = 0;
  std::vector<std::string> afterwards = {};  // programs that its runtime started for it after the set-up
};

// Somebody entered a container.
struct EntryMade {
  Container container;  // what of it is known: its names
  Entry entry;
};

// What is told as soon as it is complete.
using News = std::variant<Container, EntryMade, ContainerEnd>;

}  // namespace cttrace
