// Roots of mounts, as different sources have them.
#pragma once

#include <string_view>

namespace cttrace {

// The root of a mount as it was read from mountinfo, which says so where it has been deleted, is the one that is told.
bool is_root(std::string_view read, std::string_view told);

}  // namespace cttrace
