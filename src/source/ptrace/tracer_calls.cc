// Calls: their entries and exits.
#include <linux/seccomp.h>

#include <cerrno>

#include "source/ptrace/privileged_program.h"
#include "source/ptrace/tracer.h"

namespace cttrace::ptrace {
namespace {

uint32_t flags_of(FilterVerdict verdict) {
  switch (verdict) {
    case FilterVerdict::kAllowed: break;
    case FilterVerdict::kAnswered: return CT_FLAG_ORPHAN;
    case FilterVerdict::kSigsys: return CT_FLAG_ORPHAN | CT_FLAG_SIGSYS;
  }
  return 0;
}

}  // namespace

void Tracer::at_call(Thread& thread) {
  if (thread.in_call) {
    end_call(thread);
  } else if (const std::optional<CallNow> now = call_now(static_cast<pid_t>(thread.tracee.tid));
             now && now->is_entry()) {
    begin_call(thread, *now);
    if (thread.special == SpecialCall::kExecutes && leave_to_its_privileges(thread, *now)) return;
  }
  go_on(thread);
}

// Ends following a thread that is about to execute a program by which it gains privileges, and would not otherwise.
bool Tracer::leave_to_its_privileges(Thread& thread, const CallNow& now) {
  const std::optional<std::string> program = loses_privileges_by_us(thread.tracee.tid, now);
  if (!program) return false;
  const auto tid = static_cast<pid_t>(thread.tracee.tid);
  handover_.notice(
      "process " + std::to_string(thread.tracee.tgid) + " executes " + *program +
      ", which gains privileges: it and what it makes are not followed from here on, as they would not get "
      "them");
  ++not_followed_;
  ptrace::go_on(tid, Until::kDetach, 0);
  if (tid == child_) handover_.child_left();
  threads_.remove(thread.tracee.tid);
  return true;
}

void Tracer::at_filter(Thread& thread) {
  // Who stops at every call has stopped at this one already.
  const auto tid = static_cast<pid_t>(thread.tracee.tid);
  if (const std::optional<CallNow> now = thread.in_call ? std::nullopt : call_now(tid)) {
    begin_call(thread, *now);
    thread.in_call = thread.call || thread.special != SpecialCall::kNone;
  }
  go_on(thread);
}

void Tracer::begin_call(Thread& thread, const CallNow& now) {
  thread.in_call = true;
  thread.special = special_call(now.abi, now.nr);
  thread.inherited = thread.special == SpecialCall::kMakesTask ? inherited(now) : Inherited();
  thread.created = false;
  thread.tracee.abi = now.abi;
  thread.call.reset();
  thread.filter = filter_given(thread.tracee.tid, now);
  thread.syncs = thread.special == SpecialCall::kSeccomp && (now.args[1] & SECCOMP_FILTER_FLAG_TSYNC);
  thread.verdict = verdict(thread.filters, now);
  if (!capture_.wants(now.abi, now.nr)) return;
  CallAtEntry& call = thread.call.emplace();
  call.abi = now.abi;
  call.nr = now.nr;
  call.args = now.args;
  // A call that is not entered has no record of its entry.
  if (thread.verdict == FilterVerdict::kAllowed && !capture_.enter(thread.tracee, call)) thread.call.reset();
}

void Tracer::end_call(Thread& thread) {
  thread.in_call = false;
  if (thread.special == SpecialCall::kEnters) thread.tracee.namespaces.forget();
  if (!thread.call && thread.special == SpecialCall::kNone) return;
  const std::optional<CallNow> now = call_now(static_cast<pid_t>(thread.tracee.tid));
  if (!now || now->at != CallNow::At::kExit) return;
  if (thread.call) capture_.exit(thread.tracee, *thread.call, now->ret, flags_of(thread.verdict));
  thread.call.reset();
  if (thread.verdict != FilterVerdict::kAllowed) return;
  if (thread.special != SpecialCall::kNone) after_special_call(thread, now->ret);
}

void Tracer::after_special_call(Thread& thread, int64_t result) {
  switch (thread.special) {
    case SpecialCall::kMakesTask:
      if (result <= 0 || thread.created) break;
      // CLONE_UNTRACED, or it was made in the moment before tracing began.
      ++not_followed_;
      notice_once("untraced", "process " + std::to_string(thread.tracee.tgid) + " has made process " +
                                  std::to_string(result) +
                                  " with CLONE_UNTRACED: it, and what it makes, is not followed");
      break;
    case SpecialCall::kTraces:
      if (result != -EPERM) break;
      notice_once("traces", "process " + std::to_string(thread.tracee.tgid) +
                                " may not use ptrace on processes that cttrace follows by it: a process can have one "
                                "tracer");
      break;
    case SpecialCall::kSeccomp:
    case SpecialCall::kPrctl:
      if (result >= 0 && thread.filter) add_filter(thread);
      break;
    case SpecialCall::kEnters:
    case SpecialCall::kExecutes:
    case SpecialCall::kNone: break;
  }
}

// With SECCOMP_FILTER_FLAG_TSYNC all threads of the process have the filters of this one.
void Tracer::add_filter(Thread& thread) {
  thread.filters = std::make_shared<const OwnFilter>(OwnFilter{std::move(*thread.filter), thread.filters});
  thread.filter.reset();
  if (!thread.syncs) return;
  threads_.each([&](Thread& other) {
    if (other.tracee.tgid == thread.tracee.tgid) other.filters = thread.filters;
  });
}

}  // namespace cttrace::ptrace
