// Who is to be followed, and beginning to.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "source/ptrace/threads.h"

namespace cttrace::ptrace {

struct Attached {
  std::vector<std::string> refused;  // lines: processes that cannot be followed, and why
};

// Has every thread of the processes, and of all that descend from them, followed by the calling thread, and asked to
// stop; also those that are made meanwhile. They are added to `threads`. `relieve` sees to those that are about to end:
// it is called where the kernel waits for that. The error: none of them could be.
Result<Attached> attach(const std::vector<uint32_t>& processes, bool filtered, const Capture& capture, Threads& threads,
                        const std::function<void()>& relieve);

}  // namespace cttrace::ptrace
