// What is known of a container's set-up and of what it was handed, as plain data: all that is compared and judged.
//
// A Fact says how it is known; one that is not known has no value, whatever its member `value` holds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cttrace/facts.h"
#include "cttrace/source.h"
#include "cttrace/state.h"
#include "cttrace/story.h"

namespace cttrace {

struct NamespaceFacts {
  enum class From : uint8_t {
    kStarters,  // the one that its runtime was started in
    kMade,      // by a traced call of the set-up
    kJoined,    // it was there before, and was entered
  };
  std::string name = {};  // "mnt", "uts", "ipc", "net", "cgroup", "pid", "time", "user"
  Fact<From> from = {};
  Fact<bool> hosts = {};  // the one that the machine booted with
  std::string of = {};    // kJoined: short name of the container that it was made for; empty: not known
  uint32_t inode = 0;     // 0: not known
  EventNumber made_by = 0;
};

struct PlaceFacts {
  std::string path = {};         // from the root of its mount tree
  std::string inside = {};       // from the container's root; empty: it is outside
  std::string filesystem = {};   // type; empty: not known
  std::string source = {};       // of the mount
  std::string source_path = {};  // in the filesystem: "/srv/rootfs"
};

// Who else sees a mount, or what is mounted on it. A mount namespace here is one that is not the container's.
struct MountSharing {
  bool peers_outside = false;   // what is mounted below it comes to another mount namespace, and the other way round
  bool master_outside = false;  // what is mounted in another mount namespace comes to it
  // Mounted in the starter's mount namespace, too: the same files.
  bool filesystem_outside = false;
};

struct MountFacts {
  std::string path = {};         // from the container's root
  bool hidden = false;           // something is mounted on it, or on a folder above it
  std::string filesystem = {};   // type; empty: not known
  std::string source = {};       // field 10 of mountinfo
  std::string source_path = {};  // field 4: what of its filesystem it shows
  // MOUNT_ATTR_*: of this mount alone. Whether it can be written: neither this nor the superblock is read-only.
  uint64_t attributes = 0;
  Fact<bool> superblock_read_only = {};
  Fact<std::string> superblock_options = {};  // as they were given
  bool idmapped = false, unbindable = false, locked = false;
  uint32_t peer_group = 0, master = 0;  // numbers of the model's own; 0: none
  Fact<MountSharing> sharing = {};
  uint32_t dev_major = 0, dev_minor = 0;   // of the superblock; 0, 0: not known
  bool older = false;                      // its filesystem was there when tracing began
  std::vector<EventNumber> history = {};   // the calls that made it what it is, oldest first; bounded
  EventNumber made_by = 0;                 // 0: was there when tracing began
  Evidence evidence = Evidence::kUnknown;  // kUnknown: may be otherwise, or may be gone

  bool is_read_only() const;  // the mount itself
};

struct OldRootFacts {
  // Nothing of the starter's root can be reached by a path: the container's root is the root of its mount tree, and
  // nothing in the tree shows the directory that was the starter's root.
  bool gone = false;
  bool around = false;                    // the container's root is a directory in a tree that goes on above it
  std::vector<std::string> seen_at = {};  // from the container's root
};

struct DeviceFacts {
  std::string path = {};  // from the container's root
  bool block = false;
  uint32_t major = 0, minor = 0;
  Fact<uint32_t> permissions = {};
  Fact<uint32_t> uid = {}, gid = {};  // the host's
  EventNumber made_by = 0;            // 0: by nobody who is traced
};

// What its set-up did to a path that the program shall not see, or not change.
struct MaskFacts {
  std::string path = {};
  PathsMasked::With with = PathsMasked::With::kReadOnly;
  std::string source = {};  // kFile
  int error = 0;            // and nothing was masked: ENOENT where there is no such file
  bool normal = false;      // the failure need not worry anybody
  EventNumber event = 0;
};

struct FailureFacts {
  std::string call = {};  // "mount"; empty: one of several
  std::string what = {};  // what it was about: a path, an id; empty: nothing to say
  int error = 0;          // 0: normal ones, of which only the number is kept
  bool normal = false;
  std::string reason = {};  // why it is normal: of the first
  uint32_t times = 1;
  bool denied = false;  // by seccomp
  size_t step = 0;      // in ContainerFacts::steps
  EventNumber event = 0;
};

struct CgroupFacts {
  // By hierarchy, as in /proc/cgroups; 0 is cgroup2.
  std::map<uint32_t, Fact<std::string>> membership = {};
  struct Control {
    std::string file = {}, value = {};
    int error = 0;
    EventNumber event = 0;
  };
  std::vector<Control> controls = {};  // in the order in which they were written
};

// A descriptor above 2 that is open when the program begins.
struct DescriptorFacts {
  int fd = -1;
  std::string what = {};  // as File::shown()
  EventNumber event = 0;  // by which it is known
};

struct EndFacts {
  uint32_t exit_code = 0;  // as wait(2) reports it
  uint32_t entries = 0;
  std::vector<Step> failures = {};  // of the container's own programs
  uint64_t failures_dropped = 0;
};

// What the container was handed. Only where a program was handed over to.
struct HandedFacts {
  std::vector<NamespaceFacts> namespaces = {};  // all eight
  Fact<PlaceFacts> root = {}, cwd = {};
  Fact<OldRootFacts> old_root = {};
  // Parents before what is mounted on them. Not known: the tree as a whole is not.
  Fact<std::vector<MountFacts>> mounts = {};
  std::string mounts_doubt = {};                    // why it may not be as it is here; empty: it is
  std::map<std::string, DeviceFacts> devices = {};  // that were made, bound or given away while tracing; by path
  // uids and gids are the host's; what they are in its user namespace the maps say.
  Identity identity = {};
  // Of the filters of seccomp that it runs with those that the set-up loaded, oldest first: "a filter of 10
  // instructions".
  std::vector<std::string> filters = {};
  Fact<std::vector<IdExtent>> uid_map = {}, gid_map = {};
  Fact<bool> setgroups_allowed = {};
  Fact<std::string> hostname = {}, domainname = {};
  std::map<std::string, std::string> sysctls = {};  // written while tracing: by their path below /proc/sys
  CgroupFacts cgroup = {};
  Fact<std::vector<DescriptorFacts>> descriptors = {};  // not known of recordings that do not tell

