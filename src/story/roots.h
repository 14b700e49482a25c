// Where a path leads once the container's root is known.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cttrace/facts.h"

namespace cttrace {

// The root switches of a set-up, in order. A path that was used between two of them has its meaning there.
class Roots {
 public:
  // The mount namespace's root became `path` (pivot_root, or a mount moved onto /): from now on paths begin there.
  void became(const std::string& path) { add({.path = path, .moves = true}); }
  // The process sees the mount namespace from `path` on (chroot): paths stay as they are.
  void narrowed(const std::string& path, TaskId by) { add({.path = path, .by = by}); }
  // Of those who saw it from elsewhere, only these lead to the program: how helpers saw it does not concern that.
  void only_of(const std::set<TaskId>& those);

  size_t count() const { return switches_.size(); }
  // How many of these who enters the mount namespace has behind them: where that begins, and no chroot.
  size_t of_namespace() const;
  // Of these the last one that concerns the program, counted from 1; 0: none does.
  size_t last() const;
  // `path`, used after `count` of the switches, as seen from the final root; empty: it is not below it.
  std::string inside(const std::string& path, size_t count) const;
  // The final root in the words of who was there before the first switch.
  std::string final_root() const;

 private:
  struct Switch {
    std::string path;
    bool moves = false;
    TaskId by = {};
    bool of_helper = false;
  };
  // Bounded; of chroots that a process makes one after the other the last one counts.
  void add(Switch&& next);

  std::vector<Switch> switches_;
};

}  // namespace cttrace
