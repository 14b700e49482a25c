#include "source/procfs.h"

#include <cerrno>
#include <charconv>

#include "base/fd.h"

namespace cttrace {
namespace {

constexpr size_t kStatusLimitBytes = 64u << 10;
constexpr size_t kMountinfoLimitBytes = 256u << 20;

std::string proc_file(uint32_t pid, const char* name) { return "/proc/" + std::to_string(pid) + "/" + name; }

}  // namespace

Result<uint32_t> process_of(uint32_t tid) {
  const std::string pid = std::to_string(tid);
  Result<std::string> status = read_file(proc_file(tid, "status"), kStatusLimitBytes);
  if (!status) {
    const int code = status.error().code;
    if (code != ENOENT && code != ESRCH) return status.error();
    return Error{.code = ESRCH, .what = "follow process", .subject = pid, .why = "there is no process with this pid"};
  }
  const std::string key = "\nTgid:\t";
  const size_t at = status->find(key);
  uint32_t tgid = 0;
  if (at != std::string::npos) {
    const char* first = status->data() + at + key.size();
    std::from_chars(first, status->data() + status->size(), tgid);
  }
  if (tgid == 0) return Error{.what = "follow process", .subject = pid, .why = "/proc does not tell its process"};
  return tgid;
}

Result<std::string> mountinfo(uint32_t tid) { return read_file(proc_file(tid, "mountinfo"), kMountinfoLimitBytes); }

}  // namespace cttrace
