#include "model/refusals.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <vector>

#include "model/refusal_reasons.h"

namespace cttrace {
namespace {

enum class Sureness : uint8_t { kAlways, kThen };

struct Row {
  std::string_view call;
  int error;
  Sureness sureness;
  Reason reason;
};

constexpr Row kRows[] = {
#define REFUSED(CALL, ERROR, SURENESS, REASON) {CALL, ERROR, Sureness::SURENESS, REASON},
#include "model/refusals.def"
#undef REFUSED
};

// By index of the row of the call.
std::vector<std::vector<const Row*>> by_call() {
  std::vector<std::vector<const Row*>> found;
  for (const SyscallRow& row : syscall_rows()) {
    found.emplace_back();
    for (const Row& each : kRows)
      if (each.call == row.name) found.back().push_back(&each);
  }
  return found;
}

const std::vector<const Row*>& rows_of(const Call& call) {
  static const std::vector<std::vector<const Row*>> rows = by_call();
  return rows[call.row->index];
}

}  // namespace

std::string why_refused(ModelContext& context, const Call& call, const TaskState& task) {
  if (call.outcome != Outcome::kReturned || call.result >= 0) return {};
  const Fact<uint32_t>& seccomp = task.identity.seccomp_mode;
  const bool may_be_filtered = context.books.denials_may_hide && (!seccomp.known() || seccomp.value != 0);
  for (const Row* const row : rows_of(call)) {
    if (row->error != -call.result || (row->sureness == Sureness::kThen && may_be_filtered)) continue;
    if (std::string why = row->reason({context, call, task}); !why.empty()) return why;
  }
  return {};
}

std::string why_impossible(ModelContext& context, const Call& call, const TaskState& task) {
  for (const Row* const row : rows_of(call)) {
    if (row->sureness != Sureness::kAlways) continue;
    if (std::string why = row->reason({context, call, task}); !why.empty()) return why;
  }
  return {};
}

}  // namespace cttrace
