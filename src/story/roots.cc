// Following a path through root switches.
#include "story/roots.h"

#include "story/call.h"

namespace cttrace {
namespace {

// "/c" of "/a/b/c" for "/a/b"; empty where it is not below.
std::string from(const std::string& root, const std::string& path) {
  if (!lies_below(path, root)) return {};
  if (root == "/") return path;
  return path.size() == root.size() ? "/" : path.substr(root.size());
}

std::string joined(const std::string& root, const std::string& path) {
  if (path == "/") return root;
  return root == "/" ? path : root + path;
}

}  // namespace

std::string Roots::inside(const std::string& path, size_t count) const {
  if (switches_.empty() || path.empty() || path[0] != '/') return {};
  std::string seen = path, root = "/";
  for (size_t i = 0; i < switches_.size(); ++i) {
    const Switch& each = switches_[i];
    if (!each.moves) {
      root = each.path;
      continue;
    }
    root = "/";
    if (i < count) continue;  // the path was used behind it
    seen = from(each.path, seen);
    if (seen.empty()) return {};
  }
  return from(root, seen);
}

std::string Roots::final_root() const {
  std::string root = "/";
  for (auto each = switches_.rbegin(); each != switches_.rend(); ++each) {
    // A chroot before what moves is told in the paths of then.
    if (each->moves || each == switches_.rbegin()) root = joined(each->path, root);
  }
  return switches_.empty() ? std::string() : root;
}

}  // namespace cttrace
