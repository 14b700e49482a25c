// What the kernel's state is, as far as the events tell. Made by src/model; read by everything above it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cttrace/copy_on_write.h"
#include "cttrace/event.h"
#include "cttrace/facts.h"
#include "cttrace/mount_objects.h"
#include "cttrace/mounts.h"

namespace cttrace {

// A directory or file as the kernel knows it: where in which mount.
struct Place {
  MountId mount = {};
  std::string path = {};  // in the mount's filesystem, as Mount::root
  Evidence evidence = Evidence::kUnknown;
  // The kernel's words when the model cannot place it: a mount that has left every tree, or an unknown namespace.
  std::string shown = {};
  bool detached = false;
  FilesystemId filesystem = 0;  // of a detached one, which keeps it; 0: not known
};

// --- Namespaces

// Never used again within a trace, as inode numbers are; 0: not known.
using NamespaceId = uint32_t;

struct Namespace {
  uint32_t type = 0;   // CLONE_NEW*
  uint32_t inode = 0;  // 0: not seen yet
  enum class Origin : uint8_t {
    kInitial,  // of a task that was there when tracing began
    kCreated,  // by a call that was traced
    kJoined,   // existed, and was first seen when somebody entered it
  } origin = Origin::kInitial;
  std::optional<TaskId> creator;
  EventNumber made_by = 0;
  uint64_t made_ns = 0;
  NamespaceId owner = 0;      // the user namespace it belongs to; of a user namespace: its parent
  NamespaceId parent = 0;     // pid namespaces
  std::set<TaskId> tasks;     // now in it, as far as they are traced ("for children" does not count)
  uint64_t last_left_ns = 0;  // when the last of them left it
  // User namespaces. `lower_first` is the host's, as in Identity; no extents: not written yet.
  Fact<std::vector<IdExtent>> uid_map, gid_map;
  Fact<bool> setgroups_allowed;
  // UTS namespaces.
  Fact<std::string> hostname, domainname;
  TreeId mounts = 0;                           // mount namespaces
  std::map<std::string, std::string> sysctls;  // written while tracing: by their path below /proc/sys
};

// --- Tasks

struct Program {
  std::string path;  // as given to execve
  std::vector<std::string> argv;
  MaybeFile exe;
  std::optional<std::vector<File>> descriptors;  // above 2, that it began with; none: not told
  uint64_t time_ns = 0;
  EventNumber event = 0;
};

struct Identity {
  Fact<std::array<uint32_t, 4>> uids, gids;  // real, effective, saved, fs; in the host's user namespace
  Fact<std::vector<uint32_t>> groups;
  struct Capabilities {
    uint64_t inheritable = 0, permitted = 0, effective = 0, bounding = 0, ambient = 0;

    friend bool operator==(const Capabilities&, const Capabilities&) = default;
  };
  Fact<Capabilities> capabilities;
  Fact<uint32_t> securebits;
  Fact<bool> no_new_privs;
  Fact<uint32_t> seccomp_mode;     // 0 none, 1 strict, 2 filter
  Fact<uint32_t> seccomp_filters;  // how many
  Fact<int32_t> oom_score_adj;
  Fact<std::string> session_keyring;  // joined while tracing: its name, "(new)" where it has none
  Fact<uint32_t> personality;
  Fact<bool> dumpable;
  Fact<int32_t> parent_death_signal;
  struct Limit {
    uint64_t soft = 0, hard = 0;  // all ones: none

