// The ring buffer into which the capture programs put their records.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>

#include "cttrace/source.h"

struct bpf_map;
struct ring_buffer;

namespace cttrace {

class Ring {
 public:
  // The maps `events` and `at_work` of bpf/state.h, loaded; they must live longer. Throws Failure, as do the others.
  Ring(const bpf_map* events, const bpf_map* at_work);
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // Of every record of an earlier time it is known by now where in the buffer it is: drained after this, all of them
  // come. 0: not at this moment.
  uint64_t complete_until_ns() const;

  // Waits at most `timeout_ms` for the kernel's wake-up: a quarter of the buffer is full, or the last task has ended.
  void wait(int timeout_ms) const;

  struct Drained {
    size_t records = 0;
    bool all = false;  // false: a program was still writing one, and those behind it wait
  };
  // Takes everything that is there now, and not what comes meanwhile: where calls are made faster than they are shown
  // there would be no end, and nobody would see to signals.
  Drained drain(const RecordSink& to);

  uint64_t delivered() const { return delivered_; }  // records, so far
  uint64_t newest_ns() const { return newest_ns_; }  // the latest time of one

 private:
  uint64_t position(size_t page) const;
  static int on_record(void* context, void* data, size_t size);

  class Pages;

  std::unique_ptr<ring_buffer, void (*)(ring_buffer*)> ring_;
  std::unique_ptr<const Pages> positions_, at_work_;
  size_t cpus_ = 0;
  const RecordSink* sink_ = nullptr;
  std::exception_ptr thrown_;
  uint64_t delivered_ = 0;
  uint64_t newest_ns_ = 0;
  uint64_t until_ns_ = 0;  // a record from later than this ends draining
};

}  // namespace cttrace
