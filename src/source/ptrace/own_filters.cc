#include "source/ptrace/own_filters.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>

#include <algorithm>
#include <cstring>

#include "source/ptrace/special_calls.h"
#include "source/ptrace/task_memory.h"

namespace cttrace::ptrace {
namespace {

constexpr uint32_t kMostInstructions = BPF_MAXINSNS;
constexpr size_t kMostFilters = 64;

seccomp_data data_of(const CallNow& call) {
  seccomp_data data = {};
  data.nr = static_cast<int>(call.nr);
  data.arch = call.abi == Abi::i386      ? AUDIT_ARCH_I386
              : call.abi == Abi::aarch64 ? AUDIT_ARCH_AARCH64
                                         : AUDIT_ARCH_X86_64;
  data.instruction_pointer = call.instruction;
  std::copy(call.args.begin(), call.args.end(), std::begin(data.args));
  return data;
}

uint32_t arithmetic(uint16_t operation, uint32_t a, uint32_t b) {
  switch (operation) {
    case BPF_ADD: return a + b;
    case BPF_SUB: return a - b;
    case BPF_MUL: return a * b;
    case BPF_DIV: return b ? a / b : 0;
    case BPF_AND: return a & b;
    case BPF_OR: return a | b;
    case BPF_XOR: return a ^ b;
    case BPF_LSH: return b < 32 ? a << b : 0;
    case BPF_RSH: return b < 32 ? a >> b : 0;
    case BPF_NEG: return 0 - a;
    default: return a;
  }
}

bool holds(uint16_t comparison, uint32_t a, uint32_t b) {
  switch (comparison) {
    case BPF_JEQ: return a == b;
    case BPF_JGT: return a > b;
    case BPF_JGE: return a >= b;
    case BPF_JSET: return (a & b) != 0;
    default: return false;
  }
}

// Runs a filter as the kernel does (classic BPF, of which seccomp_check_filter in kernel/seccomp.c allows a part). What
// makes no sense, which the kernel would not have taken, allows the call.
uint32_t run(const std::vector<sock_filter>& code, const seccomp_data& data) {
  uint32_t a = 0, x = 0;
  std::array<uint32_t, BPF_MEMWORDS> memory = {};
  const auto word = [&data](uint32_t offset) {
    uint32_t value = 0;
    if (offset <= sizeof(data) - sizeof(value))
      std::memcpy(&value, reinterpret_cast<const char*>(&data) + offset, sizeof(value));
    return value;
  };
  // Jumps lead forward only.
  for (size_t at = 0; at < code.size(); ++at) {
    const sock_filter& step = code[at];
    const uint32_t operand = BPF_SRC(step.code) == BPF_X ? x : step.k;
    switch (BPF_CLASS(step.code)) {
      case BPF_LD:
      case BPF_LDX: {
        uint32_t& to = BPF_CLASS(step.code) == BPF_LD ? a : x;
        switch (BPF_MODE(step.code)) {
          case BPF_ABS: to = word(step.k); break;
          case BPF_MEM: to = memory[step.k % BPF_MEMWORDS]; break;
          case BPF_LEN: to = sizeof(data); break;
          default: to = step.k; break;
        }
        break;
      }
      case BPF_ST: memory[step.k % BPF_MEMWORDS] = a; break;
      case BPF_STX: memory[step.k % BPF_MEMWORDS] = x; break;
      case BPF_ALU: a = arithmetic(BPF_OP(step.code), a, operand); break;
      case BPF_JMP:
        at += BPF_OP(step.code) == BPF_JA ? step.k : holds(BPF_OP(step.code), a, operand) ? step.jt : step.jf;
        break;
      case BPF_MISC: BPF_MISCOP(step.code) == BPF_TAX ? x = a : a = x; break;
      case BPF_RET: return BPF_RVAL(step.code) == BPF_A ? a : step.k;
      default: return SECCOMP_RET_ALLOW;
    }
  }
  return SECCOMP_RET_ALLOW;
}

}  // namespace

FilterVerdict verdict(const OwnFilters& filters, const CallNow& call) {
  if (!filters) return FilterVerdict::kAllowed;
  const seccomp_data data = data_of(call);
  uint32_t smallest = SECCOMP_RET_ALLOW;
  // The smallest action wins; as a signed number: to kill the process is the smallest of all (seccomp_run_filters).
  const auto rank = [](uint32_t answer) { return static_cast<int32_t>(answer & SECCOMP_RET_ACTION_FULL); };
  for (const OwnFilter* filter = filters.get(); filter; filter = filter->before.get())
    if (const uint32_t answer = run(filter->code, data); rank(answer) < rank(smallest)) smallest = answer;
  switch (smallest & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG:
    case SECCOMP_RET_USER_NOTIF: return FilterVerdict::kAllowed;  // the last: if somebody else says so
    case SECCOMP_RET_ERRNO:
    case SECCOMP_RET_TRACE: return FilterVerdict::kAnswered;  // as without a tracer: ENOSYS
    default: return FilterVerdict::kSigsys;
  }
}

std::optional<std::vector<sock_filter>> filter_given(uint32_t tid, const CallNow& call) {
  uint64_t address = 0;
  const auto what = static_cast<uint32_t>(call.args[0]);  // registers are wider
  switch (special_call(call.abi, call.nr)) {
    case SpecialCall::kSeccomp:
      if (what == SECCOMP_SET_MODE_FILTER) address = call.args[2];
      break;
    case SpecialCall::kPrctl:
      if (what == PR_SET_SECCOMP && call.args[1] == SECCOMP_MODE_FILTER) address = call.args[2];
      break;
    default: break;
  }
  if (address == 0) return std::nullopt;
  // struct sock_fprog, by the caller's word size.
  uint16_t length = 0;
  uint64_t code_at = 0;
  const bool narrow = call.abi == Abi::i386;
  const size_t word = narrow ? 4 : 8;
  MemoryFiles files;
  const TaskMemory memory = files.of(tid);
  if (memory.read(&length, sizeof(length), address) < sizeof(length) ||
      memory.read(&code_at, word, address + word) < word || length == 0 || length > kMostInstructions)
    return std::nullopt;
  std::vector<sock_filter> code(length);
  const size_t bytes = code.size() * sizeof(sock_filter);
  if (memory.read(code.data(), bytes, code_at) < bytes) return std::nullopt;
  return code;
}

OwnFilters filters_of(uint32_t tid, unsigned ours) {
  // The first that was taken has the highest number.
  std::vector<std::vector<sock_filter>> newest_first;
  for (size_t index = 0; index < kMostFilters; ++index) {
    const auto what = static_cast<__ptrace_request>(PTRACE_SECCOMP_GET_FILTER);
    const long length = ::ptrace(what, static_cast<pid_t>(tid), index, nullptr);
    if (length <= 0) break;
    std::vector<sock_filter> code(static_cast<size_t>(length));
    if (::ptrace(what, static_cast<pid_t>(tid), index, code.data()) != length) break;
    newest_first.push_back(std::move(code));
  }
  OwnFilters filters;
  for (size_t index = newest_first.size() - std::min<size_t>(ours, newest_first.size()); index-- > 0;)
    filters = std::make_shared<const OwnFilter>(OwnFilter{std::move(newest_first[index]), filters});
  return filters;
}

}  // namespace cttrace::ptrace
