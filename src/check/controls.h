// Files of cgroups, and what was written to them last.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "check/facts.h"

namespace cttrace {

// "pids.max" of "/sys/fs/cgroup/web/pids.max".
std::string_view control_name(const CgroupFacts::Control& control);

// The last write that came to be to a file of this name, or of one of several ("io.weight|io.bfq.weight"); nullptr:
// there is none.
const CgroupFacts::Control* last_written(const std::vector<CgroupFacts::Control>& controls, std::string_view names);

// What was written to timens_offsets last.
struct TimeOffset {
  int64_t seconds = 0, nanoseconds = 0;
  std::vector<EventNumber> events = {};
};
// By clock: "monotonic", "boottime". The kernel takes names and numbers of clocks.
std::map<std::string, TimeOffset> time_offsets(const ContainerFacts& container);

// What limits nothing: "-1", "max", "max 100000", and the number by which cgroup v1 says so.
bool is_no_limit(std::string_view value);

}  // namespace cttrace
