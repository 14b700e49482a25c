#include "model/mount_paths.h"

namespace cttrace {

bool is_below(std::string_view path, std::string_view directory) {
  if (directory == "/") return path.starts_with('/');
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

std::string_view below(std::string_view path, std::string_view directory) {
  if (path == directory) return {};
  return directory == "/" ? path : path.substr(directory.size());
}

std::string joined(std::string_view directory, std::string_view rest) {
  if (rest.empty()) return std::string(directory);
  return (directory == "/" ? std::string() : std::string(directory)) + std::string(rest);
}

std::string child_path(std::string directory, std::string_view name) {
  if (!directory.ends_with('/')) directory += '/';
  directory += name;
  return directory;
}

std::string_view parent_path(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos || slash == 0 ? path.substr(0, slash == 0 ? 1 : 0) : path.substr(0, slash);
}

}  // namespace cttrace
