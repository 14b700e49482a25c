// The table of normal failures, and its conditions.
#include "story/normal_failures.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>

#include "story/call.h"

namespace cttrace {
namespace {

using Condition = bool (*)(const Call& call, const StepFacts& facts);

bool always(const Call&, const StepFacts&) { return true; }

// Every pointer is NULL.
bool gives_nothing(const Call& call, const StepFacts&) {
  return std::ranges::none_of(
             call.args,
             [](const Argument& each) { return each.reading != Reading::kNone && each.reading != Reading::kNull; }) &&
         std::ranges::all_of(call.args,
                             [](const Argument& each) { return each.spec->kind != ArgKind::kAddress || !each.raw; });
}

bool no_descriptor(const Call& call, const StepFacts&) {
  return std::ranges::none_of(call.args, [](const Argument& each) { return each.file.has_value(); });
}

bool asks(const Call& call, const StepFacts&) { return call.row->name == "prctl" && !(call.row->groups & kIdentity); }

bool masks(const Call&, const StepFacts& facts) { return std::holds_alternative<PathsMasked>(facts); }

bool masks_or_binds_itself(const Call& call, const StepFacts& facts) {
  if (masks(call, facts)) return true;
  const auto* done = std::get_if<MountDone>(&facts);
  return done && done->how == MountDone::How::kBind && done->mounts[0].source == done->mounts[0].target.path;
}

bool of_user_namespace(const Call& call, const StepFacts&) {
  const File* target = file(call, "fd");
  return target && target->kind == FileKind::kNamespace && target->target == CLONE_NEWUSER;
}

bool raises_ambient(const Call& call, const StepFacts&) {
  return number(call, "option") == PR_CAP_AMBIENT && number(call, "operation") == PR_CAP_AMBIENT_RAISE;
}

bool drops_or_raises(const Call& call, const StepFacts&) {
  return number(call, "option") == PR_CAPBSET_DROP || number(call, "option") == PR_CAP_AMBIENT;
}

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
