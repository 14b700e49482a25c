// The state at a hand-over as facts.
#pragma once

#include "check/facts.h"

namespace cttrace {

// None: its state is not at hand.
std::optional<HandedFacts> handed_facts(const SetUpStory& story);

// What is a mount namespace besides the container's own: that of its starter, and those that were there when tracing
// began. Mounts that are shared with one of these are shared with the host.
struct Outside {
  std::vector<TreeId> trees = {};
  TreeId starters = 0;  // 0: not known
};
Outside outside_of(const State& state, const SetUpStory& story, TreeId own);

// The mounts that can be named from `root`.
std::vector<MountFacts> mount_facts(const State& state, const Place& root, const Outside& outside);

// Whether the starter's root can still be reached.
Fact<OldRootFacts> old_root_facts(const State& state, const Place& root, const Outside& outside);

}  // namespace cttrace
