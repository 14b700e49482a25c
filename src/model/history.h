// The state as of any event that has been applied, without replaying all of them.
#pragma once

#include <functional>
#include <map>

#include "model/model.h"

namespace cttrace {

// Keeps copies of the model, so far apart that they cost no more than applying the events did, and events not at all.
class History {
 public:
  explicit History(const TraceInfo& info);

  // As Model::apply.
  const Changes& apply(const Event& event);
  const State& now() const { return model_.state(); }

  // Hands the events from `first` to `last` (counted from 1, both included) to `sink`, in their order.
  using Sink = std::function<void(const Event&)>;
  using Replay = std::function<void(EventNumber first, EventNumber last, const Sink& sink)>;
  // The state when `number` events had been applied; that of now, where there have not been so many. Replays no more
  // events than there are between two copies.
  State at(EventNumber number, const Replay& replay) const;

  size_t copies() const { return copies_.size(); }

 private:
  Model model_;
  std::map<EventNumber, Model> copies_;
};

}  // namespace cttrace
