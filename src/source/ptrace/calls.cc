// Calls, at entry and at exit: as bpf/capture.bpf.c captures them.
//
// Memory is read twice: another thread may change it in between. The exit's reading is sent only where entry's failed
// or where the two differ.
#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <functional>

#include "source/ptrace/capture_state.h"
#include "source/synthetic.h"

namespace cttrace::ptrace {
namespace {

constexpr uint64_t kClonePidfd = 0x1000;
constexpr int kAtFdcwd = -100;

size_t word_of(Abi abi) { return abi == Abi::i386 ? 4 : 8; }

uint32_t words_flag(const ct_row& row) { return row.flags & CT_ROW_WORDS ? CT_FLAG_WORDS : 0; }

// After it the old memory is gone, and what is at its addresses now means nothing.
bool is_exec(const CallAtEntry& call) { return (syscall_rows()[call.row->id].groups & kExec) != 0; }

// Whether mounts may come, go, or be elsewhere behind it (path_mount, fs/namespace.c).
bool changes_tables(const CallAtEntry& call) {
  if (!(call.row->flags & CT_ROW_AFTER_MOUNTS)) return false;
  if (syscall_rows()[call.row->id].name != "mount") return true;
  uint64_t flags = call.args[3];
  if ((flags & MS_MGC_MSK) == MS_MGC_VAL) flags &= ~uint64_t{MS_MGC_MSK};
  if (flags & (MS_REMOUNT | MS_BIND)) return !(flags & MS_REMOUNT);
  return !(flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE));
}

}  // namespace

const ct_row* Capture::State::find_row(Tracee& tracee, CallAtEntry& call) {
  const SyscallRow* const found = cttrace::find_row(call.abi, call.nr, call.args);
  if (!found) return nullptr;
  const int first = static_cast<int>(call.args[0]);
  const bool words = found->flags & CT_ROW_OR_WORDS && files.is_stderr(tracee, first);
  const ct_row& row = rows[found->index + (words ? 1 : 0)];
  if (!(row.flags & CT_ROW_SELECTED)) return nullptr;
  if (row.flags & CT_ROW_CONTROL_FD && !files.is_control_file(tracee, first)) return nullptr;
  if (row.flags & CT_ROW_MOUNT_FD && !files.keeps_filesystem(tracee, first)) return nullptr;
  if (row.flags & CT_ROW_AFTER_NODE && !node_makers.contains(tracee.tgid)) return nullptr;
  call.keeps = row.flags & CT_ROW_FEW && tracee.said >= CT_FEW;
  if (row.flags & CT_ROW_FEW && !call.keeps) ++tracee.said;
  return &row;
}

void Capture::State::capture_reading(const ct_row& row, size_t index) {
  if (reading.status == CT_TRUNCATED && !(row.flags & CT_ROW_WORDS)) maker.count_truncated();
  maker.capture(static_cast<uint8_t>(index), reading.kind, reading.status, reading.bytes);
}

// The bytes, the places of paths, the descriptors. True: there were bytes to read; they are in `reading`.
bool Capture::State::capture_at_entry(Tracee& tracee, const ArgumentsOf& call, size_t index) {
  const uint8_t op = call.row.op[index], arg = static_cast<uint8_t>(index);
  if (op == CT_OP_FD) {
    const int fd = static_cast<int>(call.args[index]);
    if (fd < 0) return false;
    if (syscall_rows()[call.row.id].name == "close") {
      capture_closed(tracee, fd);
    } else {
      capture_file(tracee, arg, CT_CAP_FILE, Files::Where::kFd, fd);
    }
    return false;
  }
  if (op == CT_OP_NONE || call.row.when[index] == CT_WHEN_EXIT) return false;
  read_argument(memories.of(tracee.tid), call, index, reading);
  capture_reading(call.row, index);
  if (op == CT_OP_PATH) {
    const uint8_t ref = call.row.ref[index];
    const int dirfd = ref < 6 ? static_cast<int>(call.args[ref]) : kAtFdcwd;
    capture_path_places(tracee, arg, dirfd, dirfd == kAtFdcwd);
  }
  return true;
}

bool Capture::State::enter(Tracee& tracee, CallAtEntry& call) {
  tracee.abi = call.abi;
  views.at_stop();
  call.row = find_row(tracee, call);
  call.captured = call.faulted = 0;
  if (!call.row) return false;
  call.enter_ns = boottime_ns();
  call.enter_tid = tracee.tid;
  if (call.keeps) return true;
  auto& out = maker.begin<ct_enter>(tracee, CT_REC_ENTER, call.enter_ns);
  out.record.flags = words_flag(*call.row);
  out.nr = call.nr;
  std::copy(call.args.begin(), call.args.end(), out.args);
  const ArgumentsOf arguments{.row = *call.row, .args = call.args, .word = word_of(call.abi)};
  for (size_t i = 0; i < 6; ++i) {
    if (!capture_at_entry(tracee, arguments, i)) continue;
    call.hash[i] = std::hash<std::string_view>()(reading.bytes);
    (reading.status == CT_FAULT ? call.faulted : call.captured) |= static_cast<uint8_t>(1u << i);
  }
  maker.send();
  if (call.row->flags & CT_ROW_AFTER_TARGET) call.target = target_of(tracee, arguments);
  if (changes_tables(call)) {
    views.begin_change();
    tracee.in_mount_call = true;
  }
  return true;
}

