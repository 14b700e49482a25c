// Who ended a process by a signal, in words.
#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>

#include "render/story_words.h"

namespace cttrace {
namespace {

// As the story calls it, if it is one of its processes.
std::string name_of(const Killer& killer, const Around& around) {
  if (!killer.pid) return safe(killer.comm) + " (outside of cttrace's pid namespace)";
  if (around.stages) {
    const auto stage = std::ranges::find(*around.stages, killer.pid, [](const Stage& each) { return each.task.tid; });
    if (stage != around.stages->end()) return name_of(*stage);
  }
  const std::string pid = std::to_string(killer.pid);
  return killer.comm.empty() ? "process " + pid : kept_together(safe(killer.comm) + " " + pid);
}

// The kernel sends these two for what was typed at a terminal (isig, drivers/tty/n_tty.c).
bool is_typed(uint32_t code) {
  const int signal = WTERMSIG(static_cast<int>(code));
  return signal == SIGINT || signal == SIGQUIT;
}

}  // namespace

std::string by_whom(const MaybeKiller& killer, uint32_t pid, uint32_t code, const Around& around) {
  // No process sent it, so a filter of its own did (SECCOMP_RET_KILL_*, SECCOMP_RET_TRAP).
  const bool by_filter = WIFSIGNALED(static_cast<int>(code)) && WTERMSIG(static_cast<int>(code)) == SIGSYS;
  if (by_filter && (!killer || killer->kind == Killer::Kind::kKernel)) return ", by a seccomp filter";
  if (!killer) return {};
  switch (killer->kind) {
    case Killer::Kind::kProcess: return ", by " + (killer->pid == pid ? "itself" : name_of(*killer, around));
    case Killer::Kind::kParent: return ", as its parent ended, a thread of " + name_of(*killer, around);
    case Killer::Kind::kPidNamespace: return ", with the first process of its pid namespace";
    case Killer::Kind::kKernel: return is_typed(code) ? ", from its terminal" : ", by the kernel";
    case Killer::Kind::kOutOfMemory: break;
  }
  return ", by the kernel: out of memory";
}

}  // namespace cttrace
