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

// How many mounts the one is mounted on, each on the next, that the task's root is in. None: not to be had.
std::optional<int> mounts_beneath_root(uint32_t tid);

// The id, never used again, of the mount that the file at `path`, a magic link of /proc, is in. 0: the kernel has none
// (it has since 6.8).
uint64_t unique_mount_id(const std::string& path);

struct ListedMount {
  uint32_t id = 0, parent_id = 0;  // as mountinfo has them
  uint32_t dev = 0;                // as in the kernel: major << 20 | minor
};

// The mount that the file at `path` is in, where that is in the task's namespace. False with
// `known`: it is not; without: not to be had.
bool find_listed_mount(uint32_t tid, const std::string& path, ListedMount& mount, bool& known);

}  // namespace cttrace::ptrace
