// Where the path of a call leads, and what open_tree has copied from there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "source/ptrace/mount_views.h"
#include "source/ptrace/task_files.h"

namespace cttrace::ptrace {

struct Tracee;

// What a mount shows: a directory or file of its filesystem, and its source.
struct Shown {
  std::string root, source;
};

struct PathGiven {
  int dirfd = -1;  // AT_FDCWD
  std::string_view path;
  bool follow = true;
};

// What is at the path that the tracee gave, O_PATH. It keeps the mount busy: to be closed before the tracee goes on.
// None: it is not known where that leads, or somebody would have to be asked.
Fd opened_at(MountViews& views, Tracee& tracee, const PathGiven& given);

// Of what is at the path that the tracee gave. None: it cannot be told, or somebody would have to be asked for it.
std::optional<FileStatus> status_at(MountViews& views, Tracee& tracee, const PathGiven& given);

// What is at the path that the tracee gave, when that is what the copy's root is, too: `copy` is its magic link in
// /proc. None: it cannot be told, or somebody would have to be asked for it.
std::optional<Shown> cloned_place(MountViews& views, Tracee& tracee, const PathGiven& given, const std::string& copy);

// The same of a path that begins at a descriptor of a detached tree, whose root shows `tree`.
std::optional<Shown> cloned_place_below(const Shown& tree, const Tracee& tracee, const PathGiven& given,
                                        const std::string& copy);

}  // namespace cttrace::ptrace
