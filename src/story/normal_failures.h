// Failures that are part of a set-up that works.
#pragma once

#include "cttrace/story.h"
#include "story/steps.h"

namespace cttrace {

// Why a failed call is no cause for concern; empty: it is.
std::string why_normal(const Call& call, const StepFacts& facts, const Circumstances& around);

}  // namespace cttrace
