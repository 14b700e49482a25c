// Cgroups of a container in the making.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <iterator>
#include <set>
#include <sstream>

#include "act/acts.h"

namespace cttrace::ctrun {
namespace {

constexpr size_t kControlFileMost_bytes = 1 << 20;

void write_file(const std::string& file, const std::string& value, const std::string& what) {
  const Fd fd(open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) throw Failure(system_error(what, file));
  if (const Status written = write_all(fd.get(), value, file); !written) {
    Error error = written.error();
    error.what = what;
    throw Failure(error);
  }
}

// Also the folders above: those that others made, or left, stay when the container goes.
void make_with_above(const std::string& folder) {
  if (mkdir(folder.c_str(), 0755) == 0 || errno == EEXIST) return;
  if (errno != ENOENT) throw Failure(system_error("make the cgroup", folder));
  make_with_above(folder.substr(0, folder.rfind('/')));
  if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) throw Failure(system_error("make the cgroup", folder));
}

// What the folder has, else the one above, which may lack it too.
std::string inherited(const std::string& folder, const std::string& name) {
  Result<std::string> value = read_file(folder + "/" + name, kControlFileMost_bytes);
  if (!value) return {};
  if (*value != "\n" && !value->empty()) return *value;
  const std::string above = inherited(folder.substr(0, folder.rfind('/')), name);
  if (!above.empty()) write_file(folder + "/" + name, above, "write");
  return above;
}

}  // namespace

Outcome act(Context&, const MakeCgroups& step) {
  for (const std::string& folder : step.folders) make_with_above(folder);
  return Outcome::kDone;
}

Outcome act(Context&, const EnableControllers& step) {
  const std::string file = step.folder + "/cgroup.subtree_control";
  const Result<std::string> enabled = read_file(file, kControlFileMost_bytes);
  if (!enabled) throw Failure(enabled.error());
  std::istringstream words(*enabled);
  const std::set<std::string> there{std::istream_iterator<std::string>(words), {}};
  std::string missing;
  for (const std::string& each : step.controllers)
    if (there.count(each) == 0) missing += (missing.empty() ? "+" : " +") + each;
  if (missing.empty()) return Outcome::kSkipped;
  write_file(file, missing, "enable the controllers \"" + missing + "\" by");
  return Outcome::kDone;
}

Outcome act(Context&, const CopyCpuset& step) {
  inherited(step.folder, "cpuset.cpus");
  inherited(step.folder, "cpuset.mems");
  return Outcome::kDone;
}

Outcome act(Context&, const WriteControl& step) {
  write_file(step.file, step.value, "write \"" + step.value + "\" to");
  return Outcome::kDone;
}

Outcome act(Context& context, const JoinCgroup& step) {
  write_file(step.folder + "/cgroup.procs", std::to_string(context.init), "put the container into the cgroup by");
  return Outcome::kDone;
}

}  // namespace cttrace::ctrun
