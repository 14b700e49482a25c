// Following a path through root switches.
#include "story/roots.h"

#include "base/paths.h"

namespace cttrace {
namespace {

// "/c" of "/a/b/c" for "/a/b"; empty where it is not below.
std::string from(const std::string& root, const std::string& path) {
  if (!is_below(path, root)) return {};
  return seen_from(path, root);
}

}  // namespace

void Roots::only_of(const std::set<TaskId>& those) {
  for (Switch& each : switches_) each.of_helper = !each.moves && !those.contains(each.by);
}

std::string Roots::inside(const std::string& path, size_t count) const {
  if (switches_.empty() || path.empty() || path[0] != '/') return {};
  std::string seen = path, root = "/";
  for (size_t i = 0; i < switches_.size(); ++i) {
    const Switch& each = switches_[i];
    if (!each.moves) {
      if (!each.of_helper) root = each.path;
      continue;
    }
    root = "/";
    if (i < count) continue;  // the path was used behind it
    seen = from(each.path, seen);
    if (seen.empty()) return {};
  }
  return from(root, seen);
}

void Roots::add(Switch&& next) {
  constexpr size_t kMost = 1024;
  const bool again = !switches_.empty() && !next.moves && !switches_.back().moves && switches_.back().by == next.by;
  if (again || switches_.size() == kMost)
    switches_.back() = std::move(next);
  else
    switches_.push_back(std::move(next));
}

size_t Roots::of_namespace() const {
  size_t last = switches_.size();
  while (last > 0 && !switches_[last - 1].moves) --last;
  return last;
}

size_t Roots::last() const {
  size_t last = switches_.size();
  while (last > 0 && switches_[last - 1].of_helper) --last;
  return last;
}

std::string Roots::final_root() const {
  std::string root = "/";
  bool any = false;
  for (auto each = switches_.rbegin(); each != switches_.rend(); ++each) {
    if (each->of_helper) continue;
    // A chroot before what moves is told in the paths of then.
    if (each->moves || !any) root = joined(each->path, root);
    any = true;
  }
  return any ? root : std::string();
}

}  // namespace cttrace
