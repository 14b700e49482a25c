#include "source/ptrace/handover.h"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>

#include "source/synthetic.h"

namespace cttrace::ptrace {

void Handover::busy() { busy_since_ns_.store(boottime_ns()); }

void Handover::give(std::span<const std::byte> record) {
  std::unique_lock lock(mutex_);
  // Until it is live nobody takes any.
  if (live_) changed_.wait(lock, [this] { return records_.size() < limit_; });
  const bool was_few = records_.size() < limit_ / 4;
  records_.append(reinterpret_cast<const char*>(record.data()), record.size());
  if (asked_ && was_few && records_.size() >= limit_ / 4) changed_.notify_all();
}

void Handover::notice(std::string line) {
  const std::scoped_lock lock(mutex_);
  notices_.push_back(std::move(line));
}

void Handover::failed(Error error) {
  const std::scoped_lock lock(mutex_);
  error_ = std::move(error);
}

void Handover::child_ended(pid_t child, int status) {
  const std::scoped_lock lock(mutex_);
  child_ = {child, status};
  changed_.notify_all();
}

void Handover::child_left() {
  const std::scoped_lock lock(mutex_);
  child_left_ = true;
  changed_.notify_all();
}

void Handover::live() {
  const std::scoped_lock lock(mutex_);
  live_ = true;
  changed_.notify_all();
}

void Handover::end() {
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void Handover::wait_until_live() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return live_ || ended_; });
}

Handover::Taken Handover::take(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  asked_ = true;
  changed_.wait_for(lock, timeout, [this] { return records_.size() >= limit_ / 4 || ended_ || child_; });
  asked_ = false;
  // In this order: who gets busy behind the first line makes records of a later time.
  const uint64_t now_ns = boottime_ns();
  const uint64_t busy_since_ns = busy_since_ns_.load();
  Taken taken{.records = {}, .until_ns = busy_since_ns ? std::min(busy_since_ns, now_ns) : now_ns};
  taken.records.swap(records_);
  lock.unlock();
  changed_.notify_all();
  return taken;
}

bool Handover::ended() const {
  const std::scoped_lock lock(mutex_);
  return ended_;
}

std::optional<Error> Handover::failure() const {
  const std::scoped_lock lock(mutex_);
  return error_;
}

std::vector<std::string> Handover::notices() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(notices_, {});
}

void Handover::take_all() {
  const std::scoped_lock lock(mutex_);
  limit_ = SIZE_MAX;
  changed_.notify_all();
}

pid_t Handover::wait_for(pid_t child, int* status, int options) {
  std::unique_lock lock(mutex_);
  const auto known = [&] { return ended_ || child_left_ || (child_ && child_->first == child); };
  if (!known() && (options & WNOHANG)) return 0;
  changed_.wait(lock, known);
  lock.unlock();  // what is known of it does not change any more
  if (!child_ || child_->first != child) return ::waitpid(child, status, options);
  *status = child_->second;
  return child;
}

}  // namespace cttrace::ptrace
