// Names of numbers that every call shares: signals, errors, and what unknown flags are called.
#include <sys/wait.h>

#include <csignal>
#include <cstring>
#include <utility>

#include "render/values.h"

namespace cttrace {

std::string common_prefix(const FlagSet& set) {
  if (set.values.empty()) return {};
  // What strace says where the names have no beginning in common, or a longer one.
  static constexpr std::pair<std::string_view, const char*> kOwn[] = {
      {"umount_flags", "MNT_"}, {"open_tree_flags", "OPEN_TREE_"}, {"seccomp_operations", "SECCOMP_SET_MODE_"}};
  for (const auto& [name, prefix] : kOwn)
    if (set.name == name) return prefix;
  std::string_view prefix = set.values.front().name;
  for (const auto& named : set.values) {
    size_t same = 0;
    while (same < prefix.size() && same < named.name.size() && prefix[same] == named.name[same]) ++same;
    prefix = prefix.substr(0, same);
  }
  if (set.values.size() == 1) prefix = prefix.substr(0, prefix.rfind('_') + 1);
  return prefix.find('_') == std::string_view::npos ? std::string() : std::string(prefix);
}

std::string signal_name(uint64_t number) {
  constexpr uint64_t kFirstRealtime = 32, kLast = 64;  // the kernel's SIGRTMIN; glibc's is higher
  if (number == kFirstRealtime) return "SIGRTMIN";
  if (number > kFirstRealtime && number <= kLast) return "SIGRT_" + std::to_string(number - kFirstRealtime);
  if (number == 0 || number > kLast) return {};
  if (number == SIGIO) return "SIGIO";  // SIGPOLL in glibc
  const char* name = sigabbrev_np(static_cast<int>(number));
  return name ? std::string("SIG") + name : std::string();
}

std::string how_it_ended(uint32_t code) {
  const int status = static_cast<int>(code);
  if (!WIFSIGNALED(status)) return "exited with " + std::to_string(WEXITSTATUS(status));
  std::string name = signal_name(static_cast<uint64_t>(WTERMSIG(status)));
  if (name.empty()) name = "signal " + std::to_string(WTERMSIG(status));
  return "killed by " + name + (WCOREDUMP(status) ? " (core dumped)" : "");
}

ErrorName error_name(int64_t code) {
  // include/linux/errno.h: never seen by user space, but by who watches calls return.
  switch (code) {
    case 512: return {"ERESTARTSYS", "To be restarted if SA_RESTART is set", true};
    case 513: return {"ERESTARTNOINTR", "To be restarted", true};
    case 514: return {"ERESTARTNOHAND", "To be restarted if no handler", true};
    case 516: return {"ERESTART_RESTARTBLOCK", "Interrupted by signal", true};
    default: break;
  }
  if (code <= 0 || code > 4095) return {};
  const char* name = strerrorname_np(static_cast<int>(code));
  const char* text = strerrordesc_np(static_cast<int>(code));
  if (!name || !text) return {};
  // 95 is ENOTSUP in glibc; strace and the kernel say EOPNOTSUPP.
  return {code == 95 ? "EOPNOTSUPP" : name, text};
}

}  // namespace cttrace
