// Folders of cgroups: made, emptied, removed.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace cttrace::ctrun {

// The processes in it, and in those below. Empty where it is not there.
std::vector<pid_t> processes_in(const std::string& cgroup);
// Kills what is in the cgroups until nothing is, and removes them with those below. What is gone is no error.
// Throws Failure where one is still there after some seconds.
void remove_cgroups(const std::vector<std::string>& cgroups);
void signal_all(const std::vector<std::string>& cgroups, int signal);
void freeze(const std::vector<std::string>& cgroups, bool frozen);

}  // namespace cttrace::ctrun
