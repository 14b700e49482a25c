// The mount tree before and after a step, for --trees.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cttrace/step.h"
#include "cttrace/tree_change.h"
#include "render/columns.h"
#include "render/json_values.h"

namespace cttrace {

struct ComparedTrees;

struct Trees {
  const State* before = nullptr;
  const State* after = nullptr;
  TaskId task = {};                                    // from whose root they are seen
  std::shared_ptr<const ComparedTrees> compared = {};  // nullptr: they were not kept
};

// None: the step binds nothing and switches no root, or there is nothing left of what it did.
std::optional<Trees> trees_around(const Step& step, const TreeChanges* changes);

// Both trees, without what is the same in both, or that they are left out. Marked is what is new (+), gone (-), moved
// (>) and changed or hidden (~).
std::string draw_trees(const Trees& trees, const Style& style);

// Both trees with the marks. Of a large tree only what is marked, what that is on, and how many mounts are left out.
// null: they were not kept.
Json json_trees(const Trees& trees);

}  // namespace cttrace
