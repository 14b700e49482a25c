// What a descriptor, a cwd or a root of a stopped task is: as bpf/files.h tells it, from /proc.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/fd.h"
#include "cttrace/wire.h"
#include "source/ptrace/call_places.h"
#include "source/ptrace/fs_contexts.h"
#include "source/ptrace/mount_views.h"
#include "source/ptrace/task_files.h"

namespace cttrace::ptrace {

struct Tracee;

// "mnt:[4026531841]": its CLONE_NEW* type and inode number. 0: it is none.
uint32_t namespace_type(std::string_view link);

// A ct_file and its path's components. Not CT_OK and not CT_TRUNCATED: nothing else is set.
struct SeenFile {
  ct_capture_status status = CT_OK;
  ct_file file = {};
  std::string components;

  std::string bytes() const;
};

class Files {
 public:
  enum class Where { kFd, kCwd, kRoot, kExe };

  explicit Files(MountViews& views);

  // None: it may not be told.
  std::optional<SeenFile> look(Tracee& tracee, Where where, int fd = -1);
  // What a descriptor of our own is to the tracee.
  std::optional<SeenFile> look(Tracee& tracee, const Fd& own);

  // On procfs, cgroupfs or sysfs.
  bool is_control_file(Tracee& tracee, int fd);
  // Descriptor 2, and 1 where that has been made the same, as a shell does for echo >&2; unless it is a control file.
  bool is_stderr(Tracee& tracee, int fd);
  // Is one that fsmount or open_tree returned, of a tree that is attached nowhere, or a filesystem context.
  bool keeps_filesystem(Tracee& tracee, int fd);

  // Whether there may be any such.
  bool any_kept() const { return !detached_.empty() || contexts.any(); }

  // Where these processes have the same open file elsewhere than at this descriptor: one that holds a detached tree, or
  // is a filesystem context.
  std::vector<OpenedBy> held_elsewhere(const Tracee& tracee, int fd, const std::set<uint32_t>& processes) const;

  // --- What no /proc tells, remembered from calls.
  FsContexts contexts;
  // `fd`: what fsmount or open_tree returned.
  void made_tree(const Tracee& tracee, int fd, std::string fs_type, std::optional<Shown> shown);
  struct DetachedTree {
    uint64_t unique_id = 0;  // of its root; 0: the kernel has none
    std::string fs_type;
    std::optional<Shown> shown;  // by its root; none: not known
  };
  // The one that `fd` holds. NULL: none that was seen made. Valid until the next call of any function here.
  const DetachedTree* tree_held(Tracee& tracee, int fd);
  void attached_tree(uint32_t mount_id) { detached_.erase(mount_id); }

 private:
  bool holds_detached_tree(Tracee& tracee, int fd, const std::string& path);
  void look_at_path(Tracee& tracee, std::string link, const std::string& path, const FileStatus& status,
                    SeenFile& seen);
  void look_at_special(Tracee& tracee, const std::string& link, const std::optional<DescriptorInfo>& info,
                       const FileStatus& status, SeenFile& seen);
  void place(Tracee& tracee, const std::optional<MountViews::Found>& found, SeenFile& seen);

  const DetachedTree* detached_tree(Tracee& tracee, uint32_t mount_id, const std::string& path);

  MountViews& views_;
  uint32_t shm_device_ = 0;                    // of memfds and shared memory
  uint32_t namespaces_mount_ = 0;              // the kernel's own mount of nsfs
  uint32_t anonymous_device_ = 0;              // of anonymous inodes
  std::map<uint32_t, DetachedTree> detached_;  // by the mount id of its root
};

}  // namespace cttrace::ptrace
