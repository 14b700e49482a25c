// What hides a path.
#pragma once

#include <optional>
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
// Whether a file of the kernel's is there, of which that mount shows whether it is; none: not known.
std::optional<bool> is_there(const KernelFiles& files, const std::string& path, const MountFacts& around);

}  // namespace cttrace
