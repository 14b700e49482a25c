#include "source/ptrace/special_calls.h"

#include <linux/sched.h>

#include <array>

#include "cttrace/namespace.h"

namespace cttrace::ptrace {
namespace {

constexpr size_t kNumbers = 512;
constexpr std::array<uint32_t, kAbiCount> kPtrace = {101, 26, 117};

using Table = std::array<std::array<SpecialCall, kNumbers>, kAbiCount>;

SpecialCall by_row(const SyscallRow& row) {
  if (row.name == "seccomp") return SpecialCall::kSeccomp;
  if (row.name == "prctl") return SpecialCall::kPrctl;
  if (row.name == "execve" || row.name == "execveat") return SpecialCall::kExecutes;
  if (row.name == "unshare" || row.name == "setns") return SpecialCall::kEnters;
  const bool makes = row.name == "clone" || row.name == "clone3" || row.name == "fork" || row.name == "vfork";
  return makes ? SpecialCall::kMakesTask : SpecialCall::kNone;
}

Table make_table() {
  Table table = {};
  for (size_t abi = 0; abi < kAbiCount; ++abi) {
    table[abi][kPtrace[abi]] = SpecialCall::kTraces;
    for (const SyscallRow& row : syscall_rows())
      if (row.numbers[abi] != kNoNumber && by_row(row) != SpecialCall::kNone)
        table[abi][static_cast<size_t>(row.numbers[abi])] = by_row(row);
  }
  return table;
}

}  // namespace

SpecialCall special_call(Abi abi, uint32_t nr) {
  static const Table table = make_table();
  return nr < kNumbers ? table[static_cast<size_t>(abi)][nr] : SpecialCall::kNone;
}

// The flags of clone3 are in memory, which another thread may change behind us.
Inherited inherited(const CallNow& call) {
  // To clone, CLONE_NEWTIME is a bit of the signal's number.
  constexpr uint64_t kNewNamespaces = kNamespaceFlags & ~uint64_t{CSIGNAL};
  const SyscallRow* const row = find_row(call.abi, call.nr, call.args);
  if (!row) return {};
  if (row->name == "clone") return {.namespaces = !(call.args[0] & kNewNamespaces), .cgroup = true};
  const bool takes_no_flags = row->name == "fork" || row->name == "vfork";
  return {.namespaces = takes_no_flags, .cgroup = takes_no_flags};
}

}  // namespace cttrace::ptrace
