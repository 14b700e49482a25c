// Typed events: what happened, as decoded from records. No bytes, sources or text here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cttrace/boxed.h"
#include "cttrace/syscalls.h"
#include "cttrace/wire.h"

namespace cttrace {

// A thread. tid and tgid are as seen in cttrace's own pid namespace; start_ns (CLOCK_BOOTTIME) makes it unique.
struct Task {
  uint32_t tid = 0;
  uint32_t tgid = 0;
  uint64_t start_ns = 0;
  // It is not traced; but it changes mounts in mount namespaces of those who are: of that alone is told.
  bool stranger = false;
};

enum class FileKind : uint8_t { kPlain, kNamespace, kPidfd, kFsContext };

// A file as the kernel sees it: an open descriptor, a cwd, a root.
struct File {
  FileKind kind = FileKind::kPlain;
  int fd = -1;       // -1: cwd or root
  std::string path;  // absolute in its mount namespace; from the mount's root when detached
  std::string fs_type;
  uint64_t inode = 0;
  uint64_t sb_magic = 0;
  uint32_t dev_major = 0, dev_minor = 0;    // the superblock's
  uint32_t rdev_major = 0, rdev_minor = 0;  // a device node's
  uint32_t mode = 0;
  uint32_t mount_id = 0;
  uint32_t mount_parent_id = 0;  // of the mount that this one is mounted on; its own id: on none
  uint32_t mount_ns = 0;         // inode of the mount namespace it is in; 0: none
  // kNamespace: its CLONE_NEW* type; kPidfd: the process; kFsContext: the device of what it configures (major << 20 |
  // minor), 0: none yet, or not known
  uint32_t target = 0;
  uint32_t context = 0;  // kFsContext: a number that no other has while it is there; 0: not known
  uint32_t open_flags = 0;
  bool deleted = false, path_cut = false, other_ns = false, chroot = false;
  bool detached = false;  // in a mount that is in no namespace: not attached yet, or lazily unmounted
  bool internal = false;  // in a mount of the kernel's own: a pipe, a socket, a memfd
  // Of a descriptor that holds a detached mount tree (fsmount, open_tree), or is a filesystem context: it is not the
  // only one. Closing the last one dissolves the tree. With how many there are, calls in progress counted (0: not
  // known).
  bool shared = false;
  uint32_t references = 0;

