// The mount trees around a call that changed them, for --trees.
#pragma once

#include <map>
#include <memory>

#include "cttrace/state.h"

namespace cttrace {

struct TreeChange {
  TaskId task = {};  // who made the call
  State before = {}, after = {};
};
using TreeChanges = std::map<EventNumber, std::shared_ptr<const TreeChange>>;

}  // namespace cttrace
