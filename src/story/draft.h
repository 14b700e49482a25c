// A set-up while it goes on: steps by the process that took them.
#pragma once

#include <map>
#include <vector>

#include "cttrace/story.h"

namespace cttrace {

// Grows by at most kMostSteps steps; what is more is counted.
class Draft {
 public:
  static constexpr size_t kMostSteps = 1024;

  struct Part {
    Stage stage;
    std::vector<Step> steps = {};  // in the order of their start, what belongs together joined
    uint64_t quiet_calls = 0;
  };

  Part& part(const Stage& stage);
  Part* find(TaskId process);
  void add(const Stage& stage, Step&& step);
  void moved(TaskId mover, const CgroupAttach& attach);

  const std::vector<Part>& parts() const { return parts_; }
  std::vector<Part>& parts() { return parts_; }
  uint64_t call_count() const { return call_count_; }
  uint64_t dropped() const { return dropped_; }
  bool empty() const { return parts_.empty(); }
  EventNumber first = 0;
  uint64_t start_ns = 0;
  void begin(EventNumber number, uint64_t time_ns);

 private:
  std::vector<Part> parts_;
  std::map<TaskId, size_t> by_process_;
  uint64_t call_count_ = 0, dropped_ = 0;
  size_t steps_ = 0;
};

}  // namespace cttrace
