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

// Has those that are about to end do so, and be followed no more; with kUntilAllStand waits until the others have
// stopped. True: somebody has, or has ended, since it was asked last.
enum class Settling { kNow, kUntilAllStand };
using Settle = std::function<bool(Settling)>;

// Has every thread of the processes, and of all that descend from them, followed by the calling thread, and stopped;
// also those that are made meanwhile. They are added to `threads`. The error: none of them could be.
Result<Attached> attach(const std::vector<uint32_t>& processes, bool filtered, const Capture& capture, Threads& threads,
                        const Settle& settle);

}  // namespace cttrace::ptrace
