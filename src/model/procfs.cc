// Whose processes a procfs shows.
#include <linux/mount.h>

#include <charconv>
#include <string_view>

#include "model/arguments.h"
#include "model/control_files.h"
#include "model/namespaces.h"

namespace cttrace {
namespace {

// Field `index` of a line, from 0.
std::string_view field(std::string_view line, size_t index) {
  for (; index > 0; --index) {
    const size_t space = line.find(' ');
    if (space == line.npos) return {};
    line.remove_prefix(space + 1);
  }
  return line.substr(0, line.find(' '));
}

std::optional<std::pair<uint32_t, uint32_t>> device_in(std::string_view text) {
  uint32_t major = 0, minor = 0;
  const char* const end = text.data() + text.size();
  const auto [colon, error] = std::from_chars(text.data(), end, major);
  if (error != std::errc() || colon == end || *colon != ':') return std::nullopt;
  const auto [rest, error_of_minor] = std::from_chars(colon + 1, end, minor);
  if (error_of_minor != std::errc() || rest != end) return std::nullopt;
  return std::pair(major, minor);
}

}  // namespace

void note_initial(ModelContext& context, const TaskState& task) {
  const Namespace* const mounts = context.state.ns_of(task, CT_NS_MNT);
  if (!mounts || mounts->inode == 0) return;
  const NamespaceId pids = task.namespaces[CT_NS_PID].value;
  const auto [place, first] = context.books.pid_namespace_of.emplace(mounts->inode, pids);
  if (!first && place->second != pids) place->second = 0;
}

void find_procfs(ModelContext& context, const Mounts& mounts) {
  const auto pids = context.books.pid_namespace_of.find(mounts.mount_ns);
  if (pids == context.books.pid_namespace_of.end()) return;
  std::string_view text = mounts.mountinfo;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.find(" - proc ") == line.npos) continue;
    if (const auto device = device_in(field(line, 2))) context.books.proc_instances.emplace(*device, pids->second);
  }
}

void find_procfs(ModelContext& context, const Call& call, const TaskState& task) {
  if (!call.after.newest_mount || call.after.newest_mount->fs_type != "proc" || call.row->name != "mount") return;
  constexpr uint64_t kNotNew = MS_BIND | MS_MOVE | MS_REMOUNT | MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;
  if (call.args[3].raw & kNotNew) return;
  const File& root = *call.after.newest_mount;
  // proc_init_fs_context, fs/proc/root.c
  context.books.proc_instances[{root.dev_major, root.dev_minor}] = task.namespaces[CT_NS_PID].value;
}

}  // namespace cttrace
