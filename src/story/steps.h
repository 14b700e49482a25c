// What one call means for a set-up.
#pragma once

#include <optional>

#include "cttrace/story.h"

namespace cttrace {

// The step that the call alone would be. Its phase is that of its kind; where the container's root is decides more.
Step step_of(const Call& call, EventNumber number);

// --- By subject; nullopt: the call is none of these.
std::optional<StepFacts> mount_facts(const Call& call);
std::optional<StepFacts> root_facts(const Call& call);
std::optional<StepFacts> device_facts(const Call& call);
std::optional<StepFacts> process_facts(const Call& call);
std::optional<StepFacts> identity_facts(const Call& call);
std::optional<StepFacts> control_facts(const Call& call);

Phase usual_phase(const StepFacts& facts);

}  // namespace cttrace
