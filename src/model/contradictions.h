// Where the kernel's own answer is another one than the model's.
#pragma once

#include <string>

#include "model/context.h"

namespace cttrace {

// Not after a loss: what was lost explains it.
inline void contradict(ModelContext& context, std::string what, std::string model, std::string kernel) {
  if (context.state.doubtful_since) return;
  context.changed(Contradicted{.what = std::move(what), .model = std::move(model), .kernel = std::move(kernel)});
}

}  // namespace cttrace
