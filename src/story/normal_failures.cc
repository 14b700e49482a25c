// The table of normal failures, and its conditions.
#include "story/normal_failures.h"

#include <sched.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>

#include "story/call.h"

namespace cttrace {
namespace {

using Condition = bool (*)(const Call& call, const StepFacts& facts);

bool always(const Call&, const StepFacts&) { return true; }

// No memory, and no descriptor that is one.
bool gives_nothing(const Call& call, const StepFacts&) {
  return std::ranges::none_of(call.args, [](const Argument& each) {
    const bool points = each.spec->kind == ArgKind::kAddress && each.raw != 0;
    const bool has_memory = each.reading != Reading::kNone && each.reading != Reading::kNull;
    return points || has_memory || each.file;
  });
}

// PR_GET_* and PR_CAPBSET_READ: rows that are in no group.
bool only_asks(const Call& call, const StepFacts&) { return !(call.row->groups & kIdentity); }

bool masks(const Call&, const StepFacts& facts) { return std::holds_alternative<PathsMasked>(facts); }

bool masks_or_binds_itself(const Call&, const StepFacts& facts) {
  if (std::holds_alternative<PathsMasked>(facts)) return true;
  const auto* done = std::get_if<MountDone>(&facts);
  return done && done->how == MountDone::How::kBind && done->mounts[0].source == done->mounts[0].target.path;
}

bool propagation(const Call&, const StepFacts& facts) {
  const auto* done = std::get_if<MountDone>(&facts);
  return done && done->how == MountDone::How::kPropagation;
}

bool of_user_namespace(const Call& call, const StepFacts&) {
  const File* target = file(call, "fd");
  const bool by_pidfd = target && target->kind == FileKind::kPidfd && number(call, "flags") == CLONE_NEWUSER;
  return by_pidfd || (target && target->kind == FileKind::kNamespace && target->target == CLONE_NEWUSER);
}

bool raises_ambient(const Call& call, const StepFacts&) {
  return number(call, "option") == PR_CAP_AMBIENT && number(call, "operation") == PR_CAP_AMBIENT_RAISE;
}

bool drops_or_raises(const Call& call, const StepFacts&) {
  return number(call, "option") == PR_CAPBSET_DROP || number(call, "option") == PR_CAP_AMBIENT;
}

bool sets_title(const Call& call, const StepFacts&) { return number(call, "option") == PR_SET_MM; }

struct Row {
  std::string_view call;
  int error;
  Condition when;
  const char* reason;
};
#define NORMAL(call, error, when, reason) {call, error, when, reason},
constexpr Row kRows[] = {
#include "story/normal_failures.def"
};
#undef NORMAL

}  // namespace

std::string why_normal(const Call& call, const StepFacts& facts) {
  const int error = error_of(call);
  for (const Row& row : kRows)
    if (row.call == call.row->name && row.error == error && row.when(call, facts)) return row.reason;
  return {};
}

}  // namespace cttrace
