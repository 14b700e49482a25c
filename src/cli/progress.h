// One line on the terminal that says what goes on while nothing is written.
#pragma once

#include <chrono>
#include <string>

#include "cttrace/story.h"

namespace cttrace {

// Writes to standard error, and only where that is a terminal.
class ProgressLine {
 public:
  explicit ProgressLine(bool wanted);

  // Tells how far the story is; not more often than somebody can read.
  void show(const Progress& progress);
  // Takes the line away, so that something else can be written there.
  void erase();

 private:
  bool enabled_;
  std::string shown_;
  std::chrono::steady_clock::time_point last_ = {};
};

}  // namespace cttrace
