// Paths as text: absolute ones without doubled slashes, "." and "..", where nothing else is said.
#pragma once

#include <string>
#include <string_view>

namespace cttrace {

// `path` is `folder` itself, or below it. A folder with a slash at its end is only what it has in it.
bool is_below(std::string_view path, std::string_view folder);
// What comes behind `folder`: "" for itself, else with a slash first. `path` must be below it.
std::string_view below(std::string_view path, std::string_view folder);
// As who has `folder` as its root sees it: "/" for itself. `path` must be below it.
std::string seen_from(std::string_view path, std::string_view folder);

// `rest`: as `below` or `seen_from` gives it.
std::string joined(std::string_view folder, std::string_view rest);
// `name` has no slash.
void add_component(std::string& folder, std::string_view name);

// Both also of paths that are relative, or as somebody has typed them.
// "/a" of "/a/b"; "/" of "/a" and "/"; "" of "a".
std::string_view folder_of(std::string_view path);
// "b" of "/a/b", "b" and "/a/b/"; "/" of "/".
std::string_view last_part(std::string_view path);
// "/a" for "/a/" and "/a//"; "/" stays.
std::string_view without_slash_at_end(std::string_view path);

}  // namespace cttrace