// What the kernel wrote, what could not be read before, and what is no longer what it was.
void Capture::State::capture_at_exit(Tracee& tracee, const ArgumentsOf& call, size_t index, const CallAtEntry& entry) {
  const uint8_t op = call.row.op[index], when = call.row.when[index];
  if (op == CT_OP_NONE || op == CT_OP_FD || when == CT_WHEN_ENTER || (when == CT_WHEN_EXIT && call.ret < 0)) return;
  if (!read_argument(memories.of(tracee.tid), call, index, reading)) return;
  if (when == CT_WHEN_EXIT) return capture_reading(call.row, index);
  const bool faulted = reading.status == CT_FAULT;
  const bool captured = entry.captured & (1u << index);
  // The same, or gone by now: entry's reading stands.
  if (captured && (faulted || std::hash<std::string_view>()(reading.bytes) == entry.hash[index])) return;
  if (faulted) {
    if (call.ret != -EFAULT) maker.count(CT_LOSS_READ_FAULT);  // otherwise the kernel could not read it either
    return;
  }
  capture_reading(call.row, index);
  const std::string path = reading.bytes;
  if (op == CT_OP_PATH && !captured) capture_magic(tracee, static_cast<uint8_t>(index), path);
}

// The descriptor that clone and clone3 wrote for CLONE_PIDFD: as the file of the argument that says where to.
void Capture::State::capture_written_pidfd(Tracee& tracee, const ArgumentsOf& call) {
  const bool in_memory = call.row.flags & CT_ROW_CLONE3;
  const TaskMemory memory = memories.of(tracee.tid);
  uint64_t args[2] = {call.args[0], call.args[2]};  // clone_args: flags, pidfd
  int fd = -1;
  if (in_memory && memory.read(args, sizeof(args), call.args[0]) != sizeof(args)) return;
  if (!(args[0] & kClonePidfd) || memory.read(&fd, sizeof(fd), args[1]) != sizeof(fd) || fd < 0) return;
  capture_file(tracee, in_memory ? 0 : 2, CT_CAP_FILE, Files::Where::kFd, fd);
}

void Capture::State::exit(Tracee& tracee, const CallAtEntry& entry, int64_t ret, uint32_t flags) {
  CallAtEntry call = entry;
  const bool orphan = flags & CT_FLAG_ORPHAN;
  tracee.abi = call.abi;
  views.at_stop();
  if (orphan) call.row = find_row(tracee, call);
  if (!call.row || (orphan && call.keeps)) return;
  if (call.abi == Abi::i386) ret = static_cast<int32_t>(ret);
  if (call.keeps) return keep_words(tracee, call, ret);
  if (tracee.in_mount_call) views.end_change(ret >= 0);
  tracee.in_mount_call = false;
  if (ret >= 0 && !orphan) remember(tracee, call, ret);

  auto& out = maker.begin<ct_exit>(tracee, CT_REC_EXIT, boottime_ns());
  out.record.flags = flags | words_flag(*call.row);
  out.nr = call.nr;
  std::copy(call.args.begin(), call.args.end(), out.args);
  out.ret = ret;
  out.enter_ns = orphan ? 0 : call.enter_ns;
  out.enter_tid = orphan ? tracee.tid : call.enter_tid;
  if (!(ret == 0 && is_exec(call))) {
    const ArgumentsOf arguments{.row = *call.row, .args = call.args, .word = word_of(call.abi), .ret = ret};
    for (size_t i = 0; i < 6; ++i) {
      if (orphan && capture_at_entry(tracee, arguments, i) && reading.status == CT_FAULT && ret != -EFAULT)
        maker.count(CT_LOSS_READ_FAULT);
      if (!orphan || call.row->when[i] == CT_WHEN_EXIT) capture_at_exit(tracee, arguments, i, call);
    }
    if (call.row->flags & CT_ROW_RETURNS_FD && ret >= 0)
      capture_file(tracee, CT_ARG_RETURN, CT_CAP_FILE, Files::Where::kFd, static_cast<int>(ret));
    if (call.row->flags & (CT_ROW_CLONE | CT_ROW_CLONE3) && ret > 0) capture_written_pidfd(tracee, arguments);
    if (ret >= 0) capture_aftermath(tracee, call, ret);
    if (!call.target.empty()) maker.capture(CT_ARG_TARGET, CT_CAP_FILE, CT_OK, call.target);
  }
  maker.send();
}

}  // namespace cttrace::ptrace
