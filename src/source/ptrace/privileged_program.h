// Programs that gain privileges when they are executed: not those of a process whose tracer has none of its own.
#pragma once

#include <optional>
#include <string>

#include "source/ptrace/requests.h"

namespace cttrace::ptrace {

// CAP_SYS_PTRACE is in force, in our own user namespace.
bool may_trace_all();

// The file that the thread, which is entering this execve, would gain privileges from, and does not while it is
// followed by us (cap_bprm_creds_from_file, security/commoncap.c). None where following it changes nothing.
std::optional<std::string> loses_privileges_by_us(uint32_t tid, const CallNow& call);

}  // namespace cttrace::ptrace
