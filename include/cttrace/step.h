// A step of a set-up: one or more calls that do one thing, as data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cttrace/call_counts.h"
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
  std::string inside = {};  // from the container's root; empty: not below it, or it has none
  bool outside = false;     // it has a root, and this is not below it

  const std::string& shown() const { return inside.empty() ? path : inside; }
};

// A program began: the runtime, a helper, or the same again.
struct ProgramRun {
  std::string path = {};                  // of its executable
  std::optional<std::string> given = {};  // as the call has it; not known where it could not be read
  std::vector<std::string> argv = {};
  bool itself = false;  // the program that runs already
};
struct ProcessMade {
  uint32_t tid = 0;    // the host's; 0: not seen
  uint64_t flags = 0;  // CLONE_*
};
// The runtime made sure that a container cannot change the runtime's executable.
struct SelfProtected {
  enum class How : uint8_t { kReadOnlyBind, kMemoryCopy } how = How::kReadOnlyBind;
  std::string path = {};  // where it was bound; the name of the file in memory
};
struct MapsWritten {
  uint32_t pid = 0;  // the host's, of the process whose user namespace it is; 0: not known
  std::string uids = {}, gids = {}, setgroups = {};  // as written; empty: was not
};
struct NamespacesChanged {
  struct One {
    uint32_t type = 0;   // CLONE_NEW*
    uint32_t inode = 0;  // 0: not known
  };
  bool made = false;    // otherwise: joined
  std::string by = {};  // what setns was given that is no namespace of this type; empty otherwise
  std::vector<One> namespaces = {};
};
struct CgroupJoined {
  struct One {
    std::string file = {};       // that was written
    std::string hierarchy = {};  // "cpuset": the last part of where it is mounted; empty: not known
    std::string cgroup = {};     // the path in it; empty: not known
    int error = 0;
  };
  uint32_t pid = 0;  // the host's; 0: the writer itself
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
  enum class How : uint8_t {
    kNew,
    kBind,
    kRemount,  // options of the mount, or of its filesystem, too
    kMove,
    kPropagation,
    kUnmount,
    kReconfigure,   // options of the filesystem
    kSharingGroup,  // the target got the peers and the master of the source
  } how = How::kNew;
  struct One {
    std::string source = {};
    Seen target = {};
    uint32_t source_pid = 0;  // as in Task: the process in whose folder of procfs the source is; 0: in none's
  };
  // A place in mounts that are attached nowhere yet.
  struct Detached {
    uint32_t mount_id = 0;  // the kernel's; 0: there is no such place
    std::string path = {};  // from the root of that mount
  };
  std::string type = {};                  // of the filesystem
  std::vector<One> mounts = {};           // several: done alike, one after the other
  std::vector<std::string> options = {};  // "ro", "nosuid"..., as /proc/PID/mounts has them
  std::string data = {};                  // the filesystem's own
  std::string propagation = {};           // "slave"
  bool recursive = false;
  bool only_named = false;  // kRemount: options that are not among `options` stay as they were
  bool beneath = false;     // kNew, kBind, kMove: under what is mounted on the target
  bool lazily = false;      // kUnmount
  Detached into = {};       // kNew, kBind, kMove: what was detached then, and is where `attached` says of another step
  uint32_t attached = 0;    // kNew, kBind: the mount that was detached before, by the kernel's id; 0: none
  uint32_t propagated = 0;  // other mount namespaces in which the same was done, without being asked for
};
struct DevicesMade {
  struct One {
    Seen path = {};
    uint32_t mode = 0;  // with its type
    uint32_t major = 0, minor = 0;
    std::optional<uint32_t> uid = {}, gid = {};  // given afterwards
  };
  std::vector<One> nodes = {};
};
struct RootSwitched {
  enum class How : uint8_t { kPivot, kChroot } how = How::kPivot;
  std::string new_root = {}, put_old = {};            // as given
  std::string new_root_path = {}, put_old_path = {};  // where that leads
  std::string in_other_namespace = {};  // and in another mount namespace, the path there; empty: it is not
  std::string old_root_made = {};       // the propagation that it was given: "slave"
  bool old_root_detached = false;
  uint64_t detached_after_ns = 0;
};
// What the container shall not see, or not change.
struct PathsMasked {
  enum class With : uint8_t { kReadOnly, kDevNull, kEmptyFolder, kFile };
  struct One {
    Seen path = {};
    With with = With::kReadOnly;
    std::string source = {};  // kFile
    int error = 0;            // and nothing was masked
  };
  std::vector<One> paths = {};
};
struct NameGiven {
  bool domain = false;
  std::string name = {};
};
// Ids, capabilities, limits, filters.
struct IdentityGiven {
  enum class What : uint8_t {
    kUid,
    kGid,
    kGroups,
    kFsUid,
    kFsGid,
    kCapabilities,
    kBounding,  // dropped
    kAmbientRaise,
    kAmbientLower,
    kAmbientClear,
    kNoNewPrivs,
    kSeccomp,
    kSecurebits,
    kKeyring,
    kLimit,
    kOomScore,
    kLabel,
    kDeathSignal,
    kPersonality,
  };
  // Bits by the numbers of capabilities.
  struct CapabilitySets {
    uint64_t permitted = 0, effective = 0, inheritable = 0;
  };
  struct One {
    What what = What::kUid;
    std::string value = {};
    uint32_t times = 1;  // done alike, one after the other
    int error = 0;       // and nothing was given
    // kCapabilities: of the last of them; none: could not be read.
    std::optional<CapabilitySets> sets = {};
    uint64_t capabilities = 0;  // kBounding, kAmbientRaise, kAmbientLower: all of them
  };
  uint32_t pid = 0;  // the host's, of the process that it was done to; 0: itself
  std::vector<One> changes = {};
};
// Asked only to learn what the kernel can do.
struct Probed {
  std::string what = {};
};
// The set-up has ended: the container's own program runs. What it got is the kernel's own answer.
struct HandedOver {
  bool itself = false;  // no other program: the runtime goes on in what it has set up
  std::string path = {};
  std::vector<std::string> argv = {};
  uint32_t uid = 0, gid = 0;  // as it sees them: 65534 where its user namespace does not map them
  uint32_t host_uid = 0, host_gid = 0;
  bool uid_is_mapped = true, gid_is_mapped = true;
  uint64_t capabilities = 0;  // permitted
  bool no_new_privs = false;
  uint32_t seccomp_mode = 0;
  std::optional<uint32_t> seccomp_filters = {};
};
// What has no meaning of its own for a container.
struct CallMade {
  std::string name = {};
  std::string about = {};  // what it was called with, where that says something
  std::string what = {};   // what that was to be: a mount's filesystem, options
  bool quiet = false;      // usual, and without effect on the container
};

