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
constexpr int kConsumer = 0, kProducer = 1;

size_t page_size() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

Ring::Ring(const bpf_map* map)
    : ring_(ring_buffer__new(bpf_map__fd(map), on_record, this, nullptr), ring_buffer__free),
      positions_(mmap(nullptr, 2 * page_size(), PROT_READ, MAP_SHARED, bpf_map__fd(map), 0),
                 [](void* pages) { munmap(pages, 2 * page_size()); }) {
  const int error = errno;
  if (positions_.get() == MAP_FAILED) static_cast<void>(positions_.release());
  if (!ring_ || !positions_) libbpf_failed("map the ring buffer", error);
}

Ring::~Ring() = default;

uint64_t Ring::position(int page) const {
  const auto* pages = static_cast<const char*>(positions_.get());
  return __atomic_load_n(reinterpret_cast<const unsigned long*>(pages + static_cast<size_t>(page) * page_size()),
                         __ATOMIC_ACQUIRE);
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
