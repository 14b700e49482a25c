// Memory of a task that stands still.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace cttrace::ptrace {

class TaskMemory {
 public:
  explicit TaskMemory(uint32_t tid) : tid_(static_cast<pid_t>(tid)) {}

  // Up to `size` bytes from `address`: fewer where the memory ends. 0: none of it can be read.
  size_t read(void* to, size_t size, uint64_t address) const;

  // Appends the string without its NUL, at most `size` bytes with it.
  enum class Text { kWhole, kCut, kFault };
  Text read_text(std::string& to, size_t size, uint64_t address) const;

 private:
  size_t read_in_page(void* to, size_t size, uint64_t address) const;
  size_t peek(void* to, size_t size, uint64_t address) const;

  pid_t tid_;
};

}  // namespace cttrace::ptrace
