// What /proc tells about a process.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/error.h"

namespace cttrace {

// The process that a process's or thread's id stands for. The error says that there is none.
Result<uint32_t> process_of(uint32_t tid);

// The text of /proc/TID/mountinfo: the mount table of the thread's own mount namespace, as far as its root shows it.
Result<std::string> mountinfo(uint32_t tid);

// A process in every mount namespace that any visible one is in, by the namespace's inode number: one that sees all of
// its mounts, where there is one. Those of `but` aside, namespaces and processes.
std::map<uint32_t, uint32_t> mount_namespaces(const std::set<uint32_t>& but, const std::set<uint32_t>& but_processes);

}  // namespace cttrace
