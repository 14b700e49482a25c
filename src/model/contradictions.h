// Where the kernel's own answer is another one than the model's.
#pragma once

#include <string>

#include "model/context.h"

namespace cttrace {

// The kernel has said something of which the model knew nothing; the same as the model.
inline void learn(ModelContext& context, std::string_view kind) { ++context.books.agreements[kind].unknown; }
inline void confirm(ModelContext& context, std::string_view kind) { ++context.books.agreements[kind].confirmed; }

// It has said something else. `kind` is a word that stays; `whose` follows it. After a loss what was lost explains it.
inline void contradict(ModelContext& context, std::string_view kind, const std::string& whose, std::string model,
                       std::string kernel) {
  if (context.state.doubtful_since) return learn(context, kind);
  ++context.books.agreements[kind].contradicted;
  context.changed(
      Contradicted{.what = std::string(kind) + whose, .model = std::move(model), .kernel = std::move(kernel)});
}

inline std::string whose(const TaskState& task) { return " of " + std::to_string(task.id.tid); }

}  // namespace cttrace
