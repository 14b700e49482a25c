#include "source/procfs.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <memory>

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

std::map<uint32_t, uint32_t> mount_namespaces(const std::set<uint32_t>& but, const std::set<uint32_t>& but_processes) {
  std::map<uint32_t, uint32_t> found;
  std::set<uint32_t> seen_whole;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc"), closedir);
  while (const dirent* const entry = folder ? readdir(folder.get()) : nullptr) {
    uint32_t pid = 0;
    const std::string_view name = entry->d_name;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || *end || but_processes.contains(pid)) continue;
    struct stat status = {};
    if (stat(proc_file(pid, "ns/mnt").c_str(), &status) != 0) continue;
    const auto inode = static_cast<uint32_t>(status.st_ino);
    if (but.contains(inode) || seen_whole.contains(inode)) continue;
    // What is not below a process's root its mountinfo does not have.
    char root[2] = {};
    if (readlink(proc_file(pid, "root").c_str(), root, sizeof(root)) == 1) seen_whole.insert(inode);
    found[inode] = pid;
  }
  return found;
}

Result<std::string> mountinfo(uint32_t tid) { return read_file(proc_file(tid, "mountinfo"), kMountinfoLimitBytes); }

}  // namespace cttrace
