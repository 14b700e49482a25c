// Options of a filesystem, as mount(2) takes them and mountinfo shows them.
#pragma once

#include <string_view>
#include <vector>

namespace cttrace {

// The options between commas; none of them is empty. A comma behind a backslash (overlayfs) or in quotes (security
// contexts) is a part of its option.
std::vector<std::string_view> separated_options(std::string_view options);

}  // namespace cttrace
