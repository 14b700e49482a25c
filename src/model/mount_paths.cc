#include "model/mount_paths.h"

namespace cttrace {

bool is_below(std::string_view path, std::string_view directory) {
  if (directory == "/") return path.starts_with('/');
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

std::string_view below(std::string_view path, std::string_view directory) {
  if (directory == "/") return path == "/" ? std::string_view() : path;
  return path.substr(directory.size());
}

std::string joined(std::string_view directory, std::string_view rest) {
  if (rest.empty()) return std::string(directory);
  std::string path;
  if (directory == "/") directory = {};
  path.reserve(directory.size() + rest.size());
  return path.append(directory).append(rest);
}

void add_component(std::string& directory, std::string_view name) {
  if (!directory.ends_with('/')) directory += '/';
  directory += name;
}

std::string_view parent_path(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos || slash == 0 ? path.substr(0, slash == 0 ? 1 : 0) : path.substr(0, slash);
}

bool is_root(std::string_view read, std::string_view told) {
  constexpr std::string_view kDeleted = "//deleted";
  if (read.size() == told.size() + kDeleted.size() && read.ends_with(kDeleted)) read.remove_suffix(kDeleted.size());
  return read == told;
}

}  // namespace cttrace
