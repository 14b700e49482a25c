// New processes, programs and namespaces as steps.
#include <linux/sched.h>

#include "cttrace/namespace.h"
#include "story/call.h"
#include "story/steps.h"

namespace cttrace {
namespace {

// Those in `flags`, as the call has made or joined them.
std::vector<NamespacesChanged::One> changed_by(const Call& call, uint64_t flags) {
  std::vector<NamespacesChanged::One> all;
  for (const NamespaceType& type :
       namespace_types_from({CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWUTS, CLONE_NEWCGROUP})) {
    if (!(flags & type.flag)) continue;
    const auto& inodes = call.after.namespaces;
    all.push_back({.type = type.flag, .inode = inodes ? (*inodes)[type.for_children] : 0});
  }
  return all;
}

StepFacts unshared(const Call& call) {
  NamespacesChanged changed{.made = true, .namespaces = changed_by(call, number(call, "unshare_flags"))};
  if (changed.namespaces.empty()) return CallMade{.name = "unshare", .quiet = true};
  return changed;
}

StepFacts joined(const Call& call) {
  NamespacesChanged changed;
  const File* descriptor = file(call, "fd");
  const uint64_t flags = number(call, "flags");
  const bool of_namespace = descriptor && descriptor->kind == FileKind::kNamespace;
  if (of_namespace && (!flags || flags == descriptor->target)) {
    changed.namespaces.push_back({.type = descriptor->target, .inode = static_cast<uint32_t>(descriptor->inode)});
    return changed;
  }
  // By pidfd: the flags say which. Anything else fails.
  if (descriptor && descriptor->kind != FileKind::kPidfd)
    changed.by = descriptor->kind == FileKind::kPlain ? descriptor->path : descriptor->shown();
  changed.namespaces = changed_by(call, flags);
  return changed;
}

StepFacts process_made(const Call& call) {
  const uint64_t flags = clone_flags(call);
  if (flags & CLONE_THREAD) return CallMade{.name = std::string(call.row->name), .about = "a thread", .quiet = true};
  constexpr uint64_t kSignal = CLONE_NEWTIME - 1;
  return ProcessMade{.tid = call.created_tid, .flags = flags & ~kSignal};
}

StepFacts program_run(const Call& call) {
  ProgramRun run{.path = path(call, "filename")};
  const Argument* const name = argument(call, "filename");
  if (name && name->reading != Reading::kFaulted && name->reading != Reading::kNull) run.given = text(call, "filename");
  if (const Argument* argv = argument(call, "argv")) run.argv = argv->strings;
  return run;
}

StepFacts memory_made(const Call& call) {
  return CallMade{.name = "memfd_create", .about = text(call, "uname"), .quiet = true};
}

constexpr CallMeaning kProcessCalls[] = {
    {"unshare", unshared},    {"setns", joined},         {"clone", process_made},
    {"clone3", process_made}, {"fork", process_made},    {"vfork", process_made},
    {"execve", program_run},  {"execveat", program_run}, {"memfd_create", memory_made},
};

}  // namespace

std::span<const CallMeaning> process_calls() { return kProcessCalls; }

}  // namespace cttrace
