#include "source/ptrace/attach.h"

#include <dirent.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "base/fd.h"
#include "source/ptrace/privileged_program.h"
#include "source/ptrace/requests.h"

namespace cttrace::ptrace {
namespace {

constexpr size_t kProcFile_bytes = 64u << 10, kChildren_bytes = 16u << 20;
constexpr int kRefusals = 2;         // of a thread are believed when there is another one
constexpr int kMostPasses = 10'000;  // over a tree that never stands still
constexpr int kMostListings = 100;   // in a pass, of children that never stay the same

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

std::vector<uint32_t> children_by_parent(uint32_t parent) {
  std::vector<uint32_t> children;
  for (const uint32_t pid : numbers_in("/proc"))
    if (number_field(pid, "PPid") == parent) children.push_back(pid);
  return children;
}

// The processes that threads of this one have made, and those that were left to it. Where one of them ends while the
// kernel lists them, others may be missing (get_children_pid, fs/proc/array.c).
std::vector<uint32_t> children_listed(uint32_t pid) {
  std::vector<uint32_t> children;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task/";
  for (const uint32_t tid : numbers_in(tasks)) {
    const Result<std::string> text = read_file(tasks + std::to_string(tid) + "/children", kChildren_bytes);
    // A kernel without CONFIG_PROC_CHILDREN.
    if (!text && text.error().code == ENOENT && access(tasks.c_str(), F_OK) == 0) return children_by_parent(pid);
    if (!text) continue;
    const char* const end = text->data() + text->size();
    uint32_t child = 0;
    for (const char* at = text->data(); at < end; ++at) {
      const std::from_chars_result read = std::from_chars(at, end, child);
      if (read.ec != std::errc()) break;
      children.push_back(child);
      at = read.ptr;
    }
  }
  return children;
}

// All of them: who has ended during the listing is not in the next one.
std::vector<uint32_t> children_of(uint32_t pid) {
  std::vector<uint32_t> children = children_listed(pid);
  std::vector<uint32_t> again;
  for (int i = 0; i < kMostListings && (again = children_listed(pid)) != children; ++i) children = std::move(again);
  return children;
}

// It has no memory of its own.
bool is_kernel_thread(uint32_t process) { return status_field(process, "VmSize").empty(); }

// Why nobody's thread cannot be followed by us, and what could help.
Error not_permitted(uint32_t process, int code) {
  Error error{.code = code, .what = "follow process", .subject = std::to_string(process), .why = std::strerror(code)};
  if (code != EPERM) return error;
  if (is_kernel_thread(process)) {
    error.why = "it is a kernel thread, which makes no system calls";
    return error;
  }
  const Result<std::string> scope = read_file("/proc/sys/kernel/yama/ptrace_scope", 16);
  const bool limited = scope && !scope->starts_with('0');
  if (limited) error.why += " (yama.ptrace_scope is " + scope->substr(0, scope->find('\n')) + ")";
  error.remedy = "run cttrace as root, or with CAP_SYS_PTRACE";
  if (may_trace_all()) {
    if (!limited)
      error.why +=
          ", although cttrace has CAP_SYS_PTRACE: the kernel protects it, or it is above cttrace's user namespace";
    error.remedy = "use --backend ebpf, which stops nobody";
  }
  return error;
}

// Why a thread that has a tracer cannot be followed by us.
std::string why_not(uint32_t tracer) {
  const Result<std::string> name = read_file("/proc/" + std::to_string(tracer) + "/comm", 64);
  return "it is traced already, by process " + std::to_string(tracer) +
         (name && !name->empty() ? " (" + name->substr(0, name->find('\n')) + ")" : "") +
         ", and a process can have one tracer";
}

bool is_ours(uint32_t tid) { return number_field(tid, "TracerPid") == static_cast<uint32_t>(gettid()); }

class Attaching {
 public:
  Attaching(bool filtered, const Capture& capture, Threads& threads, const Settle& settle)
      : filtered_(filtered), capture_(capture), threads_(threads), settle_(settle) {}

  // Over the tree, from its roots, until it stands still and there is nobody in it who is not followed.
  void all(const std::vector<uint32_t>& processes);

  // Why one of these is not followed, or else one that they have made.
  std::optional<Error> refusal(const std::vector<uint32_t>& processes) const;
  std::vector<std::string>& refused_lines() { return lines_; }

 private:
  bool pass(std::vector<uint32_t> processes);
  bool follow(uint32_t process);
  void refuse(uint32_t process, uint32_t tracer, int code);