  // What a person calls it: the path, "pipe:[1]", "mnt:[4026531841]", "pidfd:[812]", "fscontext:[tmpfs]",
  // "anon_inode:[eventpoll]", "(detached tmpfs)/b".
  std::string shown() const;
};
// Most files that an event could tell of are not told: an event is small without them.
using MaybeFile = Boxed<File>;

enum class Reading : uint8_t {
  kNone,  // nothing to read: a scalar
  kOk,
  kNull,       // the pointer is NULL
  kFaulted,    // the memory could not be read
  kTruncated,  // longer than what is captured: the value is the beginning
};

// One argument of a call.
struct Argument {
  const ArgSpec* spec = nullptr;
  uint64_t raw = 0;
  Reading reading = Reading::kNone;
  bool names_file = true;          // false: nobody looks this path up: "proc" in mount("proc", "/proc", "proc")
  uint32_t resolved_mount_id = 0;  // the mount of the base
  std::string bytes;               // string, struct or array, as in memory at entry (at exit where it was not readable)
  std::vector<std::string> strings;     // argv
  std::optional<uint64_t> count;        // entries of envp
  Boxed<std::string> changed;           // what was there at exit, when it differs: another thread changed it
  MaybeFile file;                       // what the descriptor is
  MaybeFile base;                       // where the path begins: dirfd, cwd or root
  std::optional<std::string> resolved;  // the path made absolute from its base, or from the /proc/.../fd/N it names
};

enum class Outcome : uint8_t {
  kReturned,
  kDeniedBySeccomp,    // never entered, and failed
  kAnsweredBySeccomp,  // never entered: who listens to the filter's notifications gave the result
  kSigsysBySeccomp,    // never entered: the thread got SIGSYS, and the call no result
  kDidNotReturn,       // the task ended inside the call, or tracing did
  kReturnLost,         // its return was not recorded: records were lost
};

// Inode numbers by ct_ns; 0: unknown.
using NamespaceInodes = std::array<uint32_t, CT_NS_COUNT>;

// What the kernel's own structures said at the end of a call that succeeded (`target`: of any); only of what the call
// may change.
struct Aftermath {
  std::optional<NamespaceInodes> namespaces;  // of the caller: unshare, setns
  MaybeFile cwd, root;                        // of the caller: chdir, fchdir, chroot, pivot_root, setns
  // Root of the newest mount in the caller's mount namespace: the one made last with the trait mount.by_id, else the
  // one that came last (docs/kernel-traits.md). One that was moved within the namespace is not new.
  MaybeFile newest_mount;
  std::optional<uint32_t> mounts;  // in the caller's mount namespace, those included that no root reaches
  // Of the newest mount (fsmount, open_tree: of the one that the returned descriptor is in) fields 4 and 10 of
  // mountinfo: which directory or file of its filesystem it shows, and what it was told to show (none: nothing).
  std::optional<std::string> mount_root, mount_source;
  MaybeFile moved;  // move_mount, from a descriptor: what that is now
  // mount, umount, mount_setattr, move_mount: where the path led that names what is changed, through whatever symbolic
  // links (docs/backends.md tells where that is known).
  MaybeFile target;
  // Another followed task was in a call that changes mounts at the same time: newest_mount, what it shows, and mounts
  // may be of its doing.
  bool contended = false;
};

// Of one of the last writes that a thread's program made to its standard error stream: recorded when that had ended.
struct Kept {
  uint32_t left_out = 0;  // such writes between this one and the one of the thread that was recorded before
  uint32_t behind = 0;    // how many of the last ones follow
};

struct Call {
  Task task;
  Abi abi = Abi::x86_64;
  uint32_t number = 0;
  const SyscallRow* row = nullptr;  // never null
  std::vector<Argument> args;
  Outcome outcome = Outcome::kReturned;
  bool enter_lost = false;  // what was there at entry is not known
  bool cut = false;         // captures are missing
  std::optional<Kept> kept;
  int64_t result = 0;  // negative errno on failure
  uint64_t start_ns = 0;
  std::optional<uint64_t> duration_ns;
  MaybeFile returned_file;
  Aftermath after;
  uint32_t created_tid = 0;               // clone and its like: the new thread as in Task, where it was seen; 0: none
  std::optional<std::string> fs_message;  // why a filesystem context refused, in the kernel's words
  uint32_t cpu = 0;
};

struct Fork {
  Task task;  // the creator
  Task child;
  std::vector<uint32_t> child_pids;  // by pid namespace, the host's first
  NamespaceInodes child_namespaces = {};
  // CLONE_* of the call that made it, with the flags that fork and vfork imply; none: its arguments are not known.
  std::optional<uint64_t> clone_flags = {};
  // Path in the cgroup2 hierarchy of a child that was made into another group than its creator's.
  std::optional<std::string> child_cgroup = {};
  uint64_t time_ns = 0;
};

struct IdExtent {
  uint32_t first = 0, lower_first = 0, count = 0;
};

// The kernel's own answer about a task.
struct Snapshot {
  Task task;
  uint32_t old_tid = 0;
  uint32_t parent_tgid = 0;
  uint64_t time_ns = 0;
  bool at_start = false;  // the task was there when tracing began; otherwise: just after an execve
  NamespaceInodes namespaces = {};
  std::vector<uint32_t> pids;  // by pid namespace, the host's first
  uint32_t uid = 0, gid = 0, suid = 0, sgid = 0, euid = 0, egid = 0, fsuid = 0, fsgid = 0;
  std::vector<uint32_t> groups;
  uint64_t cap_inheritable = 0, cap_permitted = 0, cap_effective = 0, cap_bounding = 0, cap_ambient = 0;
  std::optional<uint32_t> securebits = 0;  // none: not known
  bool no_new_privs = false;
  uint32_t seccomp_mode = 0;
  std::optional<uint32_t> seccomp_filters;
  int32_t oom_score_adj = 0;
  uint32_t user_ns_level = 0;
  std::optional<std::vector<IdExtent>> uid_map, gid_map;  // none: could not be read
  MaybeFile cwd, root, exe;
  std::string exe_version;  // as the executable tells it; empty: it does not, or it could not be read
  // An execve's: AT_SECURE of the program; none: not told.
  std::optional<bool> secureexec;
  // An execve's: the descriptors above 2 that the program begins with; none: not told.
  std::optional<std::vector<File>> open;
  std::string cgroup;  // path in the cgroup2 (or first) hierarchy
  std::string comm;
};

// Who sent the signal that ended a process.
struct Killer {
  enum class Kind : uint8_t {
    kProcess,       // a process that meant to
    kParent,        // the kernel, as the process ended that made it (PR_SET_PDEATHSIG)
    kPidNamespace,  // the kernel, as the first process of its pid namespace, or of one above, ended
    kKernel,        // the kernel, for another reason
    kOutOfMemory,   // the kernel, as memory ran out
  } kind = Kind::kKernel;
  uint32_t pid = 0;  // of that process, as in Task; 0: none, or not visible
  std::string comm = {};
};
using MaybeKiller = Boxed<Killer>;  // none: not known

struct TaskExit {
  Task task;
  uint64_t time_ns = 0;
  uint32_t code = 0;  // as wait(2) reports it
  bool last_of_process = false;
  MaybeKiller killed_by = {};  // of the last thread of a process
  // Descriptors of the table that ends with it which hold a detached mount tree; none: not told.
  std::optional<std::vector<File>> held = {};
};

struct CgroupAttach {
  Task task;  // the mover
  Task moved;
  bool with_threads = false;
  uint64_t time_ns = 0;
  uint64_t cgroup_id = 0;
  uint32_t hierarchy = 0;
  std::string path;
};

// A mount namespace's mount table when tracing began: the text of /proc/PID/mountinfo.
struct Mounts {
  uint32_t mount_ns = 0;
  uint64_t time_ns = 0;
  std::string mountinfo;
};

// What could not be recorded.
struct Loss {
  uint64_t time_ns = 0;
  uint64_t recorded = 0;
  std::array<uint64_t, CT_LOSS_COUNT> counts = {};
  bool final = false;
  uint32_t still_running = 0;
};

// Records of which no proper event could be made.
struct BadRecords {
  uint64_t malformed = 0;  // made no sense
  uint64_t late = 0;       // came behind the promise (CT_REC_TICK) that no earlier one will: told, perhaps out of order
};

using Event = std::variant<Call, Fork, Snapshot, TaskExit, CgroupAttach, Mounts, Loss>;

// When it happened (CLOCK_BOOTTIME); of a call, when it began.
uint64_t start_of(const Event& event);

// Of a task that is not traced (Task::stranger): the model needs it, and nobody has asked to see it.
bool is_of_stranger(const Event& event);

}  // namespace cttrace
