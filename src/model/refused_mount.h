// What a refused call was to do with mounts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/refused.h"

namespace cttrace {

// What mount(2) is asked to do, in the order in which path_mount (fs/namespace.c) looks for it.
enum class MountKind : uint8_t { kRemount, kBind, kPropagation, kMove, kNew };
MountKind kind_of(const Refused& refused);

// Mounts of another namespace than the caller's; of a detached tree they are nobody's.
bool is_elsewhere(const Refused& refused, MountId mount);

// A few words of a list that may be long.
std::string listed(const std::vector<std::string>& words);

}  // namespace cttrace
