#include "model/history.h"

#include <algorithm>
#include <iterator>

namespace cttrace {
namespace {

constexpr EventNumber kLeastDistance = 1024;

// What a copy costs, in objects.
size_t size_of(const State& state) {
  return state.tasks.size() + state.fs_structs.size() + state.namespaces.size() + state.trees.size() +
         state.filesystems.size();
}

}  // namespace

History::History(const TraceInfo& info) : model_(info) { copies_.emplace(0, model_); }

const Changes& History::apply(const Event& event) {
  const State& before = model_.state();
  // A copy is paid for by as many events as it has objects: also what has to be taken apart again after it.
  const EventNumber distance = std::max<EventNumber>(kLeastDistance, 2 * size_of(before));
  if (before.event - copies_.rbegin()->first >= distance) copies_.emplace(before.event, model_);
  return model_.apply(event);
}

State History::at(EventNumber number, const Replay& replay) const {
  number = std::min(number, model_.state().event);
  const auto after = copies_.upper_bound(number);
  Model model = std::prev(after)->second;
  if (model.state().event < number)
    replay(model.state().event + 1, number, [&](const Event& event) { model.apply(event); });
  return model.state();
}

}  // namespace cttrace
