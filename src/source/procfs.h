// What /proc tells about a process.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "cttrace/wire.h"

namespace cttrace {

// Links in /proc/PID to the namespaces of a process, by ct_ns.
inline constexpr const char* kNamespaceLinks[CT_NS_COUNT] = {"ns/mnt",
                                                             "ns/uts",
                                                             "ns/ipc",
                                                             "ns/net",
                                                             "ns/cgroup",
                                                             "ns/pid",
                                                             "ns/pid_for_children",
                                                             "ns/time",
                                                             "ns/time_for_children",
                                                             "ns/user"};

// The process that a process's or thread's id stands for. The error says that there is none.
Result<uint32_t> process_of(uint32_t tid);

// The text of /proc/TID/mountinfo: the mount table of the thread's own mount namespace, as far as its root shows it.
Result<std::string> mountinfo(uint32_t tid);

}  // namespace cttrace
