// Why the kernel refuses calls, as far as the state before them tells: the rules of fs/namespace.c, kernel/fork.c and
// others, as rows in refusals.def.
#pragma once

#include <string>

#include "cttrace/event.h"
#include "cttrace/state.h"
#include "model/context.h"

namespace cttrace {

// Why the call failed, in words that go on behind those of its errno; empty: nothing that is known explains it, or
// there is nothing to add.
std::string why_refused(ModelContext& context, const Call& call, const TaskState& task);

// Why the call cannot succeed, whatever it returned: of one that did, that is a mistake of the rules, or of the model.
std::string why_impossible(ModelContext& context, const Call& call, const TaskState& task);

}  // namespace cttrace
