// Calls: their entries and exits.
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include <cerrno>

#include "source/ptrace/tracer.h"

namespace cttrace::ptrace {

void Tracer::at_call(Thread& thread) {
  if (thread.in_call) {
    end_call(thread);
  } else if (const std::optional<CallNow> now = call_now(static_cast<pid_t>(thread.tracee.tid));
             now && now->is_entry()) {
    begin_call(thread, *now);
  }
  go_on(thread);
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
  thread.argument = now.args[0];
  thread.created = false;
  thread.tracee.abi = now.abi;
  thread.call.reset();
  if (!capture_.wants(now.abi, now.nr)) return;
  CallAtEntry& call = thread.call.emplace();
  call.abi = now.abi;
  call.nr = now.nr;
  call.args = now.args;
  if (!capture_.enter(thread.tracee, call)) thread.call.reset();
}

void Tracer::end_call(Thread& thread) {
  thread.in_call = false;
  if (!thread.call && thread.special == SpecialCall::kNone) return;
  const std::optional<CallNow> now = call_now(static_cast<pid_t>(thread.tracee.tid));
  if (!now || now->at != CallNow::At::kExit) return;
  if (thread.call) capture_.exit(thread.tracee, *thread.call, now->ret);
  thread.call.reset();
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
    // Its own filter may answer a call before ours has it stop: the smaller action wins (seccomp(2)).
    case SpecialCall::kSeccomp:
      if (result >= 0 && thread.argument == SECCOMP_SET_MODE_FILTER) thread.every_call = true;
      break;
    case SpecialCall::kPrctl:
      if (result == 0 && thread.argument == PR_SET_SECCOMP) thread.every_call = true;
      break;
    case SpecialCall::kExecutes:
    case SpecialCall::kNone: break;
  }
}

}  // namespace cttrace::ptrace
