// Tasks: how they are made, what they become, how they end.
#include <signal.h>

#include <utility>

#include "source/ptrace/tracer.h"

namespace cttrace::ptrace {
namespace {

constexpr size_t kMostEndedEarly = 4096;

}  // namespace

void Tracer::created(Thread& creator, bool waits) {
  const std::optional<unsigned long> message = event_message(static_cast<pid_t>(creator.tracee.tid));
  if (!message) return go_on(creator);
  const auto tid = static_cast<uint32_t>(*message);
  creator.created = true;
  Thread* child = threads_.find(tid);
  if (!child) {
    std::optional<Tracee> tracee = capture_.adopt(tid);
    if (!tracee) {  // killed already
      tracee = creator.tracee;
      tracee->tid = tracee->tgid = tid;
      tracee->pids.clear();
      tracee->last_words = {};
      tracee->namespaces.forget();
    }
    child = &threads_.add(*tracee);
  }
  if (!child->told) born(creator, *child, 0);
  if (!waits) returns(creator, *child);
  release(*child);
  go_on(creator);
  const auto end = ended_early_.find(tid);
  if (end == ended_early_.end()) return;
  const int status = end->second;
  ended_early_.erase(end);
  ended(static_cast<pid_t>(tid), status);
}

void Tracer::born(Thread& creator, Thread& child, uint32_t flags) {
  if (child.is_orphan()) --orphans_;
  child.told = true;
  child.filters = creator.filters;
  capture_.fork(creator.tracee, child.tracee, creator.in_call ? creator.inherited : Inherited(), flags);
}

// The call that has made a task succeeds, and has done all that it does (kernel_clone, kernel/fork.c): no need to stop
// once more. What the new task does, and be it to kill its creator, comes later.
void Tracer::returns(Thread& creator, const Thread& child) {
  const size_t level = creator.tracee.pids.size();
  const std::vector<uint32_t>& pids = child.tracee.pids;
  if (!creator.in_call || level == 0 || level > pids.size()) return;
  if (creator.call) capture_.exit(creator.tracee, *std::exchange(creator.call, std::nullopt), pids[level - 1]);
  creator.special = SpecialCall::kNone;
  if (filtered_ && !creator.filters) creator.in_call = false;
}

void Tracer::release(Thread& child) {
  if (std::exchange(child.held, false)) go_on(child);
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
  // It has succeeded, and nothing will change that: no need to stop once more (exec_binprm, fs/exec.c).
  if (now->call) capture_.exit(now->tracee, *std::exchange(now->call, std::nullopt), 0, 0);
  if (filtered_ && !now->filters) now->in_call = false;
  go_on(*now);
}

void Tracer::ending(Thread& thread, uint32_t code) {
  const bool in_call = thread.call && !thread.call->keeps && thread.verdict == FilterVerdict::kAllowed;
  if (thread.ending) return;
  const bool last = threads_.end(thread);
  capture_.task_exit(thread.tracee, code, last, in_call);
  if (orphans_ > 0) adopt_orphans(thread);
}

void Tracer::ended(pid_t tid, int status) {
  if (tid == child_) handover_.child_ended(tid, status);
  Thread* const thread = threads_.find(static_cast<uint32_t>(tid));
  if (!thread) {
    if (ended_early_.size() < kMostEndedEarly) ended_early_[static_cast<uint32_t>(tid)] = status;
    return;
  }
  if (thread->is_orphan())
    --orphans_;  // nobody knows any more who has made it
  else if (thread->told)
    ending(*thread, static_cast<uint32_t>(status));
  threads_.remove(static_cast<uint32_t>(tid));
}

// A creator that is killed in the moment has no event of what it has made.
void Tracer::adopt_orphans(Thread& dying) {
  bool others = false;
  std::vector<Thread*> orphans;
  threads_.each([&](Thread& thread) {
    if (thread.is_orphan()) orphans.push_back(&thread);
    others |= thread.may_create();
  });
  const bool its_own = dying.in_call && dying.special == SpecialCall::kMakesTask && !dying.created;
  if (others && !its_own) return;
  for (Thread* const orphan : orphans) {
    born(dying, *orphan, CT_FLAG_SYNTHETIC);
    release(*orphan);
    if (its_own && others) break;
  }
}

}  // namespace cttrace::ptrace
