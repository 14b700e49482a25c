// Tasks that a write to a control file has moved into another cgroup: no stop tells of them.
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "base/fd.h"
#include "base/paths.h"
#include "base/words.h"
#include "source/ptrace/capture_state.h"
#include "source/ptrace/task_facts.h"
#include "source/synthetic.h"

namespace cttrace::ptrace {
namespace {

// Of linux/nsfs.h since 6.11: of a pid in a namespace, that in ours.
constexpr unsigned long kPidFromNamespace = _IOR(NSIO, 0x6, int);

struct Membership {
  uint32_t hierarchy = 0;
  std::string path;
};

bool has_each(std::string_view options, std::string_view controllers) {
  while (!controllers.empty()) {
    const std::string_view one = controllers.substr(0, controllers.find(','));
    controllers.remove_prefix(std::min(one.size() + 1, controllers.size()));
    const std::string padded = "," + std::string(options) + ",";
    if (padded.find("," + std::string(one) + ",") == padded.npos) return false;
  }
  return true;
}

// Where the task is now, in the hierarchy of that mount.
std::optional<Membership> membership(uint32_t tid, const SeenMount& mount) {
  const std::string text = task_text(tid, "cgroup");
  std::string_view lines = text;
  while (!lines.empty()) {
    const std::string_view line = next_line(lines);
    const size_t first = line.find(':');
    const size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    Membership found;
    if (second == line.npos || !read_number(line.substr(0, first), found.hierarchy)) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    found.path = line.substr(second + 1);
    const bool unified = found.hierarchy == 0;
    if (unified ? mount.fs_type == "cgroup2" : mount.fs_type == "cgroup" && has_each(mount.options, controllers))
      return found;
  }
  return std::nullopt;
}

// In our pid namespace. 0: not known.
uint32_t pid_as_seen(Tracee& writer, uint32_t pid, uint32_t own_pid_ns) {
  if (pid == 0) return writer.tid;
  if (writer.namespaces.of(writer.tid).inodes[CT_NS_PID] == own_pid_ns) return pid;
  const Fd ns(::open(task_path(writer.tid, "ns/pid").c_str(), O_RDONLY | O_CLOEXEC));
  const int seen = ns ? ::ioctl(ns.get(), kPidFromNamespace, static_cast<unsigned long>(pid)) : -1;
  return seen > 0 ? static_cast<uint32_t>(seen) : 0;
}

}  // namespace

void Capture::State::tell_of_move(Tracee& tracee, const CallAtEntry& call) {
  const int fd = static_cast<int>(call.args[0]);
  const std::optional<std::string> link = read_link(task_path(tracee.tid, "fd", fd));
  if (!link) return;
  const std::string_view name = last_part(*link);
  const bool whole_process = name == "cgroup.procs";
  if (!whole_process && name != "tasks" && name != "cgroup.threads") return;
  const ArgumentsOf arguments{.row = *call.row, .args = call.args, .word = call.abi == Abi::i386 ? size_t{4} : 8};
  uint32_t written = 0;
  if (!read_argument(memories.of(tracee.tid), arguments, 1, reading)) return;
  std::string_view text = reading.bytes;
  if (!read_number(next_word(text), written)) return;
  const std::string path = task_path(tracee.tid, "fd", fd);
  const auto status = file_status(path);
  const auto mount = status ? views.find(tracee, status->mount_id, status->dev, *link, path) : std::nullopt;
  if (!mount || !mount->mount->fs_type.starts_with("cgroup")) return;

  const std::optional<Tracee> task = adopt_task(pid_as_seen(tracee, written, own_pid_ns));
  if (!task) return;
  const uint32_t moved_tid = whole_process ? task->tgid : task->tid;
  const std::optional<Tracee> moved = adopt_task(moved_tid);
  const std::optional<Membership> now = membership(moved_tid, *mount->mount);
  if (!moved || !now) return;
  const std::string folder(folder_of(*link));
  const bool answers = views.of(tracee).answers(folder);
  const auto group = answers ? file_status(task_path(tracee.tid, "root") + folder, false) : std::nullopt;
  auto& out = maker.begin<ct_cgroup>(tracee, CT_REC_CGROUP, boottime_ns());
  if (group && group->mount_id == status->mount_id) out.cgroup_id = group->inode;
  out.task_start_ns = moved->start_ns;
  out.tid = moved->tid;
  out.tgid = moved->tgid;
  out.hierarchy = now->hierarchy;
  out.threadgroup = whole_process;
  maker.capture(CT_ARG_CGROUP, CT_CAP_STRING, CT_OK, now->path);
  maker.send();
}

}  // namespace cttrace::ptrace
