#include "source/ptrace/requests.h"

#include <linux/audit.h>
#include <sys/ptrace.h>

#include <algorithm>

#include "source/ptrace/interruption.h"

namespace cttrace::ptrace {
namespace {

constexpr unsigned long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                                   PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;

// glibc's ptrace() has an enum of its own, which lacks what is newer.
template <typename Data>
long request(int what, pid_t tid, unsigned long address, Data data) {
  return ::ptrace(static_cast<__ptrace_request>(what), tid, address, data);
}

Abi abi_of(uint32_t audit_arch) {
  switch (audit_arch) {
    case AUDIT_ARCH_I386: return Abi::i386;
    case AUDIT_ARCH_AARCH64: return Abi::aarch64;
    default: return Abi::x86_64;
  }
}

}  // namespace

int seize(pid_t tid, bool filtered) {
  const unsigned long options = kOptions | (filtered ? PTRACE_O_TRACESECCOMP : 0);
  return seize_within_reason(tid, options);
}

void interrupt(pid_t tid) { request(PTRACE_INTERRUPT, tid, 0, 0L); }

bool go_on(pid_t tid, Until until, int signal) {
  const int what = until == Until::kNextCall    ? PTRACE_SYSCALL
                   : until == Until::kNextEvent ? PTRACE_CONT
                                                : PTRACE_DETACH;
  return request(what, tid, 0, static_cast<long>(signal)) == 0;
}

void listen(pid_t tid) { request(PTRACE_LISTEN, tid, 0, 0L); }

std::optional<unsigned long> event_message(pid_t tid) {
  unsigned long message = 0;
  if (request(PTRACE_GETEVENTMSG, tid, 0, &message) != 0) return std::nullopt;
  return message;
}

std::optional<CallNow> call_now(pid_t tid) {
  __ptrace_syscall_info info = {};
  if (request(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) <= 0) return std::nullopt;
  CallNow call;
  call.abi = abi_of(info.arch);
  call.instruction = info.instruction_pointer;
  switch (info.op) {
    case PTRACE_SYSCALL_INFO_ENTRY:
    case PTRACE_SYSCALL_INFO_SECCOMP:
      // The two begin alike.
      call.at = info.op == PTRACE_SYSCALL_INFO_ENTRY ? CallNow::At::kEntry : CallNow::At::kSeccomp;
      call.nr = static_cast<uint32_t>(info.entry.nr);
      std::copy(std::begin(info.entry.args), std::end(info.entry.args), call.args.begin());
      break;
    case PTRACE_SYSCALL_INFO_EXIT:
      call.at = CallNow::At::kExit;
      call.ret = info.exit.rval;
      break;
    default: break;
  }
  return call;
}

}  // namespace cttrace::ptrace