    friend bool operator==(const Limit&, const Limit&) = default;
  };
  std::map<uint32_t, Limit> limits;  // set while tracing: by RLIMIT_*
  std::string label;                 // written to attr/exec: what the next program will run as (LSM)
};

// What tasks made with CLONE_FS have in common.
struct FsStruct {
  Place root, cwd;
};

struct TaskState {
  TaskId id;
  uint32_t tgid = 0;
  bool stranger = false;          // as Task::stranger
  std::optional<TaskId> creator;  // who called clone; also with CLONE_PARENT
  TaskId leader;                  // of its process: itself, or the thread that the process began with
  std::vector<uint32_t> pids;     // by pid namespace, the host's first
  std::array<Fact<NamespaceId>, CT_NS_COUNT> namespaces;  // by ct_ns
  uint32_t fs = 0;                                        // in State::fs_structs: shared by who cloned with CLONE_FS
  uint32_t files = 0;             // in State::mount_objects: shared by who cloned with CLONE_FILES
  std::vector<Program> programs;  // oldest first; inherited from the creator: none
  MaybeFile exe;                  // what it executes: its creator's until it executes something itself
  Identity identity;
  std::map<uint32_t, Fact<std::string>> cgroups;  // by hierarchy, as in /proc/cgroups; 0 is cgroup2
  uint64_t created_ns = 0;
  uint64_t ended_ns = 0;              // 0: runs
  std::optional<uint32_t> exit_code;  // as wait(2) reports it
};

// --- Devices

// A device node. It lives in a filesystem: every mount of that shows it, and goes without taking it along.
struct Device {
  FilesystemId filesystem = 0;  // 0: not known
  std::string node;             // its path in there
  std::string path;             // as who made it or bound it saw it, from the root of the mount namespace
  uint32_t type = 0;            // S_IFCHR or S_IFBLK
  uint32_t major = 0, minor = 0;
  // As asked for, and unknown as long as what the umask took away is.
  Fact<uint32_t> permissions = {};
  Fact<uint32_t> uid = {}, gid = {};  // the host's
  EventNumber made_by = 0;            // 0: made by nobody who is traced, and seen when it was bound or given away
};
using Devices = std::map<std::string, Device>;  // of one filesystem, by `node`

// --- Control files

struct ControlFile {
  std::string value;  // what was written last, without a line end
  TaskId writer;
  EventNumber event = 0;
};
using ControlFiles = std::map<std::string, ControlFile>;

// --- All of it

// A value: copying it costs a pointer a live object, so that a state can be kept and gone back to. Holds what is alive:
// a task stays to the end of the event that ended it, a namespace while a traced task is in it or something that is
// known pins it.
struct State {
  EventNumber event = 0;  // the last one that is in here
  uint64_t time_ns = 0;

  std::map<TaskId, CopyOnWrite<TaskState>> tasks;
  std::map<uint32_t, TaskId> running;  // by tid
  // By pid namespace, and pid there: those that run, as far as it is known in which namespace theirs was made.
  CopyOnWrite<std::map<std::pair<NamespaceId, uint32_t>, TaskId>> numbered;
  std::map<uint32_t, CopyOnWrite<FsStruct>> fs_structs;
  std::map<NamespaceId, CopyOnWrite<Namespace>> namespaces;
  std::map<TreeId, MountTree> trees;
  std::map<FilesystemId, CopyOnWrite<Filesystem>> filesystems;
  CopyOnWrite<MountObjects> mount_objects;
  std::map<FilesystemId, CopyOnWrite<Devices>> devices;
  std::map<std::string, std::string> sysctls;  // as Namespace::sysctls, of those that belong to no namespace
  CopyOnWrite<ControlFiles> controls;          // of cgroups, sysfs and procfs, by path; the latest of very many
  // Of version 1, by number, as far as somebody was moved by a file of theirs.
  CopyOnWrite<std::map<uint32_t, FilesystemId>> hierarchies;
  // Since when, and why, something that happened may be missing.
  std::optional<EventNumber> doubtful_since;
  std::string doubt;

  // nullptr: not known, or no longer.
  const TaskState* task(TaskId id) const;
  const TaskState* task_with(uint32_t tid) const;
  const TaskState* task_numbered(NamespaceId pid_namespace, uint32_t pid) const;
  const Namespace* ns(NamespaceId id) const;
  const Namespace* ns_of(const TaskState& task, ct_ns which) const;
  const MountTree* tree(TreeId id) const;
  const MountTree* mounts_of(const TaskState& task) const;
  // Why the model of these mounts may be wrong; empty: it is not known to be.
  std::string_view doubt_of(TreeId id) const;
  const Filesystem* filesystem(FilesystemId id) const;
  const FsStruct* fs_of(const TaskState& task) const;
};

}  // namespace cttrace
