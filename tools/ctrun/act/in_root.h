// Paths of a container whose content nobody vouches for: no link in it leads out.
#pragma once

#include <string>

#include "base/fd.h"

namespace cttrace::ctrun {

// O_PATH of what is there. The error's code is the errno.
Result<Fd> find_in_root(const Fd& root, const std::string& path);
// The same; what is missing of it is made, with folders above. Throws Failure.
Fd ensure_folder_in_root(const Fd& root, const std::string& path);
Fd ensure_file_in_root(const Fd& root, const std::string& path);

// The folder that `path` is in (made where missing) and the last part of the path. Throws Failure.
struct Place {
  Fd folder;
  std::string name;
};
Place place_in_root(const Fd& root, const std::string& path);

// "/proc/self/fd/N"
std::string fd_path(const Fd& fd);

}  // namespace cttrace::ctrun
