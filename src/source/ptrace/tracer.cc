// The loop, and attaching.
#include "source/ptrace/tracer.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <set>
#include <utility>

#include "source/ptrace/task_facts.h"

namespace cttrace::ptrace {
namespace {

// Who is in a call that cannot be interrupted (a parent in vfork, a slow disk) does not stop when it is asked to: so
// long the others wait for it.
constexpr std::chrono::milliseconds kPatience{300};
constexpr useconds_t kPause_us = 200;
constexpr uint32_t kMostTurns = 16;  // of one thread, before it is looked whether others wait, and where it runs

// Children of other threads of this process are none of ours, and not waited for.
pid_t wait_for_any(int* status, int options) { return ::waitpid(-1, status, __WALL | __WNOTHREAD | options); }

}  // namespace

Tracer::Tracer(Capture& capture, Handover& handover, uint32_t child, bool filtered)
    : capture_(capture), handover_(handover), child_(static_cast<pid_t>(child)), filtered_(filtered) {}

Status Tracer::attach(const std::vector<uint32_t>& processes) {
  handover_.busy();
  Result<Attached> attached =
      ptrace::attach(processes, filtered_, capture_, threads_, [&](Settling how) { return settle(how); });
  if (!attached) return attached.error();
  for (std::string& line : attached->refused) handover_.notice(std::move(line));
  tell_of_those_here();
  for (const auto& [tid, status] : std::exchange(happened_, {})) see(tid, status);
  return Ok{};
}

bool Tracer::settle(Settling how) {
  bool changed = false;
  const auto see_to = [&](const Happened& each) {
    const auto& [tid, status] = each;
    Thread* const thread = threads_.find(static_cast<uint32_t>(tid));
    // Whose creator has not told of it yet is told of with all of its life, later.
    if (!thread) return false;
    const StopKind kind = classify(status).kind;
    const bool ended = kind == StopKind::kEnded, ends = ended || kind == StopKind::kEnding;
    if (ended)
      threads_.remove(static_cast<uint32_t>(tid));
    else if (ends)
      ptrace::go_on(tid, Until::kNextEvent, 0);
    changed |= ended || (!ends && !std::exchange(thread->stands, true));
    return ends;
  };
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    collect(happened_);
    std::erase_if(happened_, see_to);
    std::vector<Thread*> running;
    threads_.each([&](Thread& thread) {
      if (!thread.stands) running.push_back(&thread);
    });
    if (how == Settling::kNow || running.empty()) return changed;
    if (std::chrono::steady_clock::now() >= until) {
      for (Thread* const thread : running) thread->stands = true;
      return changed;
    }
    usleep(kPause_us);
  }
}

// Tells of all in their order while all of them stand still: a state that there was.
void Tracer::tell_of_those_here() {
  std::set<uint32_t> here;
  threads_.each([&](Thread& thread) { here.insert(thread.tracee.tid); });
  for (const uint32_t tid : here) {
    Thread& thread = *threads_.find(tid);
    thread.told = true;
    thread.filters = filters_of(tid, filtered_ ? 1 : 0);
    capture_.snapshot(thread.tracee);
  }
  for (const uint32_t tid : here) capture_.mounts(threads_.find(tid)->tracee);
}

// Everything that there is by now.
void Tracer::collect(std::vector<Happened>& happened) const {
  int status = 0;
  for (pid_t tid = 0; (tid = wait_for_any(&status, WNOHANG)) > 0;) happened.emplace_back(tid, status);
}

bool Tracer::step() {
  handover_.idle();
  int status = 0;
  const pid_t tid = wait_for_any(&status, 0);
  handover_.busy();
  if (tid < 0) return errno == EINTR;
  happened_.assign(1, {tid, status});
  // The kernel tells of the same few first, always: others have their turns, too.
  turns_ = tid == last_ ? turns_ + 1 : 1;
  last_ = tid;
  if (threads_.size() > 1 && (turns_ == 1 || turns_ % kMostTurns == 0)) collect(happened_);
  run_beside(tid);
  for (const auto& [each, what] : happened_) see(each, what);
  return true;
}

// Who has many turns in a row is worth moving to; who has few may run elsewhere by the next.
void Tracer::run_beside(pid_t tid) {
  if (turns_ == 1) placement_.leave();
  if (turns_ % kMostTurns != 0) return;
  const std::optional<ProcStat> stat = task_stat(static_cast<uint32_t>(tid));
  if (stat) placement_.follow(stat->cpu);
}

void Tracer::let_go() {
  letting_go_ = true;
  int status = 0;
  for (pid_t tid = 0; (tid = wait_for_any(&status, WNOHANG)) > 0;) see(tid, status);
  handover_.idle();
}

void Tracer::see(pid_t tid, int status) {
  const Stop stop = classify(status);
  if (stop.kind == StopKind::kEnded) return ended(tid, status);
  Thread* thread = threads_.find(static_cast<uint32_t>(tid));
  if (!thread) {
    // A new one, before the event of its creator.
    const std::optional<Tracee> tracee = capture_.adopt(static_cast<uint32_t>(tid));
    if (!tracee) return;  // killed: its end is yet to come
    thread = &threads_.add(*tracee);
    thread->held = true;
    ++orphans_;
  }
  if (!thread->held) see_stop(*thread, stop);
}

void Tracer::see_stop(Thread& thread, const Stop& stop) {
  const auto tid = static_cast<pid_t>(thread.tracee.tid);
  switch (stop.kind) {
    case StopKind::kCall: at_call(thread); break;
    case StopKind::kSeccomp: at_filter(thread); break;
    case StopKind::kSignal: go_on(thread, stop.signal); break;
    case StopKind::kGroupStop: letting_go_ ? go_on(thread) : listen(tid); break;
    case StopKind::kCreated:
    case StopKind::kVforked: created(thread, stop.kind == StopKind::kVforked); break;
    case StopKind::kExecuted: executed(thread); break;
    case StopKind::kEnding: {
      const std::optional<unsigned long> code = event_message(tid);
      if (code) ending(thread, static_cast<uint32_t>(*code));
      go_on(thread);
      break;
    }
    // Whatever it was in when it was seized, and looked at, has returned.
    case StopKind::kTrap: thread.tracee.namespaces.forget(); [[fallthrough]];
    case StopKind::kOther:
    case StopKind::kEnded: go_on(thread); break;
  }
}

void Tracer::go_on(const Thread& thread, int signal) {
  const bool to_call = !filtered_ || thread.in_call || thread.filters;
  const Until until = letting_go_ ? Until::kDetach : to_call ? Until::kNextCall : Until::kNextEvent;
  // Where this fails, it is being killed: its end is yet to come.
  ptrace::go_on(static_cast<pid_t>(thread.tracee.tid), until, signal);
}

void Tracer::notice_once(const char* about, std::string line) {
  if (!std::exchange(noticed_[about], true)) handover_.notice(std::move(line));
}

}  // namespace cttrace::ptrace
