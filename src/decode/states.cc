// Reading what is not a call.
#include "decode/states.h"

#include <algorithm>

#include "decode/calls.h"
#include "decode/captures.h"

namespace cttrace {
namespace {

// Of all tables together that are not whole yet, and how many those are.
constexpr size_t kMountinfoMost_bytes = 256u << 20;
constexpr size_t kMostBegun = 1u << 16;
constexpr uint32_t kUnknown = ~0u;

std::vector<uint32_t> first_of(const __u32 (&pids)[CT_NS_LEVELS], uint32_t levels) {
  return {pids, pids + std::min<uint32_t>(levels, CT_NS_LEVELS)};
}

std::string comm_of(const char (&comm)[16]) { return {comm, std::find(comm, std::end(comm), '\0')}; }

template <typename T>
std::vector<T> array_of(std::string_view bytes) {
  std::vector<T> items;
  ByteReader reader(std::as_bytes(std::span(bytes)));
  for (T item; reader.read(item);) items.push_back(item);
  return items;
}

std::optional<std::vector<IdExtent>> extents_of(const Capture& capture) {
  if (capture.status != CT_OK) return std::nullopt;
  std::vector<IdExtent> extents;
  for (const auto& raw : array_of<ct_id_extent>(capture.bytes))
    extents.push_back({.first = raw.first, .lower_first = raw.lower_first, .count = raw.count});
  return extents;
}

void add_capture(Snapshot& snapshot, const Capture& capture) {
  switch (capture.arg) {
    case CT_ARG_CWD: snapshot.cwd = decode_file(capture); break;
    case CT_ARG_ROOT: snapshot.root = decode_file(capture); break;
    case CT_ARG_EXE: snapshot.exe = decode_file(capture); break;
    case CT_ARG_EXE_VERSION: snapshot.exe_version = capture.bytes; break;
    case CT_ARG_SECUREEXEC:
      if (const auto secure = decode_count(capture)) snapshot.secureexec = *secure != 0;
      break;
    case CT_ARG_CGROUP: snapshot.cgroup = path_of_components(capture.bytes); break;
    case CT_ARG_UID_MAP: snapshot.uid_map = extents_of(capture); break;
    case CT_ARG_GID_MAP: snapshot.gid_map = extents_of(capture); break;
    case CT_ARG_GROUPS: snapshot.groups = array_of<uint32_t>(capture.bytes); break;
    default: break;
  }
}

// Of a descriptor table; none: not all of them are told.
std::optional<std::vector<File>> told_files(const Record& record, uint8_t arg) {
  const uint32_t flags = record.header().flags;
  if (!(flags & CT_FLAG_FILES_TOLD) || (flags & CT_FLAG_CUT)) return std::nullopt;
  std::vector<File> files;
  for (const Capture& capture : record.captures()) {
    if (capture.arg != arg) continue;
    MaybeFile file = decode_file(capture);
    if (!file) return std::nullopt;
    files.push_back(std::move(*file));
  }
  return files;
}

}  // namespace

Fork decode_fork(const Record& record) {
  const auto body = record.body<ct_fork>();
  Fork out{.task = task_of(body.record),
           .child = {.tid = body.child_tid, .tgid = body.child_tgid, .start_ns = body.child_start_ns},
           .child_pids = first_of(body.child_pids, body.levels),
           .child_namespaces = {},
           .time_ns = body.record.time_ns};
  std::copy(std::begin(body.child_ns), std::end(body.child_ns), out.child_namespaces.begin());
  for (const Capture& capture : record.captures())
    if (capture.arg == CT_ARG_CGROUP) out.child_cgroup = path_of_components(capture.bytes);
  return out;
}

Snapshot decode_snapshot(const Record& record) {
  const auto body = record.body<ct_exec>();
  Snapshot out;
  out.task = task_of(body.record);
  out.old_tid = body.old_tid;
  out.parent_tgid = body.parent_tgid;
  out.time_ns = body.record.time_ns;
  out.at_start = body.record.kind == CT_REC_SNAPSHOT;
  std::copy(std::begin(body.ns), std::end(body.ns), out.namespaces.begin());
  out.pids = first_of(body.pids, body.levels);
  out.uid = body.uid, out.gid = body.gid, out.suid = body.suid, out.sgid = body.sgid;
  out.euid = body.euid, out.egid = body.egid, out.fsuid = body.fsuid, out.fsgid = body.fsgid;
  out.cap_inheritable = body.cap_inheritable, out.cap_permitted = body.cap_permitted;
  out.cap_effective = body.cap_effective, out.cap_bounding = body.cap_bounding, out.cap_ambient = body.cap_ambient;
  out.securebits.reset();
  if (body.securebits != kUnknown) out.securebits = body.securebits;
  out.no_new_privs = body.no_new_privs;
  out.seccomp_mode = body.seccomp_mode;
  if (body.seccomp_filters != kUnknown) out.seccomp_filters = body.seccomp_filters;
  out.oom_score_adj = static_cast<int32_t>(body.oom_score_adj);
  out.user_ns_level = body.user_ns_level;
  out.comm = comm_of(body.comm);
  for (const Capture& capture : record.captures()) add_capture(out, capture);
  out.open = told_files(record, CT_ARG_OPEN);
  return out;
}

namespace {

MaybeKiller killer_of(const ct_task_exit& exit) {
  Killer killer{.pid = exit.killer_tgid, .comm = comm_of(exit.killer_comm)};
  switch (exit.killer) {
    case CT_KILLER_PROCESS: killer.kind = Killer::Kind::kProcess; break;
    case CT_KILLER_PARENT: killer.kind = Killer::Kind::kParent; break;
    case CT_KILLER_PID_NAMESPACE: killer.kind = Killer::Kind::kPidNamespace; break;
    case CT_KILLER_KERNEL: return Killer{.kind = Killer::Kind::kKernel};
    case CT_KILLER_OOM: return Killer{.kind = Killer::Kind::kOutOfMemory};
    default: return std::nullopt;
  }
  return killer;
}

}  // namespace

TaskExit decode_task_exit(const Record& record) {
  const auto body = record.body<ct_task_exit>();
  return {.task = task_of(body.record),
          .time_ns = body.record.time_ns,
          .code = body.code,
          .last_of_process = (body.record.flags & CT_FLAG_GROUP_DEAD) != 0,
          .killed_by = killer_of(body),
          .held = told_files(record, CT_ARG_HELD)};
}

CgroupAttach decode_cgroup(const Record& record) {
  const auto body = record.body<ct_cgroup>();
  CgroupAttach out{.task = task_of(body.record),
                   .moved = {.tid = body.tid, .tgid = body.tgid, .start_ns = body.task_start_ns},
                   .with_threads = body.threadgroup != 0,
                   .time_ns = body.record.time_ns,
                   .cgroup_id = body.cgroup_id,
                   .hierarchy = body.hierarchy,
                   .path = {}};
  for (const Capture& capture : record.captures())
    if (capture.arg == CT_ARG_CGROUP && capture.kind == CT_CAP_STRING) out.path = capture.bytes;
  return out;
}

Loss decode_loss(const Record& record) {
  const auto body = record.body<ct_loss>();
  Loss out{.time_ns = body.record.time_ns,
           .recorded = body.recorded,
           .counts = {},
           .final = body.final != 0,
           .still_running = body.still_running};
  std::copy(std::begin(body.counts), std::end(body.counts), out.counts.begin());
  return out;
}

std::optional<Mounts> MountTables::add(const Record& record, bool& sense) {
  const auto body = record.body<ct_mounts>();
  const auto place = begun_.try_emplace(body.mnt_ns).first;
  Begun& begun = place->second;
  sense = begun.parts == body.part && begun_.size() <= kMostBegun;
  for (const Capture& capture : record.captures()) {
    sense = sense && capture.bytes.size() <= kMountinfoMost_bytes - bytes_;
    if (!sense || capture.arg != CT_ARG_MOUNTS) continue;
    begun.mounts.mountinfo += capture.bytes;
    bytes_ += capture.bytes.size();
  }
  begun.mounts.mount_ns = body.mnt_ns;
  begun.mounts.time_ns = body.record.time_ns;
  ++begun.parts;
  if (sense && !body.last) return std::nullopt;
  bytes_ -= begun.mounts.mountinfo.size();
  Mounts whole = std::move(begun.mounts);
  begun_.erase(place);
  if (!sense) return std::nullopt;
  return whole;
}

}  // namespace cttrace
