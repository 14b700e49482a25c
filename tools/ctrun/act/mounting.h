// One mount by each of the three ways: by path, by descriptor in /proc, by the calls of Linux 5.2 and 5.12.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "act/context.h"

namespace cttrace::ctrun {

// Where something is mounted. Opened anew before every use: a descriptor from before a mount means what is below it.
class MountTarget {
 public:
  MountTarget(const Context& context, std::string path) : context_(context), path_(std::move(path)) {}

  Fd open() const;                                   // what is there now, in the container
  std::string name(MountBy by, const Fd& fd) const;  // for mount(2)
  const std::string& path() const { return path_; }

 private:
  const Context& context_;
  std::string path_;
};

// Each throws a Failure: "cannot mount WHAT on WHERE".
void bind_mount(const MountTarget& target, MountBy by, const std::string& source, unsigned long flags,
                bool keep_locked_flags);
void new_mount(const MountTarget& target, MountBy by, const std::string& source, const Mount& mount);
void remount(const MountTarget& target, MountBy by, const Mount& mount);
void set_propagation(const MountTarget& target, MountBy by, unsigned long flags);

// fsopen to fsmount: a filesystem that is mounted nowhere yet.
Fd detached_filesystem(const std::string& type, const std::string& source, const Mount& mount);
// open_tree: a copy of a mount that is mounted nowhere yet. `path` empty: of `folder` itself.
Fd detached_copy(int folder, const std::string& path, bool recursive);
void set_attributes(const Fd& mount, uint64_t set, uint64_t clear, const std::string& about);
void attach(const Fd& mount, const MountTarget& target, const std::string& what);
// The flags of a mount that a user namespace may not take away, as MS_*; but for atime, which a remount leaves.
unsigned long locked_flags(const Fd& at);

}  // namespace cttrace::ctrun
