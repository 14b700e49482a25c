// Where a path leads once the container's root is known.
#pragma once

#include <string>
#include <vector>

namespace cttrace {

// The root switches of a set-up, in order. A path that was used between two of them has its meaning there.
class Roots {
 public:
  // The mount namespace's root became `path` (pivot_root, or a mount moved onto /): from now on paths begin there.
  void became(const std::string& path) { switches_.push_back({path, true}); }
  // The process sees the mount namespace from `path` on (chroot): paths stay as they are.
  void narrowed(const std::string& path) { switches_.push_back({path, false}); }

  size_t count() const { return switches_.size(); }
  // `path`, used after `count` of the switches, as seen from the final root; empty: it is not below it.
  std::string inside(const std::string& path, size_t count) const;
  // The final root in the words of who was there before the first switch.
  std::string final_root() const;

 private:
  struct Switch {
    std::string path;
    bool moves;
  };
  std::vector<Switch> switches_;
};

}  // namespace cttrace
