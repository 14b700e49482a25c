#include "source/beginning.h"

#include <sys/utsname.h>

#include <cstring>
#include <ctime>

#include "source/kernel_files.h"
#include "source/synthetic.h"

namespace cttrace {
namespace {

Abi machine() {
  utsname name = {};
  uname(&name);
  return std::strcmp(name.machine, "aarch64") == 0 ? Abi::aarch64 : Abi::x86_64;
}

int64_t realtime_offset_ns() {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec - static_cast<int64_t>(boottime_ns());
}

}  // namespace

void tell_beginning(TraceInfo& info) {
  info.start_ns = boottime_ns();
  info.realtime_offset_ns = realtime_offset_ns();
  info.machine = machine();
  info.kernel_files = read_kernel_files();
}

}  // namespace cttrace
