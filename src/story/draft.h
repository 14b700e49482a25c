// A set-up while it goes on: steps by the process that took them.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "cttrace/story.h"

namespace cttrace {

// Bounded: what is more than `most` steps is dropped and counted, the oldest first.
class Draft {
 public:
  explicit Draft(size_t most) : most_(most) {}
  Draft(const Draft&) = delete;  // by_process_ leads into the list
  Draft& operator=(const Draft&) = delete;

  struct Part {
    Stage stage = {};
    std::vector<Step> steps = {};  // in the order of their start, what belongs together joined
    uint64_t quiet_calls = 0;
    uint64_t calls = 0;
    CallCounts calls_by_name = {};
    // What the process failed with last, where that is usual, before it ended with an error: it may have ended for
    // that.
    std::shared_ptr<const Step> excused = {};
  };

  // The part of a process; made where there is none.
  Part& part(const Stage& stage);
  Part* find(TaskId process);
  void add(const Stage& stage, Step&& step);
  void add(Part&& part);
  std::optional<Part> take_part(TaskId process);
  // What a process did last, if that was to look in vain for the program that it runs now: it is taken away.
  std::optional<Step> take_search(TaskId process, const ProgramRun& run);
  // What was done from this time on, when `process` executed a program: it is taken away.
  std::vector<Part> end_at(uint64_t time_ns, TaskId process);
  // A task was moved to another cgroup by a write that has been added.
  void moved(TaskId writer, const CgroupAttach& attach);

  std::list<Part>& parts() { return parts_; }
  const std::list<Part>& parts() const { return parts_; }
  std::list<Part> take_parts();
  uint64_t dropped() const { return dropped_; }

 private:
  void make_room();
  void forget_a_part();

  size_t most_;
  std::list<Part> parts_;
  std::map<TaskId, std::list<Part>::iterator> by_process_;
  uint64_t dropped_ = 0;
  size_t steps_ = 0;
};

}  // namespace cttrace
