// What /proc tells about a process.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace cttrace {

// The process that a process's or thread's id stands for. The error says that there is none.
Result<uint32_t> process_of(uint32_t tid);

// The text of /proc/TID/mountinfo: the mount table of the thread's own mount namespace, as far as its root shows it.
Result<std::string> mountinfo(uint32_t tid);

}  // namespace cttrace