using StepFacts = std::variant<ProgramRun, ProcessMade, SelfProtected, MapsWritten, NamespacesChanged, CgroupJoined,
                               ControlsWritten, MountDone, DevicesMade, RootSwitched, PathsMasked, NameGiven,
                               IdentityGiven, Probed, HandedOver, CallMade>;

struct Step {
  Phase phase = Phase::kCreate;
  uint32_t stage = 0;  // in SetUpStory::stages
  EventNumber first = 0, last = 0;
  uint64_t start_ns = 0, end_ns = 0;
  StepFacts facts = {};
  bool selected = true;                 // one of its calls is among those that were asked for
  uint32_t switches = 0;                // how often the root had been switched before
  uint32_t entered = 0;                 // the mount, or else network, namespace that the doer had joined; 0: none
  std::vector<EventNumber> calls = {};  // the first ones of `call_count`
  uint32_t call_count = 0;
  uint32_t left_out = 0;         // done alike, and more than what `facts` list
  CallCounts names = {};         // of the calls: as many as `call_count`
  uint32_t normal_failures = 0;  // calls that failed, and need not worry anybody
  std::string reason = {};       // why not: of the first one
  int error = 0;                 // the step failed: a positive errno
  std::string cause = {};        // why, behind the words of the errno; empty: not known
  bool denied = false;           // by seccomp
  bool killed = false;           // by seccomp's SIGSYS: the call has no result, and `error` stands for that
  std::string message = {};      // of a filesystem context, in the kernel's words
};

}  // namespace cttrace
