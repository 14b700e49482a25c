// What an event changed, in JSON: docs/schema/changes.json says what is in it.
#pragma once

#include "cttrace/change.h"
#include "render/json_values.h"

namespace cttrace {

// `state` is the one that the change has led to.
Json json_change(const State& state, const Change& change);

// {"type": "changes", "changes": [...]}. `doubts_only`: those that say that something is not known, or was not as
// cttrace had it.
Json json_changes(const State& state, const Changes& changes, bool doubts_only);

}  // namespace cttrace
