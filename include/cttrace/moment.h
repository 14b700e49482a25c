// The state at one moment of a trace, and the containers that there were.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cttrace/state.h"
#include "cttrace/story.h"

namespace cttrace {

struct ContainerThen {
  enum class Stage : uint8_t {
    kOlder,  // was there when tracing began
    kSettingUp,
    kRuns,
  } stage = Stage::kRuns;
  uint32_t number = 0;                              // Container::number; 0: kOlder
  std::string name = {}, short_name = {};           // empty: not known
  std::string kind = {};                            // Container::kind
  Runtime runtime = {};                             // who sets it up; no name: kOlder
  std::vector<ContainerNamespace> namespaces = {};  // when it had been set up
  TaskId task = {};                                 // whose state is the container's: alive then
};

struct Moment {
  EventNumber event = 0;  // the last one that is in the state
  uint64_t time_ns = 0;   // what was asked for: of that event, or a time
  State state = {};
  std::vector<ContainerThen> containers = {};  // in the order in which they were found
};

}  // namespace cttrace
