// Paths inside a filesystem: absolute, without doubled slashes, "." and "..".
#pragma once

#include <string>
#include <string_view>

namespace cttrace {

// `path` is `directory` itself, or below it.
bool is_below(std::string_view path, std::string_view directory);
// What comes behind `directory`: "" for itself, else with a slash first. `path` must be below it.
std::string_view below(std::string_view path, std::string_view directory);
// `rest`: as `below` gives it.
std::string joined(std::string_view directory, std::string_view rest);
// `name` has no slash.
void add_component(std::string& directory, std::string_view name);
// Without the last component; "/" for "/".
std::string_view parent_path(std::string_view path);

// The root of a mount as it was read from mountinfo, which says so where it has been deleted, is the one that is told.
bool is_root(std::string_view read, std::string_view told);

}  // namespace cttrace
