// Keeps the states around every call that changes a mount tree or a root.
#pragma once

#include <optional>

#include "cttrace/change.h"
#include "cttrace/tree_change.h"

namespace cttrace {

class TreeKeeper {
 public:
  // Around each event that the model applies.
  void before(const Event& event, const State& state);
  void after(EventNumber number, const Changes& changes, const State& state);

  // The latest of very many.
  const TreeChanges& changes() const { return changes_; }

 private:
  std::optional<TreeChange> now_;
  TreeChanges changes_;
};

}  // namespace cttrace
