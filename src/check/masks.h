// What hides a path.
#pragma once

#include <string>
#include <string_view>

#include "check/facts.h"

namespace cttrace {

// Nothing of what is below it is seen through this mount: /dev/null, or an empty folder that cannot be written.
bool is_a_mask(const ContainerFacts& container, const MountFacts& mount);

// Why a file of the kernel's is not there, whatever is done about it: "/sys is not mounted"; empty: it may be there.
// `mount`: on which the mount is that the path is in, with its filesystem and that one's options.
std::string why_not_there(std::string_view path, std::string_view mount, std::string_view filesystem,
                          std::string_view options);
std::string why_not_there(std::string_view path, const MountFacts& around);

}  // namespace cttrace
