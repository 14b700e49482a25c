// What becomes of tasks: fork, exec; and what a task is, as bpf/snapshot.h tells it.
#include <elf.h>
#include <linux/securebits.h>

#include <algorithm>
#include <charconv>

#include "source/procfs.h"
#include "source/ptrace/capture_state.h"
#include "source/ptrace/task_facts.h"
#include "source/synthetic.h"

namespace cttrace::ptrace {
namespace {

// Of one program's descriptors, as many as the capture programs tell (bpf/descriptors.h).
constexpr ptrdiff_t kMostOpen = 48;

}  // namespace

void Capture::State::fork(Tracee& creator, Tracee& child, Inherited inherited, uint32_t flags) {
  child.partial_mounts = creator.partial_mounts;
  auto& out = maker.begin<ct_fork>(creator, CT_REC_FORK, boottime_ns());
  out.record.flags = flags;
  out.child_start_ns = child.start_ns;
  out.child_tid = child.tid;
  out.child_tgid = child.tgid;
  out.levels = fill_pids(child.pids, out.child_pids);
  const TaskNamespaces of_creator = creator.namespaces.of(creator.tid);
  if (inherited.namespaces && of_creator.settled()) child.namespaces.inherit(creator.namespaces);
  const TaskNamespaces& own = child.namespaces.of(child.tid);
  std::ranges::copy(own.inodes, out.child_ns);
  const uint32_t mounts_of_child = own.inodes[CT_NS_MNT];
  if (mounts_of_child && mounts_of_child != of_creator.inodes[CT_NS_MNT]) views.made_namespace(mounts_of_child);
  const uint32_t user_of_child = own.inodes[CT_NS_USER];
  const bool same_user = user_of_child == of_creator.inodes[CT_NS_USER];
  if (same_user) child.namespaces.inherit_user(creator.namespaces);
  child.own_stdout = creator.own_stdout;
  child.securebits = same_user || !user_of_child ? creator.securebits : SECUREBITS_DEFAULT;
  const std::optional<std::string> cgroup = inherited.cgroup ? std::nullopt : cgroup_path(child.tid);
  if (cgroup && cgroup != cgroup_path(creator.tid))
    maker.capture(CT_ARG_CGROUP, CT_CAP_STRING, CT_OK, components_of(*cgroup));
  files.contexts.forked(creator, child);
  processes.insert(child.tgid);
  maker.send();
}

// What was executed and its arguments, from the new program's memory: execve's own strings are gone with the old one's.
void Capture::State::capture_executed(const Tracee& tracee, uint64_t arguments, uint64_t arguments_end) {
  const TaskMemory memory = memories.of(tracee.tid);
  std::string name;
  // Where the kernel has put it: beside the arguments of the new program.
  const uint64_t from = auxiliary_value(tracee.tid, AT_EXECFN).value_or(0);
  const bool whole = from && memory.read_text(name, CT_PATH_MAX, from) == TaskMemory::Text::kWhole;
  maker.capture(CT_ARG_FILENAME, CT_CAP_STRING, whole ? CT_OK : CT_FAULT, whole ? name : std::string());
  const uint64_t size = arguments_end > arguments ? arguments_end - arguments : 0;
  std::string strings(std::min<uint64_t>(size, CT_PATH_MAX), '\0');
  ct_capture_status status = size > CT_PATH_MAX ? CT_TRUNCATED : CT_OK;
  if (memory.read(strings.data(), strings.size(), arguments) != strings.size()) {
    strings.clear();
    status = CT_FAULT;
  }
  if (status == CT_TRUNCATED) maker.count_truncated();
  maker.capture(CT_ARG_ARGV, CT_CAP_STRINGS, status, strings);
}

// The descriptors above 2 that a program begins with. False: not all of them are told.
bool Capture::State::capture_open(Tracee& tracee) {
  const std::optional<std::vector<int>> open = open_descriptors(tracee.tid);
  if (!open) return false;
  const auto first = std::ranges::upper_bound(*open, 2);
  if (open->end() - first > kMostOpen) return false;
  return std::all_of(first, open->end(),
                     [&](int fd) { return capture_file(tracee, CT_ARG_OPEN, CT_CAP_FILE, Files::Where::kFd, fd); });
}

void Capture::State::capture_id_maps(Tracee& tracee) {
  const UserNamespace& user = tracee.namespaces.user_of(tracee.tid);
  for (const auto& [arg, map] : {std::pair(CT_ARG_UID_MAP, &user.uid_map), std::pair(CT_ARG_GID_MAP, &user.gid_map)}) {
    if (!*map) maker.count(CT_LOSS_READ_FAULT);
    maker.capture(static_cast<uint8_t>(arg), CT_CAP_ID_MAP, *map ? CT_OK : CT_FAULT, map->value_or(std::string()));
  }
}

void Capture::State::snapshot(Tracee& tracee, ct_record_kind kind, uint32_t old_tid, const CallAtEntry* call) {
  processes.insert(tracee.tgid);
  if (kind == CT_REC_EXEC) {
    tracee.said = 0;
    node_makers.erase(tracee.tgid);
    tracee.own_stdout = has_own_stdout(tracee.tid);
  }
  views.at_stop();
  const std::string status = task_text(tracee.tid, "status");
  const std::optional<ProcStat> stat = task_stat(tracee.tid);
  if (status.empty() || !stat) return maker.count(CT_LOSS_READ_FAULT);  // it has been killed
  auto& out = maker.begin<ct_exec>(tracee, kind, boottime_ns());
  out.old_tid = old_tid;
  out.start_boottime_ns = tracee.start_ns;
  tracee.pids = pids(status);
  out.levels = fill_pids(tracee.pids, out.pids);
  std::ranges::copy(tracee.namespaces.of(tracee.tid).inodes, out.ns);
  fill_identity(status, out);
  if (out.seccomp_filters != ~0u) out.seccomp_filters -= std::min(out.seccomp_filters, own_filters);
  if (own_filters && out.seccomp_filters == 0) out.seccomp_mode = 0;
  out.securebits = tracee.securebits;
  out.user_ns_level = tracee.namespaces.user_of(tracee.tid).level;
  out.parent_tgid = stat->parent;
  stat->comm.copy(out.comm, sizeof(out.comm) - 1);
  const std::string score = task_text(tracee.tid, "oom_score_adj");
  int32_t oom_score_adj = 0;
  std::from_chars(score.data(), score.data() + score.size(), oom_score_adj);
  out.oom_score_adj = static_cast<uint32_t>(oom_score_adj);
  capture_file(tracee, CT_ARG_CWD, CT_CAP_FILE, Files::Where::kCwd);
  capture_file(tracee, CT_ARG_ROOT, CT_CAP_FILE, Files::Where::kRoot);
  capture_file(tracee, CT_ARG_EXE, CT_CAP_FILE, Files::Where::kExe);
  if (const auto cgroup = cgroup_path(tracee.tid))
    maker.capture(CT_ARG_CGROUP, CT_CAP_STRING, CT_OK, components_of(*cgroup));
  capture_id_maps(tracee);
  std::string ids = groups(status);
  const bool cut = ids.size() > CT_ARRAY_MAX;
  if (cut) {
    ids.resize(CT_ARRAY_MAX);
    maker.count_truncated();
  }
  maker.capture(CT_ARG_GROUPS, CT_CAP_IDS, cut ? CT_TRUNCATED : CT_OK, ids);
  const auto secure = kind == CT_REC_EXEC ? auxiliary_value(tracee.tid, AT_SECURE) : std::nullopt;
  if (secure)
    maker.capture(CT_ARG_SECUREEXEC, CT_CAP_COUNT, CT_OK, {reinterpret_cast<const char*>(&*secure), sizeof(*secure)});
  if (call && call->faulted) capture_executed(tracee, stat->arguments, stat->arguments_end);
  if (kind == CT_REC_EXEC && capture_open(tracee)) out.record.flags |= CT_FLAG_FILES_TOLD;
  maker.send();
}

void Capture::State::mounts(Tracee& tracee) {
  ct_exec task = {};
  task.record.tid = tracee.tid;
  task.record.tgid = tracee.tgid;
  task.record.task_start_ns = tracee.start_ns;
  task.ns[CT_NS_MNT] = tracee.namespaces.of(tracee.tid).inodes[CT_NS_MNT];
  if (std::ranges::find(told_tables, task.ns[CT_NS_MNT]) != told_tables.end()) return;
  const uint64_t time_ns = boottime_ns();
  const Result<std::string> text = mountinfo(tracee.tid);
  if (!text || text->empty()) return;  // it has ended; another one may be in the same namespace
  told_tables.push_back(task.ns[CT_NS_MNT]);
  for (const std::string& part : mounts_records(task, time_ns, *text)) maker.pass_on(part);
}

}  // namespace cttrace::ptrace
