// Tasks: how they are made, what they become, how they end.
#include <signal.h>

#include "source/ptrace/tracer.h"

namespace cttrace::ptrace {
namespace {

constexpr size_t kMostEndedEarly = 4096;

}  // namespace

// Before it can run: it stands still until it is let go on behind its own first stop.
void Tracer::created(Thread& creator, uint32_t child) {
  creator.created = true;
  if (Thread* const known = threads_.find(child)) {
    if (known->held) adopt_child(creator, *known, 0);
    return;
  }
  std::optional<Tracee> tracee = capture_.adopt(child);
  if (!tracee) {  // killed already
    tracee = creator.tracee;
    tracee->tid = tracee->tgid = child;
  }
  adopt_child(creator, threads_.add(*tracee), 0);
  const auto end = ended_early_.find(child);
  if (end == ended_early_.end()) return;
  const int status = end->second;
  ended_early_.erase(end);
  ended(static_cast<pid_t>(child), status);
}

void Tracer::adopt_child(const Thread& creator, Thread& child, uint32_t flags) {
  child.told = true;
  child.every_call = creator.every_call;
  capture_.fork(creator.tracee, child.tracee, flags);
  if (!std::exchange(child.held, false)) return;
  --held_;
  go_on(child);
}

void Tracer::executed(Thread& thread) {
  const uint32_t tid = thread.tracee.tid;
  const auto old_tid = static_cast<uint32_t>(event_message(static_cast<pid_t>(tid)).value_or(tid));
  Thread* now = &thread;
  if (old_tid != tid && threads_.find(old_tid)) {
    // The leader has ended for a thread that takes its id and its age, and nobody waits for it (de_thread, fs/exec.c).
    const uint64_t start_ns = thread.tracee.start_ns;
    if (!thread.ending) ending(thread, SIGKILL);
    now = &threads_.rename(old_tid, tid);
    now->tracee.start_ns = start_ns;
  }
  capture_.exec(now->tracee, old_tid, now->call ? &*now->call : nullptr);
  go_on(*now);
}

void Tracer::ending(Thread& thread, uint32_t code) {
  const bool in_call = thread.call.has_value();
  if (thread.ending) return;
  const bool last = threads_.end(thread);
  capture_.task_exit(thread.tracee, code, last, in_call);
  if (held_ > 0) adopt_orphans(thread);
}

void Tracer::ended(pid_t tid, int status) {
  if (tid == child_) handover_.child_ended(tid, status);
  Thread* const thread = threads_.find(static_cast<uint32_t>(tid));
  if (!thread) {
    if (ended_early_.size() < kMostEndedEarly) ended_early_[static_cast<uint32_t>(tid)] = status;
    return;
  }
  if (thread->held) {
    --held_;
    thread->held = false;  // nobody knows any more who has made it
  } else if (thread->told) {
    ending(*thread, static_cast<uint32_t>(status));
  }
  threads_.remove(static_cast<uint32_t>(tid));
}

// A creator that is killed in the moment has no event of what it has made.
void Tracer::adopt_orphans(const Thread& dying) {
  bool others = false;
  std::vector<Thread*> orphans;
  threads_.each([&](Thread& thread) {
    if (thread.held) orphans.push_back(&thread);
    others |= !thread.held && thread.may_create();
  });
  const bool its_own = dying.in_call && dying.special == SpecialCall::kMakesTask && !dying.created;
  if (others && !its_own) return;
  for (Thread* const orphan : orphans) {
    adopt_child(dying, *orphan, CT_FLAG_SYNTHETIC);
    if (its_own && others) break;
  }
}

}  // namespace cttrace::ptrace
