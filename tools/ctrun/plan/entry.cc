// The plan of `exec`: a program in a container that is there.
#include <sched.h>
#include <signal.h>

#include "config/names.h"
#include "plan/parts.h"

namespace cttrace::ctrun {

Plan make_entry_plan(const EntryRequest& request) {
  StepList steps;
  steps.add(Phase::kCreate, Actor::kParent, "make-maker",
            "the process that joins the namespaces, and makes the program's",
            {{"clone", {"child_stack=NULL", "flags=SIGCHLD"}}}, MakeProcess{Actor::kMaker, CreateBy::kClone, 0, {}});
  plan_name(steps, Actor::kMaker);
  const std::string folder = "/proc/" + std::to_string(request.init) + "/ns/";
  for (const uint64_t type : request.namespaces) {
    const std::string path = folder + std::string(namespace_kind(type).proc);
    steps.add(Phase::kNamespaces, Actor::kMaker, "join:" + std::string(namespace_kind(type).proc), path,
              {{"setns", {"<" + path + ">", clone_flags_text(type)}}}, JoinNamespace{type, path});
    if (type == CLONE_NEWUSER)
      steps.add(Phase::kIdentity, Actor::kMaker, "become-root", "root of the user namespace",
                {{"setresgid", {"0", "0", "0"}}, {"setresuid", {"0", "0", "0"}}}, BecomeRoot{});
  }
  steps.add(Phase::kCreate, Actor::kMaker, "make-init", "the process that becomes the program",
            {{"clone", {"child_stack=NULL", "flags=" + clone_flags_text(CLONE_PARENT | SIGCHLD)}}},
            MakeProcess{Actor::kInit, CreateBy::kClone, CLONE_PARENT, {}});
  for (const std::string& cgroup : request.cgroups)
    steps.add(Phase::kCgroup, Actor::kParent, "join-cgroup:" + cgroup, "the program's process into " + cgroup,
              {{"write", {in_quotes(cgroup + "/cgroup.procs"), in_quotes("<init>")}}}, JoinCgroup{cgroup});
  if (request.process.oom_score_adj)
    steps.add(Phase::kIdentity, Actor::kParent, "oom-score",
              "oom_score_adj " + std::to_string(*request.process.oom_score_adj),
              {{"write",
                {in_quotes("/proc/<init>/oom_score_adj"), in_quotes(std::to_string(*request.process.oom_score_adj))}}},
              OomScore{*request.process.oom_score_adj});
  plan_limits(steps, request.process);
  plan_name(steps, Actor::kInit);
  if (request.enters_root)
    steps.add(Phase::kRootSwitch, Actor::kInit, "enter-root", "the root of the container's first process",
              {{"fchdir", {"<root>"}}, {"chroot", {"\".\""}}}, EnterProcessRoot{});
  if (request.process.terminal)
    steps.add(Phase::kDevices, Actor::kInit, "console", "a terminal of the container's devpts", {},
              MakeConsole{request.process.console, false});
  plan_identity(steps, {.process = request.process,
                        .seccomp = request.has_seccomp,
                        .last_capability = request.host.last_capability,
                        .may_set_groups = request.host.uid == 0,
                        .start_hooks = nullptr});
  return std::move(steps.plan());
}

}  // namespace cttrace::ctrun
