#include "model/mount_paths.h"

namespace cttrace {

bool is_root(std::string_view read, std::string_view told) {
  constexpr std::string_view kDeleted = "//deleted";
  if (read.size() == told.size() + kDeleted.size() && read.ends_with(kDeleted)) read.remove_suffix(kDeleted.size());
  return read == told;
}

}  // namespace cttrace
