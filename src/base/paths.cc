#include "base/paths.h"

namespace cttrace {

bool is_below(std::string_view path, std::string_view folder) {
  if (!path.starts_with(folder)) return false;
  return path.size() == folder.size() || folder.ends_with('/') || path[folder.size()] == '/';
}

std::string_view below(std::string_view path, std::string_view folder) {
  if (folder.ends_with('/')) folder.remove_suffix(1);
  path.remove_prefix(folder.size());
  return path == "/" ? std::string_view() : path;
}

std::string seen_from(std::string_view path, std::string_view folder) {
  const std::string_view rest = below(path, folder);
  return rest.empty() ? "/" : std::string(rest);
}

std::string joined(std::string_view folder, std::string_view rest) {
  if (rest.empty() || rest == "/") return std::string(folder);
  std::string path;
  if (folder == "/") folder = {};
  path.reserve(folder.size() + rest.size());
  return path.append(folder).append(rest);
}

void add_component(std::string& folder, std::string_view name) {
  if (!folder.ends_with('/')) folder += '/';
  folder += name;
}

std::string_view folder_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == path.npos) return {};
  return path.substr(0, slash == 0 ? 1 : slash);
}

std::string_view last_part(std::string_view path) {
  path = without_slash_at_end(path);
  return path == "/" ? path : path.substr(path.rfind('/') + 1);
}

std::string_view without_slash_at_end(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

}  // namespace cttrace