  // An id of the host's as those in its user namespace have it; none: it has no id there, or the map is not known.
  std::optional<uint32_t> uid_inside(uint32_t host) const;
  std::optional<uint32_t> gid_inside(uint32_t host) const;
  // The last mount on this path; nullptr: nothing is mounted there, or the mounts are not known.
  const MountFacts* mount_at(const std::string& path) const;
  // The mount that the file or directory of this path is in.
  const MountFacts* mount_of(const std::string& path) const;
};

struct ContainerFacts {
  enum class Kind : uint8_t { kContainer, kEntry } kind = Kind::kContainer;
  uint32_t number = 0;  // Container::number; of an entry: of the container that was entered, 0: not known
  uint32_t entry = 0;   // EntryMade::number
  std::string name = {}, short_name = {};
  bool name_is_hostname = false;                // nothing else calls it so
  Isolation isolation = Isolation::kContainer;  // not of an entry
  std::string isolation_words = {};
  Ending ending = Ending::kHandedOver;
  std::string bundle = {}, rootfs = {}, cgroup = {}, hostname = {};
  uint32_t parent = 0;
  std::string parent_name = {};
  Runtime runtime = {};
  std::vector<std::string> argv = {};  // of the program
  std::vector<uint32_t> pids = {};     // of the program, by pid namespace, the host's first
  std::vector<Stage> stages = {};
  std::vector<Step> steps = {};  // in the order of their start; paths in them as Step has them
  uint64_t steps_dropped = 0;    // more than what is kept
  std::vector<MaskFacts> masks = {};
  std::vector<FailureFacts> failures = {};  // that are in steps
  uint64_t call_count = 0;
  CallCounts calls_by_name = {};
  EventNumber first = 0, last = 0;
  uint64_t start_ns = 0, end_ns = 0;
  std::string doubt = {};                  // why something may be missing; empty: nothing is
  std::optional<HandedFacts> handed = {};  // none: nothing was handed over
  std::optional<EndFacts> end = {};        // none: its end was not seen

  uint64_t set_up_ns() const { return end_ns - std::min(end_ns, start_ns); }
};

// What is known of a recording as a whole.
struct RecordingFacts {
  std::string name = {};  // of the file
  std::string backend = {}, kernel = {}, host = {}, cttrace_version = {};
  KernelFiles kernel_files = {};
  // Why it cannot be trusted as a whole, in words: "12 records were lost: the ring buffer was full"; empty: it can.
  std::vector<std::string> lost = {};
  std::string broken_off = {};   // why it is not read to its end, in words; empty: it is
  uint64_t contradicted = 0;     // facts of which the kernel said otherwise than the calls; the kernel's word is here
  std::string model_doubt = {};  // since when and why something that happened may be missing; empty: nothing is
  std::vector<ContainerFacts> containers = {};  // with entries, in the order in which they were told
  std::vector<ContainerFacts> gave_up = {};     // programs that failed before they had set anything up
};

// Of what was told; `state` is that of the news, which has it only while it is told.
ContainerFacts facts_of(const Container& container);
ContainerFacts facts_of(const EntryMade& entry);
ContainerFacts facts_of(const ProgramFailed& failed);

}  // namespace cttrace
