// What is not known any more after something could not be recorded.
#pragma once

#include <string>

#include "cttrace/event.h"
#include "model/context.h"

namespace cttrace {

void apply_loss(ModelContext& context, const Loss& loss);
// A call of which only a part has come: other records were lost with the rest.
void doubt_call(ModelContext& context, const Call& call);

}  // namespace cttrace
