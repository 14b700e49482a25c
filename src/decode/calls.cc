// Joining entry and exit.
#include "decode/calls.h"

#include <linux/mount.h>
#include <linux/sched.h>

#include <cerrno>
#include <cstring>

namespace cttrace {
namespace {

constexpr size_t kMostArguments = 6;
// More threads than capture follows cannot be in calls: these are of a recording that makes no sense.
constexpr size_t kMostPending = 1u << 17;
constexpr size_t kMostPending_bytes = 256u << 20;
constexpr size_t kMostUnsorted = 1024;  // of those that began

bool changes_mounts(const Call& call) { return call.row->flags & CT_ROW_AFTER_MOUNTS; }

const SyscallRow* row_of(const ct_record& header, uint32_t number, const __u64 (&args)[6]) {
  std::array<uint64_t, kMostArguments> raw = {};
  std::copy(std::begin(args), std::end(args), raw.begin());
  const SyscallRow* const row = find_row(static_cast<Abi>(header.abi), number, raw);
  return row && header.flags & CT_FLAG_WORDS ? &row_for_stderr(*row) : row;
}

// What the kernel takes of a register.
uint64_t taken(uint64_t given, Abi abi, const ArgSpec& spec) {
  const unsigned size = argument_size(abi, spec);
  return size >= sizeof(given) ? given : given & ((uint64_t{1} << (8 * size)) - 1);
}

void begin(Call& call, const SyscallRow& row, const ct_record& header, uint32_t number, const __u64 (&args)[6]) {
  call.task = task_of(header);
  call.abi = static_cast<Abi>(header.abi);
  call.number = number;
  call.row = &row;
  call.cpu = header.cpu;
  call.args.resize(std::min(row.args.size(), kMostArguments));
  for (size_t i = 0; i < call.args.size(); ++i) {
    call.args[i].spec = &row.args[i];
    call.args[i].raw = taken(args[i], call.abi, row.args[i]);
  }
}

// Nobody looks the path up: an empty one, or what mount's dev_name is in most mounts, a mere name.
bool names_no_file(const Call& call, const Argument& argument) {
  // An empty path is one only where a flag allows it (getname_flags, fs/namei.c).
  const bool refused = call.outcome == Outcome::kReturned && call.result == -ENOENT;
  if (argument.reading == Reading::kOk && argument.bytes.empty() && refused) return true;
  if (argument.spec->name != "dev_name" || call.args.size() < 4) return false;
  const uint64_t flags = call.args[3].raw;
  if (flags & (MS_BIND | MS_MOVE)) return (flags & MS_REMOUNT) != 0;
  return argument.bytes.find('/') == std::string::npos;
}

// The kernel keeps a message as "e tmpfs: Unknown parameter 'x'\n": level, text, line end (logfc, fs/fs_context.c).
std::string message_of(std::string_view text) {
  if (text.size() >= 2 && text[1] == ' ') text.remove_prefix(2);
  if (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text);
}

// What a call that makes a thread was told, without the signal that its end sends.
std::optional<uint64_t> clone_flags_of(const Call& call) {
  if (call.row->name == "fork") return 0;
  if (call.row->name == "vfork") return CLONE_VFORK | CLONE_VM;
  if (call.args.empty()) return std::nullopt;
  const Argument& first = call.args.front();
  if (call.row->name == "clone") return first.raw & 0xffffffffu & ~uint64_t{CSIGNAL};
  uint64_t flags = 0;
  if (first.bytes.size() < sizeof(flags)) return std::nullopt;  // clone_args begins with them
  std::memcpy(&flags, first.bytes.data(), sizeof(flags));
  return flags;
}

// What execveat was given, from what the kernel made of it where its path begins at a descriptor (alloc_bprm,
// fs/exec.c).
std::string_view given_to_execveat(std::string_view filename, uint64_t dirfd) {
  const std::string prefix = "/dev/fd/" + std::to_string(static_cast<uint32_t>(dirfd));
  if (!filename.starts_with(prefix)) return filename;
  const std::string_view rest = filename.substr(prefix.size());
  return rest.empty() ? rest : rest.front() == '/' ? rest.substr(1) : filename;
}

// What the kernel said at exit that belongs to no argument.
void add_outcome(const Record& record, Call& call) {
  for (const Capture& capture : record.captures()) {
    if (capture.kind == CT_CAP_FS_MESSAGE) call.fs_message = message_of(capture.bytes);
    if (capture.kind == CT_CAP_NAMESPACES) call.after.namespaces = decode_namespaces(capture);
    if (capture.kind == CT_CAP_COUNT && capture.arg == CT_ARG_MOUNT_COUNT) call.after.mounts = decode_count(capture);
    if (capture.kind == CT_CAP_STRING && capture.status == CT_OK) {
      if (capture.arg == CT_ARG_MOUNT_ROOT) call.after.mount_root = path_of_components(capture.bytes);
      if (capture.arg == CT_ARG_MOUNT_SOURCE) call.after.mount_source = capture.bytes;
    }
    if (capture.kind != CT_CAP_FILE) continue;
    switch (capture.arg) {
      case CT_ARG_RETURN: call.returned_file = decode_file(capture); break;
      case CT_ARG_CWD: call.after.cwd = decode_file(capture); break;
      case CT_ARG_ROOT: call.after.root = decode_file(capture); break;
      case CT_ARG_NEWEST_MOUNT: call.after.newest_mount = decode_file(capture); break;
      case CT_ARG_MOVED: call.after.moved = decode_file(capture); break;
      case CT_ARG_TARGET: call.after.target = decode_file(capture); break;
      default: break;
    }
  }
}

}  // namespace

Task task_of(const ct_record& header) {
  return {.tid = header.tid,
          .tgid = header.tgid,
          .start_ns = header.task_start_ns,
          .stranger = (header.flags & CT_FLAG_STRANGER) != 0};
}

void Calls::finish(Pending& pending) {
  Call& call = pending.call();
  for (Argument& argument : call.args) argument.names_file = !names_no_file(call, argument);
  for (auto& [index, places] : pending.places) {
    Argument& argument = call.args[index];
    if (argument.spec->kind == ArgKind::kPath && argument.names_file) resolve_path(argument, std::move(places));
  }
  pending.places.clear();
  whole_.add(std::move(pending.made));
}

// The thread must not be in a call.
Calls::Table::iterator Calls::add(uint32_t tid) {
  Table::iterator place;
  if (Table::node_type made = spare_.take()) {
    made.key() = tid;
    place = pending_.insert(std::move(made)).position;
    place->second.sorted = false;
  } else {
    place = pending_.try_emplace(tid).first;
  }
  place->second.made = whole_.make_call();
  return place;
}

Calls::Table::node_type Calls::remove(Table::iterator place) {
  Pending& pending = place->second;
  end_mounting(*place);
  if (pending.sorted) by_start_.erase({.ns = pending.call().start_ns, .tid = place->first});
  bytes_ -= pending.made.bytes;
  return pending_.extract(place);
}

void Calls::sort_begun() {
  for (const Start& start : begun_) {
    const auto place = pending_.find(start.tid);
    if (place == pending_.end() || place->second.call().start_ns != start.ns) continue;
    by_start_.insert(start);
    place->second.sorted = true;
  }
  begun_.clear();
}

PathPlaces& Calls::Pending::places_of(uint8_t argument) {
  for (auto& [index, those] : places)
    if (index == argument) return those;
  return places.emplace_back(argument, PathPlaces()).second;
}

// The order of records tells who was in a call at the same time: a call does nothing before its entry is recorded, and
// what it has made is read before its exit is.
void Calls::begin_mounting(Table::iterator place) {
  Call& call = place->second.call();
  if (!changes_mounts(call)) return;
  call.after.contended = mounting_ > 0;
  if (mounting_alone_) pending_.at(*mounting_alone_).call().after.contended = true;
  mounting_alone_.reset();
  if (mounting_++ == 0) mounting_alone_ = place->first;
}

void Calls::end_mounting(Table::value_type& entry) {
  if (!changes_mounts(entry.second.call())) return;
  --mounting_;
  if (mounting_alone_ == entry.first) mounting_alone_.reset();
}

void Calls::end_call_of(uint32_t tid, Outcome outcome) {
  const auto place = pending_.find(tid);
  if (place == pending_.end()) return;
  place->second.call().outcome = outcome;
  Table::node_type ended = remove(place);
  finish(ended.mapped());
  spare_.keep(std::move(ended));
}

bool Calls::enter(const Record& record) {
  const auto body = record.body<ct_enter>();
  const SyscallRow* const row = row_of(body.record, body.nr, body.args);
  if (!row) return false;
  end_call_of(body.record.tid, Outcome::kReturnLost);
  const auto place = add(body.record.tid);
  Pending& pending = place->second;
  Call& call = pending.call();
  begin(call, *row, body.record, body.nr, body.args);
  call.start_ns = body.record.time_ns;
  call.cut = body.record.flags & CT_FLAG_CUT;
  for (const Capture& capture : record.captures()) {
    if (capture.arg >= call.args.size()) continue;
    apply_at_entry(call.args[capture.arg], capture);
    if (is_place(capture)) apply_place(pending.places_of(capture.arg), capture);
  }
  pending.made.bytes = body.record.length;
  bytes_ += body.record.length;
  begun_.push_back({.ns = call.start_ns, .tid = body.record.tid});
  begin_mounting(place);
  const auto too_much = [&] { return pending_.size() > kMostPending || bytes_ > kMostPending_bytes; };
  if (begun_.size() >= kMostUnsorted || too_much()) sort_begun();
  while (too_much()) end_call_of(by_start_.begin()->tid, Outcome::kReturnLost);
  return true;
}

void Calls::forked(Fork& fork) {
  const auto place = pending_.find(fork.task.tid);
  if (place == pending_.end() || place->second.call().row->returns != ReturnKind::kPid) return;
  place->second.call().created_tid = fork.child.tid;
  fork.clone_flags = clone_flags_of(place->second.call());
}

bool Calls::exit(const Record& record) {
  const auto body = record.body<ct_exit>();
  const ct_record& header = body.record;
  const bool orphan = header.flags & CT_FLAG_ORPHAN;
  // It ended long ago: what the thread is in is another call.
  const bool kept = header.flags & CT_FLAG_KEPT;
  const auto place = orphan || kept ? pending_.end() : pending_.find(body.enter_tid);
  const bool joined = place != pending_.end() && place->second.call().start_ns == body.enter_ns &&
                      place->second.call().number == body.nr &&
                      place->second.call().abi == static_cast<Abi>(header.abi);
  Table::node_type ended;
  Pending alone;
  if (joined) {
    ended = remove(place);
  } else {
    const SyscallRow* const row = row_of(header, body.nr, body.args);
    if (!row) return false;
    if (!kept) end_call_of(body.enter_tid, Outcome::kReturnLost);
    alone.made = whole_.make_call();
    Call& call = alone.call();
    begin(call, *row, header, body.nr, body.args);
    call.start_ns = body.enter_ns ? body.enter_ns : header.time_ns;
    call.enter_lost = !orphan && !kept;
    if (kept) call.kept = {.left_out = body.left_out, .behind = body.behind};
    // Nobody knows who else was in a call meanwhile.
    call.after.contended = changes_mounts(call);
    if (mounting_alone_ && changes_mounts(call)) pending_.at(*mounting_alone_).call().after.contended = true;
  }
  Pending& pending = joined ? ended.mapped() : alone;
  pending.made.bytes += header.length;
  Call& call = pending.call();
  call.result = body.ret;
  call.outcome = !orphan                         ? Outcome::kReturned
                 : header.flags & CT_FLAG_SIGSYS ? Outcome::kSigsysBySeccomp
                 : body.ret < 0                  ? Outcome::kDeniedBySeccomp
                                                 : Outcome::kAnsweredBySeccomp;
  if (body.enter_ns && header.time_ns >= body.enter_ns) call.duration_ns = header.time_ns - body.enter_ns;
  call.cut = call.cut || (header.flags & CT_FLAG_CUT);
  for (const Capture& capture : record.captures()) {
    if (capture.arg >= call.args.size() || capture.kind == CT_CAP_FS_MESSAGE) continue;
    if (joined)
      apply_at_exit(call.args[capture.arg], capture);
    else
      apply_at_entry(call.args[capture.arg], capture);
    if (is_place(capture)) apply_place(pending.places_of(capture.arg), capture);
  }
  add_outcome(record, call);
  finish(pending);
  if (joined) spare_.keep(std::move(ended));
  return true;
}

void Calls::task_ended(const Task& task, bool in_call) {
  const auto place = pending_.find(task.tid);
  if (place == pending_.end() || place->second.call().task.start_ns != task.start_ns) return;
  end_call_of(task.tid, in_call ? Outcome::kDidNotReturn : Outcome::kReturnLost);
}

void Calls::executed(const Record& record, uint32_t old_tid) {
  const auto place = pending_.find(old_tid);
  if (place == pending_.end() || !(place->second.call().row->groups & kExec)) return;
  Call& call = place->second.call();
  for (Argument& argument : call.args) {
    const bool known = argument.reading == Reading::kOk || argument.reading == Reading::kTruncated;
    const ArgKind kind = argument.spec->kind;
    const uint8_t wanted = kind == ArgKind::kPath ? CT_ARG_FILENAME : kind == ArgKind::kArgv ? CT_ARG_ARGV : 0;
    for (Capture capture : record.captures()) {
      if (known || !wanted || capture.arg != wanted) continue;
      if (wanted == CT_ARG_FILENAME && argument.spec->ref < call.args.size())
        capture.bytes = given_to_execveat(capture.bytes, call.args[argument.spec->ref].raw);
      apply_at_exit(argument, capture);
    }
  }
}

void Calls::end(bool lossy) {
  const Outcome outcome = lossy ? Outcome::kReturnLost : Outcome::kDidNotReturn;
  while (!pending_.empty()) end_call_of(pending_.begin()->first, outcome);
}

std::optional<uint64_t> Calls::oldest_pending(uint64_t since_ns) {
  sort_begun();
  const auto oldest = by_start_.lower_bound({.ns = since_ns, .tid = 0});
  if (oldest == by_start_.end()) return std::nullopt;
  return oldest->ns;
}

}  // namespace cttrace
