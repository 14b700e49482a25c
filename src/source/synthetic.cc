#include "source/synthetic.h"

#include <ctime>

namespace cttrace {
namespace {

constexpr size_t kPartBytes = CT_RECORD_MAX - sizeof(ct_mounts) - sizeof(ct_capture) - 8;

template <typename Body>
std::string bytes_of(const Body& body) {
  return std::string(reinterpret_cast<const char*>(&body), sizeof(body));
}

ct_record header(ct_record_kind kind, uint64_t time_ns, size_t length) {
  ct_record record = {};
  record.kind = kind;
  record.version = CT_WIRE_VERSION;
  record.length = static_cast<uint32_t>(length);
  record.time_ns = time_ns;
  record.cpu = CT_CPU_USER;
  return record;
}

}  // namespace

uint64_t boottime_ns() {
  timespec now = {};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
}

std::string tick_record(uint64_t time_ns) { return bytes_of(header(CT_REC_TICK, time_ns, sizeof(ct_record))); }

std::vector<std::string> mounts_records(const ct_exec& snapshot, uint64_t time_ns, std::string_view mountinfo) {
  std::vector<std::string> records;
  ct_mounts body = {};
  body.mnt_ns = snapshot.ns[CT_NS_MNT];
  do {
    const std::string_view text = mountinfo.substr(0, kPartBytes);
    mountinfo.remove_prefix(text.size());
    const size_t padded = (text.size() + 7) & ~size_t{7};
    body.record = header(CT_REC_MOUNTS, time_ns, sizeof(ct_mounts) + sizeof(ct_capture) + padded);
    body.record.tid = snapshot.record.tid;
    body.record.tgid = snapshot.record.tgid;
    body.record.task_start_ns = snapshot.record.task_start_ns;
    body.last = mountinfo.empty();
    const ct_capture capture = {.arg = CT_ARG_MOUNTS,
                                .kind = CT_CAP_STRING,
                                .status = CT_OK,
                                .pad = 0,
                                .length = static_cast<uint32_t>(text.size())};
    std::string record = bytes_of(body) + bytes_of(capture);
    record += text;
    record.resize(body.record.length, '\0');
    records.push_back(std::move(record));
    body.part++;
  } while (!mountinfo.empty());
  return records;
}

std::string loss_record(ct_loss loss, uint64_t time_ns) {
  loss.record = header(CT_REC_LOSS, time_ns, sizeof(ct_loss));
  return bytes_of(loss);
}

}  // namespace cttrace
