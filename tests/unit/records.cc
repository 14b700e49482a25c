// Records in the making, and the shortest way to their events.
#include "records.h"

#include <algorithm>
#include <stdexcept>

#include "decode/decoder.h"

namespace cttrace::test {
namespace {

uint32_t number_of(std::string_view call, Abi abi) {
  for (const SyscallRow& row : syscall_rows()) {
    const int16_t number = row.numbers[static_cast<size_t>(abi)];
    if (row.name == call && number != kNoNumber) return static_cast<uint32_t>(number);
  }
  throw std::invalid_argument(std::string(call) + " is no call that is known");
}

template <typename Body>
WireRecord<Body> call_record(ct_record_kind kind, std::string_view call, const Args& args, Abi abi) {
  WireRecord<Body> record(kind);
  record.header().abi = static_cast<uint8_t>(abi);
  record.body.nr = number_of(call, abi);
  std::copy(args.begin(), args.end(), std::begin(record.body.args));
  return record;
}

}  // namespace

std::string components(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const size_t slash = path.rfind('/');
    const std::string_view last = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
    if (!last.empty()) out += std::string(last) + '\0';
    path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
  }
  return out;
}

std::string WireFile::bytes() const {
  ct_file out = rest;
  out.kind = kind;
  out.fd = fd;
  out.ino = inode;
  out.mnt_id = mount_id;
  out.mnt_parent_id = mount_parent_id;
  out.target = target;
  out.flags = flags;
  fs_type.copy(out.fs_type, sizeof(out.fs_type) - 1);
  return bytes_of(out) + components(path);
}

WireRecord<ct_enter> enters(std::string_view call, const Args& args, Abi abi) {
  return call_record<ct_enter>(CT_REC_ENTER, call, args, abi);
}

WireRecord<ct_exit> returns(std::string_view call, const Args& args, int64_t result, Abi abi) {
  auto record = call_record<ct_exit>(CT_REC_EXIT, call, args, abi);
  record.body.ret = result;
  return record;
}

WireRecord<ct_exit> never_entered(std::string_view call, const Args& args, int64_t result) {
  return returns(call, args, result).flagged(CT_FLAG_ORPHAN);
}

WireRecord<ct_fork> forks(uint32_t child_tid, uint32_t child_tgid) {
  WireRecord<ct_fork> record(CT_REC_FORK);
  record.body.child_tid = child_tid;
  record.body.child_tgid = child_tgid ? child_tgid : child_tid;
  record.body.child_start_ns = 1;
  return record;
}

WireRecord<ct_exec> executes() { return WireRecord<ct_exec>(CT_REC_EXEC); }

WireRecord<ct_exec> was_there() { return WireRecord<ct_exec>(CT_REC_SNAPSHOT); }

WireRecord<ct_task_exit> ends(uint32_t code) {
  WireRecord<ct_task_exit> record(CT_REC_TASK_EXIT);
  record.body.code = code;
  return record;
}

WireRecord<ct_cgroup> moves(uint32_t tid, std::string_view cgroup) {
  WireRecord<ct_cgroup> record(CT_REC_CGROUP);
  record.body.tid = record.body.tgid = tid;
  record.string(CT_ARG_CGROUP, cgroup);
  return record;
}

WireRecord<ct_mounts> mounts(uint32_t mount_ns, uint32_t part, bool last, std::string_view text) {
  WireRecord<ct_mounts> record(CT_REC_MOUNTS);
  record.body.mnt_ns = mount_ns;
  record.body.part = part;
  record.body.last = last;
  record.string(CT_ARG_MOUNTS, text);
  return record;
}

WireRecord<ct_record> tick(uint64_t time_ns) {
  WireRecord<ct_record> record(CT_REC_TICK);
  record.at(time_ns);
  return record;
}

WireRecord<ct_loss> loses(ct_loss_kind kind, uint64_t count) {
  WireRecord<ct_loss> record(CT_REC_LOSS);
  record.body.counts[kind] = count;
  return record;
}

std::vector<Call> Decoded::calls() const {
  std::vector<Call> all;
  for (const Event& event : events)
    if (const auto* call = std::get_if<Call>(&event)) all.push_back(*call);
  return all;
}

Call Decoded::call() const {
  std::vector<Call> all = calls();
  if (all.size() != 1) throw std::runtime_error("there are " + std::to_string(all.size()) + " calls and not one");
  return all[0];
}

Decoded decode(const Records& records) {
  Decoded out;
  Decoder decoder([&out](Event&& event) { out.events.push_back(std::move(event)); });
  for (const std::string& record : records) decoder.feed(std::as_bytes(std::span(record)));
  decoder.finish();
  out.bad = decoder.bad_records();
  return out;
}

}  // namespace cttrace::test
