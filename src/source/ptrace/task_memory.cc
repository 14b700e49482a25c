#include "source/ptrace/task_memory.h"

#include <sys/ptrace.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cttrace::ptrace {
namespace {

constexpr uint64_t kPage = 4096;  // or a divisor of it

}  // namespace

// Word by word, by the right of the tracer: who has given up its privileges may be traced on, but not be looked into by
// process_vm_readv (ptrace_access_vm and mm_access in the kernel).
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
  iovec local = {.iov_base = to, .iov_len = size};
  iovec remote = {.iov_base = reinterpret_cast<void*>(address), .iov_len = size};
  const ssize_t got = ::process_vm_readv(tid_, &local, 1, &remote, 1, 0);
  if (got >= 0) return static_cast<size_t>(got);
  return errno == EPERM || errno == ENOSYS ? peek(to, size, address) : 0;
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
