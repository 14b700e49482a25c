#include "story/tree_keeper.h"

#include <algorithm>
#include <utility>

namespace cttrace {
namespace {

constexpr size_t kMostKept = 4096;

bool changes_trees(const Change& change) {
  const auto* const mount = std::get_if<MountChanged>(&change);
  return (mount && !mount->propagated) || std::holds_alternative<RootChanged>(change);
}

}  // namespace

void TreeKeeper::before(const Event& event, const State& state) {
  const auto* const call = std::get_if<Call>(&event);
  if (!call || call->outcome != Outcome::kReturned || call->result < 0 || !(call->row->groups & (kMount | kRoot)))
    return;
  now_ = {.task = id_of(call->task), .before = state};
}

void TreeKeeper::after(EventNumber number, const Changes& changes, const State& state) {
  std::optional<TreeChange> now = std::exchange(now_, std::nullopt);
  if (!now || std::ranges::none_of(changes, changes_trees)) return;
  now->after = state;
  changes_.emplace(number, std::make_shared<const TreeChange>(std::move(*now)));
  if (changes_.size() > kMostKept) changes_.erase(changes_.begin());
}

}  // namespace cttrace
