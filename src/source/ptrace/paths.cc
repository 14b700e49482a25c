// Where a path argument begins: a descriptor, the cwd, the root, or the descriptor that it names by /proc; as
// bpf/paths.h finds it.
#include <fcntl.h>
#include <linux/limits.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "base/words.h"
#include "source/ptrace/capture_state.h"
#include "source/ptrace/magic_path.h"
#include "source/ptrace/task_facts.h"

namespace cttrace::ptrace {
namespace {

constexpr size_t kMostHeld = 48;  // detached trees that are told of one table

// Whom "/proc/PID" of the tracee means, where that is certain: itself, or another one that we trace. In a pid namespace
// below ours it is not known whose numbers the /proc in question has.
std::optional<Tracee> process_by_pid(Tracee& tracee, uint32_t pid, uint32_t own_pid_ns, bool first_pid_ns) {
  if (tracee.namespaces.of(tracee.tid).inodes[CT_NS_PID] != own_pid_ns) return std::nullopt;
  if (pid == 0 || pid == tracee.tgid) return tracee;
  if (!first_pid_ns) return std::nullopt;
  const std::string status = task_text(pid, "status");
  const auto tracer = status_value(status, "TracerPid");
  if (!tracer || *tracer != std::to_string(gettid())) return std::nullopt;
  Tracee other;
  other.tid = pid;
  return other;
}

}  // namespace

bool Capture::State::capture_file(Tracee& tracee, uint8_t arg, ct_capture_kind kind, Files::Where where, int fd) {
  const std::optional<SeenFile> seen = files.look(tracee, where, fd);
  if (!seen) return false;
  if (seen->status == CT_TRUNCATED) maker.count(CT_LOSS_PATH_DEPTH);
  maker.capture(arg, kind, seen->status, seen->bytes());
  return true;
}

// Whoever holds a detached mount tree last takes it along; and the filesystem that a context has made.
void Capture::State::capture_closed(Tracee& tracee, int fd) {
  std::optional<SeenFile> seen = files.look(tracee, Files::Where::kFd, fd);
  if (!seen) return;
  const bool is_context = seen->file.kind == CT_FILE_FS_CONTEXT;
  if (is_context || seen->file.flags & CT_FILE_DETACHED) {
    const std::vector<OpenedBy> elsewhere = files.held_elsewhere(tracee, fd, processes);
    if (!elsewhere.empty()) seen->file.flags |= CT_FILE_SHARED;
    if (is_context) files.contexts.closed(tracee, fd, elsewhere);
  }
  maker.capture(0, CT_CAP_FILE, seen->status, seen->bytes());
}

// Of a process that is about to end, by its last thread: the detached mount trees that its descriptors hold, and whether
// another process has them, too. False: not all of them are told.
bool Capture::State::capture_held(Tracee& tracee) {
  if (!files.any_kept()) return false;
  std::set<uint32_t> others = processes;
  others.erase(tracee.tgid);
  if (std::ranges::any_of(others, [&](uint32_t other) { return has_same_table(tracee.tid, other); })) return false;
  const std::optional<std::vector<int>> open = open_descriptors(tracee.tid);
  if (!open) return false;
  size_t told = 0;
  for (const int fd : *open) {
    if (!files.keeps_filesystem(tracee, fd)) continue;
    std::optional<SeenFile> seen = files.look(tracee, Files::Where::kFd, fd);
    if (!seen) return false;
    const std::vector<OpenedBy> elsewhere = files.held_elsewhere(tracee, fd, others);
    if (!elsewhere.empty()) seen->file.flags |= CT_FILE_SHARED;
    if (seen->file.kind == CT_FILE_FS_CONTEXT)
      files.contexts.closed(tracee, fd, elsewhere);
    else if (++told <= kMostHeld)
      maker.capture(CT_ARG_HELD, CT_CAP_FILE, seen->status, seen->bytes());
  }
  return told <= kMostHeld;
}

// False: the path names none.
bool Capture::State::capture_magic(Tracee& tracee, uint8_t arg, std::string_view path) {
  const std::optional<MagicPath> magic = parse_magic_path(path);
  if (!magic) return false;
  // "/proc/self" is its own in any /proc.
  std::optional<Tracee> whose =
      magic->pid == 0 ? std::optional(tracee) : process_by_pid(tracee, magic->pid, own_pid_ns, own_pid_ns_is_first);
  if (!whose) return false;
  const std::optional<SeenFile> seen = files.look(*whose, Files::Where::kFd, magic->fd);
  if (!seen) return true;
  std::string bytes;
  if (seen->status == CT_OK || seen->status == CT_TRUNCATED) {
    const uint32_t header[2] = {magic->prefix, 0};
    bytes.assign(reinterpret_cast<const char*>(header), sizeof(header));
    bytes += seen->bytes();
  }
  maker.capture(arg, CT_CAP_MAGIC, seen->status, bytes);
  return true;
}

// Of the path that was read last.
void Capture::State::capture_path_places(Tracee& tracee, uint8_t arg, int dirfd, bool at_cwd) {
  if (reading.status == CT_NULL) return;
  const auto where = at_cwd ? Files::Where::kCwd : Files::Where::kFd;
  if (reading.status == CT_FAULT) {
    // Nobody knows yet whether it is absolute, and at exit these places may be others: chdir, pivot_root.
    capture_file(tracee, arg, CT_CAP_ROOT, Files::Where::kRoot);
    capture_file(tracee, arg, CT_CAP_BASE, where, dirfd);
  } else if (!reading.bytes.starts_with('/')) {
    capture_file(tracee, arg, CT_CAP_BASE, where, dirfd);
  } else if (!capture_magic(tracee, arg, reading.bytes)) {
    capture_file(tracee, arg, CT_CAP_BASE, Files::Where::kRoot);
  }
}

// Where the path leads by which a call names what it changes: the last of its paths. Empty: that cannot be told.
std::string Capture::State::target_of(Tracee& tracee, const ArgumentsOf& call) {
  size_t index = std::size(call.row.op) - 1;
  while (index > 0 && call.row.op[index] != CT_OP_PATH) --index;
  if (!read_argument(memories.of(tracee.tid), call, index, reading) || reading.status != CT_OK) return {};
  const std::string path = reading.bytes;
  if (path.empty()) return {};
  const uint8_t ref = call.row.ref[index];
  const Fd place = opened_at(views, tracee,
                             {.dirfd = ref < 6 ? static_cast<int>(call.args[ref]) : AT_FDCWD,
                              .path = path,
                              .follow = follows_last_link(syscall_rows()[call.row.id], call.args)});
  const std::optional<SeenFile> seen = files.look(tracee, place);
  return seen ? seen->bytes() : std::string();
}

}  // namespace cttrace::ptrace
