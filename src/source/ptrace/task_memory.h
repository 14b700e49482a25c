// Memory of a task that stands still.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "base/fd.h"

namespace cttrace::ptrace {

class MemoryFiles;

// Valid as long as the files that it came from are not asked for another one.
class TaskMemory {
 public:
  // Up to `size` bytes from `address`: fewer where the memory ends. 0: none of it can be read.
  size_t read(void* to, size_t size, uint64_t address) const;

  // Appends the string without its NUL, at most `size` bytes with it.
  enum class Text { kWhole, kCut, kFault };
  Text read_text(std::string& to, size_t size, uint64_t address) const;

 private:
  friend class MemoryFiles;
  TaskMemory(pid_t tid, int file) : tid_(tid), file_(file) {}

  size_t read_in_page(void* to, size_t size, uint64_t address) const;
  size_t peek(void* to, size_t size, uint64_t address) const;

  pid_t tid_;
  int file_;  // -1: it may not be opened
};

// /proc/TID/mem, open. Not process_vm_readv: that waits where a page is still to be filled by a thread of the tracee's
// (userfaultfd), and that thread may wait for us.
class MemoryFiles {
 public:
  TaskMemory of(uint32_t tid);
  // The task has another memory from now on, or none.
  void forget(uint32_t tid) { files_.erase(tid); }

 private:
  std::map<uint32_t, Fd> files_;
};

}  // namespace cttrace::ptrace
