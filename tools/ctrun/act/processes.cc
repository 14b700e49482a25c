// Processes, their namespaces, their ids in user namespaces, and what the parent sets of them.
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "act/acts.h"
#include "act/run_program.h"
#include "config/names.h"

namespace cttrace::ctrun {
namespace {

void write_to(const std::string& path, const std::string& value, const std::string& what) {
  const Fd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) throw Failure(system_error(what, path));
  if (const Status written = write_all(fd.get(), value, path); !written) {
    Error error = written.error();
    error.what = what;
    throw Failure(error);
  }
}

std::string rows(const std::vector<IdMapping>& mappings) {
  std::string text;
  for (const IdMapping& each : mappings)
    text += std::to_string(each.container) + " " + std::to_string(each.host) + " " + std::to_string(each.size) + "\n";
  return text;
}

void map_by_helper(const char* helper, pid_t pid, const std::vector<IdMapping>& mappings) {
  std::vector<std::string> words = {helper, std::to_string(pid)};
  for (const IdMapping& each : mappings) {
    words.push_back(std::to_string(each.container));
    words.push_back(std::to_string(each.host));
    words.push_back(std::to_string(each.size));
  }
  run_helper(words);
}

}  // namespace

pid_t make_process(const MakeProcess& step) {
  if (step.by != CreateBy::kClone3) {
    const long pid = syscall(SYS_clone, step.flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (pid < 0) throw Failure(system_error("make a process by", "clone"));
    return static_cast<pid_t>(pid);
  }
  clone_args args = {};
  args.flags = step.flags;
  // The sibling's parent is told as that wants it: kernel/fork.c takes no other signal with CLONE_PARENT.
  args.exit_signal = step.flags & CLONE_PARENT ? 0 : SIGCHLD;
  Fd cgroup;
  if (!step.into_cgroup.empty()) {
    cgroup.reset(open(step.into_cgroup.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!cgroup) throw Failure(system_error("open the cgroup", step.into_cgroup));
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<uint64_t>(cgroup.get());
  }
  const long pid = syscall(SYS_clone3, &args, sizeof args);
  if (pid < 0) throw Failure(system_error("make a process by", "clone3"));
  return static_cast<pid_t>(pid);
}

Outcome act(Context& context, const MakeFifo&) {
  for (const std::string& path : {context.folder->start_fifo(), context.folder->result_fifo()})
    if (mkfifo(path.c_str(), 0600) != 0) throw Failure(system_error("make the fifo", path));
  // For reading and writing: opening waits for nobody, and what init holds is never without a writer.
  context.start_fifo.reset(open(context.folder->start_fifo().c_str(), O_RDWR | O_CLOEXEC));
  context.result_fifo.reset(open(context.folder->result_fifo().c_str(), O_RDWR | O_CLOEXEC));
  if (!context.start_fifo || !context.result_fifo)
    throw Failure(system_error("open the fifos in", context.folder->path()));
  return Outcome::kDone;
}

Outcome act(Context&, const NameProcess& step) {
  if (prctl(PR_SET_NAME, step.name.c_str(), 0, 0, 0) != 0) throw Failure(system_error("name the process", step.name));
  return Outcome::kDone;
}

Outcome act(Context& context, const JoinNamespace& step) {
  const Fd& fd = context.namespaces.at(step.path);
  if (setns(fd.get(), static_cast<int>(step.type)) != 0)
    throw Failure(system_error("join the " + std::string(namespace_kind(step.type).proc) + " namespace", step.path));
  return Outcome::kDone;
}

Outcome act(Context&, const Unshare& step) {
  if (unshare(static_cast<int>(step.flags)) != 0)
    throw Failure(system_error("make namespaces", clone_flags_text(step.flags)));
  return Outcome::kDone;
}

Outcome act(Context&, const BecomeRoot&) {
  if (setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0)
    throw Failure(system_error("become root of", "the user namespace"));
  return Outcome::kDone;
}

Outcome act(Context& context, const WriteMaps& step) {
  const pid_t pid = step.whose == Actor::kMaker ? context.maker : context.init;
  if (step.by_helper) {
    map_by_helper("newuidmap", pid, step.uids);
    map_by_helper("newgidmap", pid, step.gids);
    return Outcome::kDone;
  }
  const std::string folder = "/proc/" + std::to_string(pid) + "/";
  if (step.deny_setgroups) write_to(folder + "setgroups", "deny", "write");
  write_to(folder + "uid_map", rows(step.uids), "map user ids by");
  write_to(folder + "gid_map", rows(step.gids), "map group ids by");
  return Outcome::kDone;
}

Outcome act(Context& context, const OomScore& step) {
  write_to("/proc/" + std::to_string(context.init) + "/oom_score_adj", std::to_string(step.value), "set");
  return Outcome::kDone;
}

Outcome act(Context& context, const ApplyLimits& step) {
  for (const Limit& limit : step.limits) {
    const struct rlimit64 value = {limit.soft, limit.hard};
    if (prlimit64(context.init, static_cast<__rlimit_resource>(limit.resource), &value, nullptr) != 0)
      throw Failure(system_error("set the limit",
                                 limit.name + " to " + std::to_string(limit.soft) + ":" + std::to_string(limit.hard)));
  }
  return Outcome::kDone;
}

}  // namespace cttrace::ctrun
