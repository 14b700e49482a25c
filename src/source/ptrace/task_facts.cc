#include "source/ptrace/task_facts.h"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/fd.h"
#include "source/ptrace/task_files.h"

namespace cttrace::ptrace {
namespace {

constexpr uint64_t kTick_ns = 10'000'000;  // of /proc/PID/stat, whatever HZ is: USER_HZ is 100
constexpr size_t kFileMost_bytes = 1u << 20, kChunk_bytes = 4096;
constexpr std::string_view kDeleted = " (deleted)";

std::vector<uint64_t> numbers(std::string_view status, std::string_view key, int base = 10) {
  const std::optional<std::string_view> value = status_value(status, key);
  return value ? parse_numbers(*value, base).value_or(std::vector<uint64_t>()) : std::vector<uint64_t>();
}

template <typename T>
void take(std::string_view status, std::string_view key, T& to, int base = 10) {
  const std::vector<uint64_t> values = numbers(status, key, base);
  if (values.size() == 1) to = static_cast<T>(values[0]);
}

}  // namespace

// Whole where less came than was asked for: the kernel makes it in one piece (single_open, fs/seq_file.c).
std::string task_text(uint32_t tid, const char* name) {
  const Fd file(::open(task_path(tid, name).c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char chunk[kChunk_bytes];
  for (ssize_t got = sizeof(chunk); file && got == sizeof(chunk) && text.size() < kFileMost_bytes;) {
    got = ::read(file.get(), chunk, sizeof(chunk));
    if (got < 0) return {};
    text.append(chunk, static_cast<size_t>(got));
  }
  return text;
}

std::optional<ProcStat> task_stat(uint32_t tid) { return parse_stat(task_text(tid, "stat")); }

uint64_t start_ns(const ProcStat& stat) { return stat.start_ticks * kTick_ns; }

std::vector<uint32_t> pids(std::string_view status) {
  std::vector<uint32_t> pids;
  for (const uint64_t pid : numbers(status, "NSpid")) pids.push_back(static_cast<uint32_t>(pid));
  return pids;
}

uint32_t fill_pids(const std::vector<uint32_t>& pids, uint32_t (&to)[CT_NS_LEVELS]) {
  const size_t count = std::min<size_t>(pids.size(), CT_NS_LEVELS);
  std::copy_n(pids.begin(), count, to);
  return static_cast<uint32_t>(count);
}

void fill_identity(std::string_view status, ct_exec& out) {
  const std::vector<uint64_t> uids = numbers(status, "Uid"), gids = numbers(status, "Gid");
  uint32_t* const to_uids[] = {&out.uid, &out.euid, &out.suid, &out.fsuid};
  uint32_t* const to_gids[] = {&out.gid, &out.egid, &out.sgid, &out.fsgid};
  for (size_t i = 0; i < 4; ++i) {
    if (i < uids.size()) *to_uids[i] = static_cast<uint32_t>(uids[i]);
    if (i < gids.size()) *to_gids[i] = static_cast<uint32_t>(gids[i]);
  }
  take(status, "CapInh", out.cap_inheritable, 16);
  take(status, "CapPrm", out.cap_permitted, 16);
  take(status, "CapEff", out.cap_effective, 16);
  take(status, "CapBnd", out.cap_bounding, 16);
  take(status, "CapAmb", out.cap_ambient, 16);
  take(status, "NoNewPrivs", out.no_new_privs);
  take(status, "Seccomp", out.seccomp_mode);
  out.seccomp_filters = ~0u;
  take(status, "Seccomp_filters", out.seccomp_filters);
}

std::string id_bytes(const std::vector<uint64_t>& values) {
  std::string bytes;
  for (const uint64_t value : values) {
    const auto id = static_cast<uint32_t>(value);
    bytes.append(reinterpret_cast<const char*>(&id), sizeof(id));
  }
  return bytes;
}

std::string groups(std::string_view status) { return id_bytes(numbers(status, "Groups")); }

std::optional<uint64_t> auxiliary_value(std::string_view auxv, uint64_t type) {
  const auto value_with = [&](size_t word, uint64_t wanted) -> std::optional<uint64_t> {
    for (size_t at = 0; at + 2 * word <= auxv.size(); at += 2 * word) {
      uint64_t found = 0, value = 0;
      std::memcpy(&found, auxv.data() + at, word);
      std::memcpy(&value, auxv.data() + at + word, word);
      if (found == wanted) return value;
    }
    return std::nullopt;
  };
  // In words of the program's, not of whoever executed it. Every program has a page size, which is never 0: read in
  // words of the other size it is not found.
  return value_with(value_with(8, AT_PAGESZ) ? 8 : 4, type);
}

std::optional<uint64_t> auxiliary_value(uint32_t tid, uint64_t type) {
  return auxiliary_value(task_text(tid, "auxv"), type);
}

std::optional<std::string> cgroup_path(uint32_t tid) {
  const std::string text = task_text(tid, "cgroup");
  if (text.empty()) return std::nullopt;
  // Where it was never mounted it is not told of, and nobody has left its root.
  const auto cgroups = parse_cgroups(text);
  const auto found = cgroups.find(0);
  std::string path = found == cgroups.end() ? "/" : found->second;
  if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
  return path;
}

}  // namespace cttrace::ptrace
