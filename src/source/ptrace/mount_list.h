// All mounts of a namespace, also those that no path of its tasks leads to: where the kernel lists them (since 6.11),
// and to us.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cttrace::ptrace {

struct MountList {
  uint64_t count = 0;
  uint32_t newest = 0;  // the id, as mountinfo has it, of the one that was made last
};

// Of the namespace that the task is in. None: not to be had.
std::optional<MountList> list_mounts(uint32_t tid);

}  // namespace cttrace::ptrace
