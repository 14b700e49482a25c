// Following paths through mounts as the kernel does. Symbolic links cannot be seen, only where the kernel says they
// led.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/mounts_api.h"

namespace cttrace {

// From `start`, component by component: "..", and from a mountpoint to the topmost mount on it. Never above `root`.
// `start` must be in a tree.
Place walk(const State& state, Place start, const Place& root, std::string_view path);

// A path argument of a call.
struct PathQuery {
  const Call& call;
  size_t path;                       // index of the argument
  std::optional<size_t> dirfd = {};  // index of the argument that it begins at; none: the working directory
  bool cross_at_end = false;         // to the topmost mount on what it leads to, even if it is a descriptor's own
};
struct FoundPath {
  std::optional<Place> place;
  std::string why;  // no place: why
  // It leads to a namespace's file, or to one of the kernel's own, that is in no tree.
  MaybeFile file;
  bool detached = false;  // no place: it is in mounts that are in no namespace
};
FoundPath find_path(Context& context, const TaskState& task, const PathQuery& query);
// The same of the path that names what the call changes: where the kernel tells where it led, that counts.
FoundPath find_target_path(Context& context, const TaskState& task, const PathQuery& query);
// The file that a descriptor argument is.
FoundPath find_descriptor(Context& context, const TaskState& task, const Argument& argument);

// What the argument says, up to its NUL; empty where there is nothing.
std::string_view text_of(const Argument& argument);

}  // namespace cttrace
