#include "source/ptrace/attach.h"

#include <dirent.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <set>

#include "base/fd.h"
#include "source/ptrace/requests.h"

namespace cttrace::ptrace {
namespace {

constexpr size_t kProcFile_bytes = 64u << 10;

// The numbers that are names of entries of a folder in /proc, in their order.
std::set<uint32_t> numbers_in(const std::string& folder) {
  std::set<uint32_t> numbers;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(opendir(folder.c_str()), closedir);
  while (const dirent* entry = open ? readdir(open.get()) : nullptr) {
    uint32_t number = 0;
    const char* const end = entry->d_name + std::strlen(entry->d_name);
    if (std::from_chars(entry->d_name, end, number).ptr == end && number > 0) numbers.insert(number);
  }
  return numbers;
}

// A field of /proc/PID/status.
std::string status_field(uint32_t pid, const std::string& name) {
  const Result<std::string> text = read_file("/proc/" + std::to_string(pid) + "/status", kProcFile_bytes);
  const std::string key = "\n" + name + ":\t";
  const size_t at = text ? text->find(key) : std::string::npos;
  if (at == std::string::npos) return {};
  const size_t begin = at + key.size();
  return text->substr(begin, text->find('\n', begin) - begin);
}

uint32_t number_field(uint32_t pid, const std::string& name) {
  const std::string text = status_field(pid, name);
  uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// The processes and all that descend from them, as of now; never this one.
std::set<uint32_t> with_descendants(const std::vector<uint32_t>& roots) {
  std::multimap<uint32_t, uint32_t> children;
  for (const uint32_t pid : numbers_in("/proc")) children.emplace(number_field(pid, "PPid"), pid);
  std::set<uint32_t> found;
  std::vector<uint32_t> next(roots.begin(), roots.end());
  const auto self = static_cast<uint32_t>(getpid());
  while (!next.empty()) {
    const uint32_t pid = next.back();
    next.pop_back();
    if (pid == self || !found.insert(pid).second) continue;
    const auto [first, last] = children.equal_range(pid);
    for (auto child = first; child != last; ++child) next.push_back(child->second);
  }
  return found;
}

// Why a thread cannot be followed; nothing where it has ended, or is followed already.
std::string why_not(uint32_t tid, int code) {
  if (code == ESRCH) return {};
  const std::string state = status_field(tid, "State");
  if (state.empty() || state.starts_with('Z') || state.starts_with('X')) return {};
  const uint32_t tracer = number_field(tid, "TracerPid");
  if (tracer == static_cast<uint32_t>(gettid())) return {};
  if (tracer == 0) {
    const Result<std::string> scope = read_file("/proc/sys/kernel/yama/ptrace_scope", 16);
    const bool limited = scope && !scope->starts_with('0');
    return std::string(std::strerror(code)) +
           (limited ? " (yama.ptrace_scope is " + scope->substr(0, scope->find('\n')) + ")" : "");
  }
  Result<std::string> name = read_file("/proc/" + std::to_string(tracer) + "/comm", 64);
  return "it is traced already, by process " + std::to_string(tracer) +
         (name && !name->empty() ? " (" + name->substr(0, name->find('\n')) + ")" : "") +
         ", and a process can have one tracer";
}

}  // namespace

Result<Attached> attach(const std::vector<uint32_t>& processes, bool filtered, const Capture& capture,
                        Threads& threads) {
  Attached attached;
  Error refusal{.code = ESRCH, .what = "follow process", .why = "it has ended"};
  std::set<uint32_t> refused;
  bool found = true;
  // Who is followed has its children followed: what was not found in one pass over /proc is in the next.
  while (std::exchange(found, false)) {
    for (const uint32_t process : with_descendants(processes)) {
      for (const uint32_t tid : numbers_in("/proc/" + std::to_string(process) + "/task")) {
        if (threads.find(tid) || refused.contains(process)) continue;
        const int code = seize(static_cast<pid_t>(tid), filtered);
        if (code == 0) {
          interrupt(static_cast<pid_t>(tid));
          if (const std::optional<Tracee> tracee = capture.adopt(tid)) threads.add(*tracee);
          found = true;
        } else if (const std::string why = why_not(tid, code); !why.empty()) {
          refused.insert(process);
          refusal = {.code = code, .what = "follow process", .subject = std::to_string(process), .why = why};
          attached.refused.push_back(refusal.line());
        }
      }
    }
  }
  if (!threads.empty()) return attached;
  if (refusal.subject.empty() && !processes.empty()) refusal.subject = std::to_string(processes.front());
  return refusal;
}

}  // namespace cttrace::ptrace
