// The mount tree before and after a step, for --trees.
#pragma once

#include <optional>
#include <string>

#include "cttrace/step.h"
#include "cttrace/tree_change.h"
#include "render/columns.h"
#include "render/json_values.h"

namespace cttrace {

struct Trees {
  const State* before = nullptr;
  const State* after = nullptr;
  TaskId task = {};  // from whose root they are seen
};

// None: the step binds nothing and switches no root, or there is nothing left of what it did.
std::optional<Trees> trees_around(const Step& step, const TreeChanges* changes);

// Both trees, without what is the same in both. Marked is what is new (+), gone (-), moved (>) and changed or hidden
// (~).
std::string draw_trees(const Trees& trees, const Style& style);

// Both trees as a whole, with the marks.
Json json_trees(const Trees& trees);

}  // namespace cttrace
