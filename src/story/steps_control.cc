// Writes to control files as steps: id maps, cgroups, limits, sysctls.
#include <linux/magic.h>

#include <charconv>

#include "base/paths.h"
#include "story/call.h"
#include "story/steps.h"

namespace cttrace {
namespace {

// What was written, without what ends it: newlines, and the NUL that some write too.
std::string written(const Call& call) {
  const Argument* buffer = argument(call, "buf");
  if (!buffer) buffer = argument(call, "vec");
  if (!buffer) return {};
  std::string value = buffer->bytes;
  while (!value.empty() && (value.back() == '\n' || value.back() == '\0')) value.pop_back();
  return value;
}

uint32_t decimal(std::string_view digits) {
  uint32_t value = 0;
  const auto [stop, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return problem == std::errc() && stop == digits.data() + digits.size() ? value : 0;
}

// 812 of /proc/812/uid_map, also where proc is mounted elsewhere; 0: it is somebody's own, /proc/self/uid_map.
uint32_t process_in(const std::string& path) { return decimal(last_part(folder_of(path))); }

StepFacts proc_written(const Call& call, const File& file) {
  const std::string_view name = last_part(file.path);
  const std::string value = written(call);
  const int error = error_of(call);
  MapsWritten maps{.pid = process_in(file.path)};
  if (name == "uid_map") return maps.uids = value, maps;
  if (name == "gid_map") return maps.gids = value, maps;
  if (name == "setgroups") return maps.setgroups = value, maps;
  if (name == "oom_score_adj")
    return IdentityGiven{.pid = maps.pid, .changes = {{.what = IdentityGiven::What::kOomScore, .value = value}}};
  if (folder_of(file.path).ends_with("/attr")) {
    return IdentityGiven{.changes = {{.what = IdentityGiven::What::kLabel, .value = value}}};
  }
  return ControlsWritten{{{.file = file.path, .value = value, .error = error}}};
}

StepFacts written_to(const Call& call) {
  const File* const target = file(call, "fd");
  if (!target) return CallMade{.name = std::string(call.row->name), .quiet = true};
  if (target->sb_magic == PROC_SUPER_MAGIC) return proc_written(call, *target);
  const std::string_view name = last_part(target->path);
  const std::string value = written(call);
  if (name == "cgroup.event_control") return CallMade{.name = "write", .about = target->path, .quiet = true};
  if (name == "cgroup.procs" || name == "tasks" || name == "cgroup.threads") {
    return CgroupJoined{.pid = decimal(value), .cgroups = {{.file = target->path, .error = error_of(call)}}};
  }
  return ControlsWritten{{{.file = target->path, .value = value, .error = error_of(call)}}};
}

constexpr CallMeaning kControlCalls[] = {
    {"write", written_to}, {"pwrite64", written_to}, {"writev", written_to}, {"pwritev", written_to}};

}  // namespace

std::span<const CallMeaning> control_calls() { return kControlCalls; }

}  // namespace cttrace
