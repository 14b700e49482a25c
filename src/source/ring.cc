#include "source/ring.h"

#include <bpf/libbpf.h>
#include <linux/types.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cttrace/wire.h"
#include "source/libbpf_errors.h"
#include "source/synthetic.h"

namespace cttrace {
namespace {

// The first two pages of such a map (kernel/bpf/ringbuf.c): how far has been read, and how far something was put.
constexpr size_t kConsumer = 0, kProducer = 1;

// Of bpf/state.h.
constexpr size_t kMark_bytes = 64;  // struct at_work
constexpr uint64_t kTakingTime = 1;

constexpr uint64_t kMargin_ns = 1'000'000;  // within this every CPU sees what another one has stored

size_t page_size() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

// The beginning of a map, as it is now.
class Ring::Pages {
 public:
  Pages(const bpf_map* map, size_t size)
      : size_((size + page_size() - 1) / page_size() * page_size()),
        begin_(mmap(nullptr, size_, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0)) {
    if (begin_ == MAP_FAILED) libbpf_failed("map the ring buffer", errno);
  }
  ~Pages() { munmap(begin_, size_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  uint64_t at(size_t offset) const {
    return __atomic_load_n(reinterpret_cast<const unsigned long*>(static_cast<const char*>(begin_) + offset),
                           __ATOMIC_ACQUIRE);
  }

 private:
  size_t size_;
  void* begin_;
};

Ring::Ring(const bpf_map* events, const bpf_map* at_work)
    : ring_(ring_buffer__new(bpf_map__fd(events), on_record, this, nullptr), ring_buffer__free) {
  if (!ring_) libbpf_failed("map the ring buffer", errno);
  positions_ = std::make_unique<Pages>(events, 2 * page_size());
  at_work_ = std::make_unique<Pages>(at_work, bpf_map__max_entries(at_work) * kMark_bytes);
  cpus_ = bpf_map__max_entries(at_work);
}

Ring::~Ring() = default;

uint64_t Ring::position(size_t page) const { return positions_->at(page * page_size()); }

// A program marks its CPU before it takes the time for its record, and takes the mark away when the record is in the
// buffer: its CPU may have been taken away from it for long meanwhile.
uint64_t Ring::complete_until_ns() const {
  uint64_t until_ns = boottime_ns() - kMargin_ns;
  for (size_t cpu = 0; cpu < cpus_; ++cpu) {
    const uint64_t since_ns = at_work_->at(cpu * kMark_bytes);
    if (since_ns == kTakingTime) return 0;
    if (since_ns) until_ns = std::min(until_ns, since_ns);
  }
  return until_ns;
}

int Ring::on_record(void* context, void* data, size_t size) {
  auto* ring = static_cast<Ring*>(context);
  ct_record record = {};
  std::memcpy(&record, data, std::min(size, sizeof(record)));
  ring->delivered_++;
  ring->newest_ns_ = std::max<uint64_t>(ring->newest_ns_, record.time_ns);
  try {
    (*ring->sink_)({static_cast<const std::byte*>(data), size});
  } catch (...) {
    // Not through libbpf's frames.
    ring->thrown_ = std::current_exception();
    return -ECANCELED;
  }
  return record.time_ns > ring->until_ns_ ? -EAGAIN : 0;
}

void Ring::wait(int timeout_ms) const {
  pollfd waiting = {.fd = ring_buffer__epoll_fd(ring_.get()), .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, timeout_ms) < 0 && errno != EINTR) libbpf_failed("wait for the ring buffer", errno);
}

Ring::Drained Ring::drain(const RecordSink& to) {
  // After whatever the caller has read of the programs, and before the time that ends it: a record of a later time was
  // put behind this.
  std::atomic_thread_fence(std::memory_order_acquire);
  const uint64_t end = position(kProducer), before = delivered_;
  sink_ = &to;
  until_ns_ = boottime_ns();
  const int error = ring_buffer__consume(ring_.get());
  sink_ = nullptr;
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  if (error < 0 && error != -EAGAIN) libbpf_failed("read the ring buffer", -error);
  return {.records = delivered_ - before, .all = position(kConsumer) >= end};
}

}  // namespace cttrace
