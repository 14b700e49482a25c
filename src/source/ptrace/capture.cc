#include "source/ptrace/capture.h"

#include <linux/securebits.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>

#include "source/ptrace/capture_state.h"
#include "source/ptrace/task_facts.h"
#include "source/synthetic.h"

namespace cttrace::ptrace {
namespace {

constexpr uint32_t kFirstPidNamespace = 0xEFFFFFFC;  // PROC_PID_INIT_INO

}  // namespace

std::optional<Tracee> adopt_task(uint32_t tid) {
  if (tid == 0) return std::nullopt;
  const std::string status = task_text(tid, "status");
  const std::optional<ProcStat> stat = task_stat(tid);
  const auto tgid = status_value(status, "Tgid");
  const auto numbers = tgid ? parse_numbers(*tgid) : std::nullopt;
  if (!stat || !numbers || numbers->size() != 1) return std::nullopt;
  Tracee tracee;
  tracee.tid = tid;
  tracee.tgid = static_cast<uint32_t>(numbers->front());
  tracee.start_ns = start_ns(*stat);
  tracee.pids = pids(status);
  // Our own child has what we have.
  if (stat->parent == static_cast<uint32_t>(getpid()))
    tracee.securebits = static_cast<uint32_t>(prctl(PR_GET_SECUREBITS));
  return tracee;
}

Capture::State::State(const Selection& selection, RecordSink sink, uint32_t filters)
    : maker(std::move(sink)), own_filters(filters) {
  for (const SyscallRow& row : syscall_rows()) {
    rows.push_back(selected_row(row, selection));
    for (size_t abi = 0; abi < kAbiCount; ++abi) {
      if (row.numbers[abi] == kNoNumber || !(rows.back().flags & CT_ROW_SELECTED)) continue;
      const auto number = static_cast<size_t>(row.numbers[abi]);
      if (wanted[abi].size() <= number) wanted[abi].resize(number + 1);
      wanted[abi][number] = true;
    }
  }
  own_pid_ns = namespace_inode(static_cast<uint32_t>(getpid()), "ns/pid");
  own_pid_ns_is_first = own_pid_ns == kFirstPidNamespace;
  // What the namespace that we are in has mounted is known from the beginning.
  Tracee self;
  self.tid = static_cast<uint32_t>(getpid());
  views.of(self);
}

Capture::Capture(const Selection& selection, RecordSink sink, uint32_t own_filters)
    : state_(std::make_unique<State>(selection, std::move(sink), own_filters)) {}

Capture::~Capture() = default;

bool Capture::wants(Abi abi, uint32_t nr) const {
  const std::vector<bool>& numbers = state_->wanted[static_cast<size_t>(abi)];
  return nr < numbers.size() && numbers[nr];
}

std::optional<Tracee> Capture::adopt(uint32_t tid) const { return adopt_task(tid); }

bool Capture::enter(Tracee& tracee, CallAtEntry& call) { return state_->enter(tracee, call); }

void Capture::exit(Tracee& tracee, const CallAtEntry& call, int64_t ret, uint32_t flags) {
  state_->exit(tracee, call, ret, flags);
}

void Capture::fork(Tracee& creator, Tracee& child, Inherited inherited, uint32_t flags) {
  state_->fork(creator, child, inherited, flags);
}

void Capture::exec(Tracee& tracee, uint32_t old_tid, const CallAtEntry* call) {
  state_->memories.forget(tracee.tid);
  state_->memories.forget(old_tid);
  if (!tracee.namespaces.of(tracee.tid).settled()) tracee.namespaces.forget();
  if (tracee.securebits != kUnknownSecurebits) tracee.securebits &= ~issecure_mask(SECURE_KEEP_CAPS);
  // Of a thread that takes the leader's place nobody could tell any more whose words they were.
  if (old_tid != tracee.tid) tracee.last_words = {};
  state_->tell_last_words(tracee);
  state_->snapshot(tracee, CT_REC_EXEC, old_tid, call);
}

void Capture::snapshot(Tracee& tracee) { state_->snapshot(tracee, CT_REC_SNAPSHOT, tracee.tid, nullptr); }

void Capture::task_exit(Tracee& tracee, uint32_t code, bool group_dead, bool in_call) {
  state_->tell_last_words(tracee);
  auto& out = state_->maker.begin<ct_task_exit>(tracee, CT_REC_TASK_EXIT, boottime_ns());
  out.code = code;
  out.record.flags = (group_dead ? CT_FLAG_GROUP_DEAD : 0) | (in_call ? CT_FLAG_IN_CALL : 0);
  if (group_dead && state_->capture_held(tracee)) out.record.flags |= CT_FLAG_FILES_TOLD;
  state_->maker.send();
  state_->memories.forget(tracee.tid);
  if (tracee.in_mount_call) state_->views.end_change(true);
  if (!group_dead) return;
  state_->files.contexts.process_ended(tracee);
  state_->processes.erase(tracee.tgid);
  state_->node_makers.erase(tracee.tgid);
}

void Capture::mounts(Tracee& tracee) { state_->mounts(tracee); }

ct_loss Capture::losses() const { return state_->maker.losses(); }

}  // namespace cttrace::ptrace
