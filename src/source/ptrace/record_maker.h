// Making a record: begin, append captures, send; as bpf/emit.h does it. What does not fit is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "cttrace/source.h"
#include "cttrace/wire.h"

namespace cttrace::ptrace {

struct Tracee;

class RecordMaker {
 public:
  explicit RecordMaker(RecordSink sink) : sink_(std::move(sink)) {}

  // Begins a record about `tracee`; `Body` begins with the ct_record. The body stays where it is until send().
  template <typename Body>
  Body& begin(const Tracee& tracee, ct_record_kind kind, uint64_t time_ns) {
    begin(tracee, kind, time_ns, sizeof(Body));
    return body<Body>();
  }
  template <typename Body>
  Body& body() {
    return *reinterpret_cast<Body*>(data_);
  }

  // One whole capture. One that does not fit is left out, and the record marked as cut.
  void capture(uint8_t arg, ct_capture_kind kind, ct_capture_status status, std::string_view bytes);
  void send();
  // The record that was begun, for later.
  std::string take();
  // A record that was taken.
  void send(std::string taken);

  // Hands on records that are made elsewhere.
  void pass_on(const std::string& record);

  // Counts a truncated capture, if the record that it is in is sent.
  void count_truncated() { truncated_++; }
  void count(ct_loss_kind kind) { losses_.counts[kind]++; }
  const ct_loss& losses() const { return losses_; }

 private:
  void begin(const Tracee& tracee, ct_record_kind kind, uint64_t time_ns, size_t size);

  RecordSink sink_;
  ct_loss losses_ = {};
  uint64_t seq_ = 0;
  size_t length_ = 0;
  uint32_t truncated_ = 0;
  alignas(8) std::byte data_[CT_RECORD_MAX];
};

}  // namespace cttrace::ptrace
