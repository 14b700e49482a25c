// The filter that has calls of interest stop, and no others.
#include "source/ptrace/filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include <cstddef>
#include <set>
#include <span>

#include "source/ptrace/special_calls.h"

namespace cttrace::ptrace {
namespace {

using Code = std::vector<sock_filter>;

struct Range {
  uint32_t first, last;
};

constexpr uint32_t kAuditArch[kAbiCount] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64};
constexpr uint32_t kMostNumbers = 1024;
constexpr size_t kFarthest = 255;  // a conditional jump reaches

sock_filter answer(uint32_t action) { return BPF_STMT(BPF_RET | BPF_K, action); }

std::vector<Range> wanted(Abi abi, const Selection& selection) {
  std::set<uint32_t> numbers;
  for (uint32_t nr = 0; nr < kMostNumbers; ++nr)
    if (special_call(abi, nr) != SpecialCall::kNone) numbers.insert(nr);
  for (const SyscallRow& row : syscall_rows()) {
    const int16_t number = row.numbers[static_cast<size_t>(abi)];
    if (number != kNoNumber && selection.includes(row)) numbers.insert(static_cast<uint32_t>(number));
  }
  std::vector<Range> ranges;
  for (const uint32_t nr : numbers) {
    if (!ranges.empty() && ranges.back().last + 1 == nr)
      ranges.back().last = nr;
    else
      ranges.push_back({nr, nr});
  }
  return ranges;
}

// Jumps by halves to the range that the number, which is loaded, may be in. Every way through it ends in an answer.
Code search(std::span<const Range> ranges) {
  if (ranges.empty()) return {answer(SECCOMP_RET_ALLOW)};
  if (ranges.size() == 1) {
    return {BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ranges[0].first, 0, 2),
            BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, ranges[0].last, 1, 0), answer(SECCOMP_RET_TRACE),
            answer(SECCOMP_RET_ALLOW)};
  }
  const size_t half = ranges.size() / 2;
  const Code lower = search(ranges.first(half)), upper = search(ranges.subspan(half));
  Code code;
  if (lower.size() <= kFarthest) {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ranges[half].first, static_cast<uint8_t>(lower.size()), 0));
  } else {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ranges[half].first, 0, 1));
    code.push_back(BPF_STMT(BPF_JMP | BPF_JA, static_cast<uint32_t>(lower.size())));
  }
  code.insert(code.end(), lower.begin(), lower.end());
  code.insert(code.end(), upper.begin(), upper.end());
  return code;
}

}  // namespace

std::vector<sock_filter> calls_filter(const Selection& selection) {
  Code code = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch))};
  for (size_t abi = 0; abi < kAbiCount; ++abi) {
    const Code calls = search(wanted(static_cast<Abi>(abi), selection));
    // Loads the number, where the call is of this architecture; jumps over its calls otherwise.
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kAuditArch[abi], 1, 0));
    code.push_back(BPF_STMT(BPF_JMP | BPF_JA, static_cast<uint32_t>(calls.size() + 1)));
    code.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    code.insert(code.end(), calls.begin(), calls.end());
  }
  code.push_back(answer(SECCOMP_RET_ALLOW));
  return code;
}

}  // namespace cttrace::ptrace
