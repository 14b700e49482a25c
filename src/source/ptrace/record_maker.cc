#include "source/ptrace/record_maker.h"

#include <cstring>

#include "source/ptrace/capture.h"

namespace cttrace::ptrace {

void RecordMaker::begin(const Tracee& tracee, ct_record_kind kind, uint64_t time_ns, size_t size) {
  std::memset(data_, 0, size);
  length_ = size;
  truncated_ = 0;
  auto& record = body<ct_record>();
  record.kind = kind;
  record.version = CT_WIRE_VERSION;
  record.abi = static_cast<uint8_t>(tracee.abi);
  record.time_ns = time_ns;
  record.task_start_ns = tracee.start_ns;
  record.tid = tracee.tid;
  record.tgid = tracee.tgid;
}

void RecordMaker::capture(uint8_t arg, ct_capture_kind kind, ct_capture_status status, std::string_view bytes) {
  const size_t padded = (bytes.size() + 7) & ~size_t{7};
  if (length_ + sizeof(ct_capture) + padded > CT_RECORD_MAX) {
    body<ct_record>().flags |= CT_FLAG_CUT;
    return;
  }
  const ct_capture header = {.arg = arg,
                             .kind = static_cast<uint8_t>(kind),
                             .status = static_cast<uint8_t>(status),
                             .pad = 0,
                             .length = static_cast<uint32_t>(bytes.size())};
  std::memcpy(data_ + length_, &header, sizeof(header));
  length_ += sizeof(header);
  if (!bytes.empty()) std::memcpy(data_ + length_, bytes.data(), bytes.size());
  std::memset(data_ + length_ + bytes.size(), 0, padded - bytes.size());
  length_ += padded;
}

void RecordMaker::send() {
  auto& record = body<ct_record>();
  if (record.flags & CT_FLAG_CUT) count(CT_LOSS_RECORD_CUT);
  record.seq = ++seq_;  // of one cpu: one thread makes all records
  record.length = static_cast<uint32_t>(length_);
  losses_.counts[CT_LOSS_TRUNCATED] += truncated_;
  losses_.recorded++;
  sink_({data_, length_});
}

std::string RecordMaker::take() { return {reinterpret_cast<const char*>(data_), length_}; }

void RecordMaker::send(std::string taken) {
  std::memcpy(data_, taken.data(), taken.size());
  length_ = taken.size();
  truncated_ = 0;
  send();
}

void RecordMaker::pass_on(const std::string& record) { sink_(std::as_bytes(std::span(record))); }

}  // namespace cttrace::ptrace
