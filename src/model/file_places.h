// Where files are: the kernel's ids of mounts, as the model learns them, and paths where it has not.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/mounts_api.h"

namespace cttrace {

// Where the file is, and what its mount's id is from now on. `expected`: where it is if the model is right (observed:
// only then its mount is certain where the file may be in several). `tree`: of the task that it is a file of; 0: not
// known. A place without a mount: the model cannot say.
Place find_file(Context& context, const File& file, const Place* expected, TreeId tree);
// The same where the kernel's id of its mount tells, whatever is expected; none: it does not.
std::optional<Place> find_by_id(Context& context, const File& file, TreeId tree);

// The mounts whose mountpoint is the path or above it, hidden ones too. Of one mountpoint the lowest comes first.
struct OnTheWay {
  std::string at;  // the mountpoint, from the root of the tree
  Slot slot;
};
std::vector<OnTheWay> on_the_way(const MountTree& tree, std::string_view path);

// The detached tree that the file is in; 0: none that is known.
TreeId detached_tree_of(const State& state, const File& file);

// It is where nobody's mount table leads: a pipe, a namespace, a mount that has been taken away.
bool is_nowhere(const File& file);

}  // namespace cttrace