  bool filtered_;
  const Capture& capture_;
  Threads& threads_;
  const Settle& settle_;
  std::set<uint32_t> gone_, executing_;
  std::map<uint32_t, Error> refused_;
  std::map<uint32_t, int> attempts_;
  std::vector<std::string> lines_;
};

void Attaching::refuse(uint32_t process, uint32_t tracer, int code) {
  Error error = not_permitted(process, code);
  if (tracer) error = {.code = code, .what = error.what, .subject = error.subject, .why = why_not(tracer)};
  const auto [place, first] = refused_.try_emplace(process, std::move(error));
  if (first) lines_.push_back(place->second.line());
}

std::optional<Error> Attaching::refusal(const std::vector<uint32_t>& processes) const {
  for (const uint32_t process : processes)
    if (const auto found = refused_.find(process); found != refused_.end()) return found->second;
  return refused_.empty() ? std::nullopt : std::optional(refused_.begin()->second);
}

// True: it has threads that were not followed before, or has ended just now.
bool Attaching::follow(uint32_t process) {
  bool changed = false;
  for (bool found = true; std::exchange(found, false);) {
    const std::set<uint32_t> tids = numbers_in("/proc/" + std::to_string(process) + "/task");
    if (tids.empty()) changed |= gone_.insert(process).second;
    for (const uint32_t tid : tids) {
      if (refused_.contains(process)) continue;
      if (threads_.find(tid)) {
        if (!executing_.contains(process) || is_ours(tid)) continue;
        threads_.remove(tid);  // the thread that had this id has ended for the one that has executed a program
      }
      const int code = seize(static_cast<pid_t>(tid), filtered_);
      if (code == EINTR) {
        executing_.insert(process);
        settle_(Settling::kNow);  // the kernel waits for the other threads to end (de_thread, fs/exec.c)
        changed = true;
        if (!is_ours(tid)) continue;
      }
      if (code == 0 || code == EINTR) {
        interrupt(static_cast<pid_t>(tid));
        if (const std::optional<Tracee> tracee = capture_.adopt(tid)) threads_.add(*tracee);
        found = changed = true;
        continue;
      }
      const std::string state = status_field(tid, "State");
      if (code == ESRCH || state.empty() || state.starts_with('Z') || state.starts_with('X'))
        changed |= gone_.insert(tid).second;
      else if (is_ours(tid))  // who was made by one that is followed, is followed
        continue;
      else if (attempts_[tid]++ < kRefusals)
        changed = true;  // the leader may have ended for a thread that has executed a program and its id since
      else
        refuse(process, number_field(tid, "TracerPid"), code);
    }
  }
  return changed;
}

// Once. True: again, as something has changed meanwhile. Who is followed has its new children followed: only those that
// were there before are looked for.
bool Attaching::pass(std::vector<uint32_t> processes) {
  bool again = false;
  std::set<uint32_t> seen = {static_cast<uint32_t>(getpid())};
  while (!processes.empty()) {
    const uint32_t process = processes.back();
    processes.pop_back();
    if (!seen.insert(process).second) continue;
    again |= follow(process);
    for (const uint32_t child : children_of(process)) processes.push_back(child);
  }
  return again;
}

// The children of one that ends come to another parent, which may have been looked at before; and who was in fork when
// it began to be followed has a child that is not (kernel_clone looks first: kernel/fork.c).
void Attaching::all(const std::vector<uint32_t>& processes) {
  for (int passes = 0; passes < kMostPasses; ++passes)
    if (!pass(processes) && !settle_(Settling::kUntilAllStand)) return;
  lines_.push_back(Error{.what = "follow all processes",
                         .subject = {},
                         .why = "new ones came faster than they could be followed",
                         .remedy = "stop what makes them, or use --backend ebpf"}
                       .line());
}

}  // namespace

Result<Attached> attach(const std::vector<uint32_t>& processes, bool filtered, const Capture& capture, Threads& threads,
                        const Settle& settle) {
  Attaching attaching(filtered, capture, threads, settle);
  attaching.all(processes);
  if (!threads.empty()) return Attached{.refused = std::move(attaching.refused_lines())};
  if (std::optional<Error> refusal = attaching.refusal(processes)) return *std::move(refusal);
  return Error{.code = ESRCH,
               .what = "follow process",
               .subject = processes.empty() ? "" : std::to_string(processes.front()),
               .why = "it has ended"};
}

}  // namespace cttrace::ptrace
