#include "source/ptrace/task_memory.h"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cttrace::ptrace {
namespace {

constexpr uint64_t kPage = 4096;  // or a divisor of it
constexpr size_t kMostFiles = 64;

}  // namespace

// Word by word, by the right of the tracer: who has given up its privileges may be traced on, but its memory may not be
// opened (ptrace_access_vm and mm_access in the kernel).
size_t TaskMemory::peek(void* to, size_t size, uint64_t address) const {
  size_t done = 0;
  while (done < size) {
    const uint64_t at = (address + done) & ~uint64_t{sizeof(long) - 1};
    errno = 0;
    const long word = ::ptrace(PTRACE_PEEKDATA, tid_, at, nullptr);
    if (errno != 0) break;
    const size_t skip = address + done - at, part = std::min(size - done, sizeof(word) - skip);
    std::memcpy(static_cast<char*>(to) + done, reinterpret_cast<const char*>(&word) + skip, part);
    done += part;
  }
  return done;
}

size_t TaskMemory::read_in_page(void* to, size_t size, uint64_t address) const {
  if (file_ < 0) return peek(to, size, address);
  if (address > INT64_MAX) return 0;
  const ssize_t got = ::pread(file_, to, size, static_cast<off_t>(address));
  return got > 0 ? static_cast<size_t>(got) : 0;
}

TaskMemory MemoryFiles::of(uint32_t tid) {
  const auto known = files_.find(tid);
  if (known != files_.end()) return {static_cast<pid_t>(tid), known->second.get()};
  if (files_.size() >= kMostFiles) files_.clear();
  const std::string path = "/proc/" + std::to_string(tid) + "/mem";
  Fd& file = files_[tid];
  file.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return {static_cast<pid_t>(tid), file.get()};
}

size_t TaskMemory::read(void* to, size_t size, uint64_t address) const {
  size_t done = 0;
  while (done < size) {
    const uint64_t at = address + done;
    const size_t part = std::min<uint64_t>(size - done, kPage - at % kPage);
    const size_t got = read_in_page(static_cast<char*>(to) + done, part, at);
    done += got;
    if (got < part) break;
  }
  return done;
}

TaskMemory::Text TaskMemory::read_text(std::string& to, size_t size, uint64_t address) const {
  char page[kPage];
  // Most strings are short; the rest of a page is asked for only of those that are not.
  for (size_t most = 256; size > 0; most = kPage) {
    const size_t part = std::min({size, most, static_cast<size_t>(kPage - address % kPage)});
    const size_t got = read_in_page(page, part, address);
    const auto* const end = static_cast<const char*>(std::memchr(page, '\0', got));
    to.append(page, end ? static_cast<size_t>(end - page) : got);
    if (end) return Text::kWhole;
    if (got < part) return Text::kFault;
    size -= got;
    address += got;
  }
  to.pop_back();  // where the NUL would have to be
  return Text::kCut;
}

}  // namespace cttrace::ptrace
