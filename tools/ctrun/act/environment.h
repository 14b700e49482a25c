// What of its environment and its signals a program gets without anybody having asked for it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace cttrace::ctrun {

// The value of the last NAME=VALUE, as execve's callers everywhere have it; empty where there is none.
std::string environment_value(const std::vector<std::string>& env, const std::string& name);
// HOME is what /etc/passwd of the root that the caller is in says of `uid`, "/" where it says nothing, unless it is
// set.
void ensure_home(std::vector<std::string>& env, uid_t uid);
// Which signals are ignored is inherited over execve, and a manager ignores some for itself. SIGHUP and SIGINT stay as
// they are: that is how nohup(1) and a shell's "&" work.
void reset_ignored_signals();

}  // namespace cttrace::ctrun
