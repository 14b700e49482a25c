// The table of normal failures, and its conditions.
#include "story/normal_failures.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

#include "base/paths.h"
#include "base/words.h"
#include "story/call.h"

namespace cttrace {
namespace {

constexpr int ERESTARTNOINTR = 513;  // include/linux/errno.h

using Condition = bool (*)(const Call& call, const StepFacts& facts, const Circumstances& around);

bool always(const Call&, const StepFacts&, const Circumstances&) { return true; }

// No memory, and no descriptor that is one.
bool gives_nothing(const Call& call, const StepFacts&, const Circumstances&) {
  return std::ranges::none_of(call.args, [](const Argument& each) {
    const bool points = each.spec->kind == ArgKind::kAddress && each.raw != 0;
    const bool has_memory = each.reading != Reading::kNone && each.reading != Reading::kNull;
    return points || has_memory || each.file;
  });
}

// PR_GET_* and PR_CAPBSET_READ: rows that are in no group. PR_SCHED_CORE both asks and gives.
bool only_asks(const Call& call, const StepFacts&, const Circumstances&) {
  constexpr uint64_t kSchedCore = 62, kGet = 0;  // PR_SCHED_CORE, PR_SCHED_CORE_GET: of Linux 5.14
  if (number(call, "option") == kSchedCore) return number(call, "command") == kGet;
  return !(call.row->groups & kIdentity);
}

bool masks(const Call&, const StepFacts& facts, const Circumstances&) {
  return std::holds_alternative<PathsMasked>(facts);
}

bool masks_or_binds_itself(const Call&, const StepFacts& facts, const Circumstances&) {
  if (std::holds_alternative<PathsMasked>(facts)) return true;
  const auto* done = std::get_if<MountDone>(&facts);
  return done && done->how == MountDone::How::kBind && done->mounts[0].source == done->mounts[0].target.path;
}

bool binds(const Call&, const StepFacts& facts, const Circumstances&) {
  const auto* done = std::get_if<MountDone>(&facts);
  return done && done->how == MountDone::How::kBind;
}

bool binds_memory(const Call&, const StepFacts& facts, const Circumstances&) {
  const auto* done = std::get_if<MountDone>(&facts);
  return done && done->how == MountDone::How::kBind && done->mounts[0].source.starts_with("/memfd:");
}

// nspawn brings it into whatever it has for /sys, and goes on without: mount_all() in src/nspawn/nspawn-mount.c.
bool brings_selinux(const Call& call, const StepFacts& facts, const Circumstances&) {
  const auto* done = std::get_if<MountDone>(&facts);
  const bool is_there = done && done->mounts[0].target.path.ends_with("/sys/fs/selinux");
  if (!is_there || !(mount_flags(call) & MS_BIND)) return false;
  return done->how == MountDone::How::kRemount || done->mounts[0].source == "/sys/fs/selinux";
}

bool propagation(const Call&, const StepFacts& facts, const Circumstances&) {
  const auto* done = std::get_if<MountDone>(&facts);
  return done && done->how == MountDone::How::kPropagation;
}

bool of_user_namespace(const Call& call, const StepFacts&, const Circumstances&) {
  const File* target = file(call, "fd");
  const bool by_pidfd = target && target->kind == FileKind::kPidfd && number(call, "flags") == CLONE_NEWUSER;
  return by_pidfd || (target && target->kind == FileKind::kNamespace && target->target == CLONE_NEWUSER);
}

bool raises_ambient(const Call& call, const StepFacts&, const Circumstances&) {
  return number(call, "option") == PR_CAP_AMBIENT && number(call, "operation") == PR_CAP_AMBIENT_RAISE;
}

// EINVAL is said of nothing else then: cap_prctl_drop() and cap_task_prctl() in security/commoncap.c. Sets have 64
// bits: nobody looks for the kernel's last capability behind those.
bool names_capability(const Call& call, const StepFacts&, const Circumstances&) {
  if (number(call, "cap") >= 64) return false;
  if (number(call, "option") == PR_CAPBSET_DROP) return true;
  const uint64_t operation = number(call, "operation");
  const bool of_one = operation == PR_CAP_AMBIENT_RAISE || operation == PR_CAP_AMBIENT_LOWER;
  return number(call, "option") == PR_CAP_AMBIENT && of_one && !number(call, "arg4") && !number(call, "arg5");
}

// Every id as it is: "0 0 1", "1 1 4294967294". Who is in no user namespace of its own has such a map to hand on.
bool copies_map(const Call&, const StepFacts& facts, const Circumstances&) {
  const auto* maps = std::get_if<MapsWritten>(&facts);
  if (!maps) return false;
  const std::string_view text = maps->uids.empty() ? maps->gids : maps->uids;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view line = next_line(rest);
    const std::string_view inside = next_word(line), outside = next_word(line);
    if (inside != outside) return false;
  }
  return !text.empty();
}

bool sets_oom_score(const Call&, const StepFacts& facts, const Circumstances&) {
  const auto* given = std::get_if<IdentityGiven>(&facts);
  return given && given->changes[0].what == IdentityGiven::What::kOomScore;
}

bool locks_memory(const Call& call, const StepFacts&, const Circumstances&) {
  return number(call, "resource") == RLIMIT_MEMLOCK;
}

// Each id that is to change becomes root's.
bool asks_for_root(const Call& call, const StepFacts&, const Circumstances&) {
  constexpr auto kUnchanged = static_cast<uint32_t>(-1);
  const auto is_root = [](const Argument& id) { return static_cast<uint32_t>(id.raw) == 0; };
  const auto stays = [](const Argument& id) { return static_cast<uint32_t>(id.raw) == kUnchanged; };
  return std::ranges::any_of(call.args, is_root) &&
         std::ranges::all_of(call.args, [&](const Argument& id) { return is_root(id) || stays(id); });
}

bool only_reads(const Call& call, const StepFacts&, const Circumstances&) { return number(call, "new_rlim") == 0; }

bool keeps_owner(const Call& call, const StepFacts&, const Circumstances&) {
  constexpr auto kUnchanged = static_cast<uint32_t>(-1);
  return static_cast<uint32_t>(number(call, "user")) == kUnchanged &&
         static_cast<uint32_t>(number(call, "group")) == kUnchanged;
}

bool executes_check(const Call& call, const StepFacts&, const Circumstances&) {
  return last_part(text(call, "filename")) == "check";
}

bool nothing_is_there(const Call&, const StepFacts&, const Circumstances& around) { return !around.is_mounted; }

bool back_to_start(const Call& call, const StepFacts&, const Circumstances& around) {
  return !around.started_in.empty() && path(call, "filename") == around.started_in;
}

bool sets_title(const Call& call, const StepFacts&, const Circumstances&) {
  return number(call, "option") == PR_SET_MM;
}

struct Row {
  std::string_view call;
  int error;
  Condition when;
  Callers by;
  const char* reason;
};
#define NORMAL(call, error, when, program, from, until, reason) {call, error, when, {program, from, until}, reason},
constexpr Row kRows[] = {
#include "story/normal_failures.def"
};
#undef NORMAL

}  // namespace

std::string why_normal(const Call& call, const StepFacts& facts, const Circumstances& around) {
  const int error = error_of(call);
  for (const Row& row : kRows)
    if (row.call == call.row->name && row.error == error && means(row.by, around.caller) &&
        row.when(call, facts, around))
      return row.reason;
  return {};
}

}  // namespace cttrace
