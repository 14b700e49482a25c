// Keeps the state of the moment that is asked for, and finds out which containers there were: also those that were
// still being set up, whose names are known later.
#pragma once

#include <optional>
#include <vector>

#include "cttrace/moment.h"

namespace cttrace {

class MomentKeeper {
 public:
  // An event that is the last one in the state; or a time, up to which everything that began by then is.
  struct Wanted {
    EventNumber event = 0;  // 0: the time
    uint64_t time_ns = 0;
  };
  // `start_ns`: when tracing began.
  MomentKeeper(const Wanted& wanted, uint64_t start_ns) : wanted_(wanted), start_ns_(start_ns) {}

  // Before the event, which will be the one with this number, is applied to the state.
  void before(const Event& event, EventNumber number, const State& state);
  void told(const News& news);
  // None: the trace has ended before.
  std::optional<Moment> finish(const State& last);

 private:
  struct Candidate {
    ContainerThen container;
    EventNumber first, last;    // of its set-up
    std::vector<TaskId> tasks;  // whose state is the container's, if they were there: the best one first
  };

  void take(const State& state);
  bool is_due(uint64_t time_ns, EventNumber number) const;
  void add_told(Moment& moment) const;
  void add_older(Moment& moment) const;

  Wanted wanted_;
  uint64_t start_ns_;
  std::optional<Moment> moment_;
  std::vector<Candidate> candidates_;
};

}  // namespace cttrace
