// What the kernel says after a call, where other traced tasks were in calls that change mounts at the same time: the
// newest mount, and how many there are, may be of their doing.
#pragma once

#include <string>
#include <vector>

#include "cttrace/event.h"
#include "model/mounts_api.h"

namespace cttrace {

// The call with only that left of the answer that is surely of its own doing: nobody else can have changed the
// namespace then. Before the call is applied.
Call with_its_own_answer(const State& state, const Call& told);

// An answer that nobody's words explain: the call's own mount is there, if it was not another call that made that one.
struct Suspicion {
  TreeId tree = 0;
  std::string path = {};       // where the kernel has it
  std::string root = {};       // what of its filesystem it shows
  std::string said = {};       // where the model has the call's own
  std::string said_root = {};  // what of its filesystem that shows
  uint64_t end_ns = 0;         // who began later was not there
};

// The call has been applied without its answer: `suspicions` has it where it contradicts what came of that.
void suspect(const Context& context, const Call& told, std::vector<Suspicion>& suspicions);
// What the event that has been applied explains, is none any more.
void explain(const Context& context, std::vector<Suspicion>& suspicions);
// Before an event that began then: those that nobody who was there has explained make their trees doubtful.
void doubt_unexplained(Context& context, std::vector<Suspicion>& suspicions, uint64_t time_ns);

}  // namespace cttrace
