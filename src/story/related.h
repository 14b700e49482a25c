// What belongs to a container, of all that goes on beside it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "story/cast.h"

namespace cttrace {

// What is known of a container when its set-up ends.
struct Subject {
  const SetUp* set_up = nullptr;
  std::string name = {};
  std::string called = {};  // what its runtime was told that it is called; empty: nothing
  std::string rootfs = {};
  std::set<uint32_t> inodes = {};  // of the namespaces of its own
  std::set<uint32_t> pids = {};    // of its stages, as in Task
  std::set<uint32_t> around = {};  // the containers that its runtime's container is in, as in Unit
};

enum class Relation : uint8_t {
  kNone,
  kMounts,  // some that it makes may be below the root: they are the same that the runtime sees
  kSteps,   // some of what it does may be for the container
  kWhole,   // all of it is
};

// A unit is the runtime, was started by it, or was told the container's name: then it is there for the container.
Relation relation_of(const Unit& unit, const Subject& subject);

// The step is about the container: its root, its namespaces, its processes, its name.
bool concerns(const Step& step, const Subject& subject);
// Of one who has nothing else to do with it: a mount below its root.
bool is_below_root(const Step& step, const Subject& subject);

}  // namespace cttrace
