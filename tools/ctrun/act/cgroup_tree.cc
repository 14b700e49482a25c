// A cgroup goes when nothing is in it; processes that were killed take a moment to leave.
#include "act/cgroup_tree.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <filesystem>
#include <set>
#include <sstream>

#include "base/fd.h"

namespace cttrace::ctrun {
namespace {

constexpr size_t kProcsMost_bytes = 16 << 20;

// Deepest first.
std::vector<std::string> with_below(const std::string& cgroup) {
  std::vector<std::string> found;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(cgroup, failed))
    if (entry.is_directory(failed))
      for (std::string& below : with_below(entry.path().string())) found.push_back(std::move(below));
  found.push_back(cgroup);
  return found;
}

// False where it is there still, in use.
bool remove_once(const std::string& cgroup) {
  for (const std::string& folder : with_below(cgroup)) {
    if (rmdir(folder.c_str()) == 0 || errno == ENOENT) continue;
    if (errno == EBUSY) return false;
    throw Failure(system_error("remove the cgroup", folder));
  }
  return true;
}

}  // namespace

std::vector<pid_t> processes_in(const std::string& cgroup) {
  std::vector<pid_t> found;
  for (const std::string& folder : with_below(cgroup)) {
    const Result<std::string> text = read_file(folder + "/cgroup.procs", kProcsMost_bytes);
    if (!text) continue;
    std::istringstream lines(*text);
    for (pid_t pid = 0; lines >> pid;)
      if (pid > 0) found.push_back(pid);
  }
  return found;
}

void signal_all(const std::vector<std::string>& cgroups, int signal) {
  std::set<pid_t> pids;
  for (const std::string& cgroup : cgroups)
    for (const pid_t pid : processes_in(cgroup)) pids.insert(pid);
  for (const pid_t pid : pids) kill(pid, signal);
}

void remove_cgroups(const std::vector<std::string>& cgroups) {
  for (const std::string& cgroup : cgroups) {
    for (int tries = 0; !remove_once(cgroup); ++tries) {
      if (tries == 500) throw Failure(system_error("remove the cgroup", cgroup, EBUSY));
      for (const pid_t pid : processes_in(cgroup)) kill(pid, SIGKILL);
      const timespec pause = {0, tries < 20 ? 1000000 : 10000000};
      nanosleep(&pause, nullptr);
    }
  }
}

void freeze(const std::vector<std::string>& cgroups, bool frozen) {
  bool any = false;
  for (const std::string& cgroup : cgroups) {
    const bool v1 = access((cgroup + "/freezer.state").c_str(), F_OK) == 0;
    const bool v2 = access((cgroup + "/cgroup.freeze").c_str(), F_OK) == 0;
    if (!v1 && !v2) continue;
    if (v2 && any) continue;  // one freezer is enough
    const std::string file = cgroup + (v1 ? "/freezer.state" : "/cgroup.freeze");
    const Fd fd(open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) throw Failure(system_error(frozen ? "freeze by" : "thaw by", file));
    const std::string value = v1 ? (frozen ? "FROZEN" : "THAWED") : (frozen ? "1" : "0");
    if (const Status written = write_all(fd.get(), value, file); !written) throw Failure(written.error());
    any = true;
  }
  if (!any)
    throw Failure(
        Error{.what = frozen ? "pause" : "resume", .subject = "the container", .why = "it has no freezer cgroup"});
}

}  // namespace cttrace::ctrun
