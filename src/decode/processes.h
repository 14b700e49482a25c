// Which thread of a process is the last one. At a thread's end the kernel has counted those already that are on their
// way out, too: of several that end at once each may seem to be the last.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "cttrace/event.h"

namespace cttrace {

class Processes {
 public:
  // The next event, in their order: where it is the end of a thread, whether that is the last of its process is put
  // right. `lossy`: some may have ended without a word.
  void see(Event& event, bool lossy);

 private:
  struct Process {
    std::set<uint32_t> threads;  // that are known, and run
    bool ended = false;          // its last one has been told
  };

  void see(const Fork& fork);
  void see(const Snapshot& snapshot);
  void see(TaskExit& exit, bool lossy);

  std::map<uint32_t, Process> processes_;  // by tgid
};

}  // namespace cttrace
