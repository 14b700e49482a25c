#include "source/ptrace/threads.h"

namespace cttrace::ptrace {

Thread* Threads::find(uint32_t tid) {
  const auto place = threads_.find(tid);
  return place == threads_.end() ? nullptr : &place->second;
}

Thread& Threads::add(const Tracee& tracee) {
  const auto [place, fresh] = threads_.try_emplace(tracee.tid);
  if (fresh) {
    place->second.tracee = tracee;
    ++alive_[tracee.tgid];
  }
  return place->second;
}

void Threads::remove(uint32_t tid) {
  const auto place = threads_.find(tid);
  if (place == threads_.end()) return;
  end(place->second);
  threads_.erase(place);
}

Thread& Threads::rename(uint32_t old_tid, uint32_t tid) {
  remove(tid);
  auto node = threads_.extract(old_tid);
  node.key() = tid;
  node.mapped().tracee.tid = tid;
  return threads_.insert(std::move(node)).position->second;
}

bool Threads::end(Thread& thread) {
  if (thread.ending) return false;
  thread.ending = true;
  const auto place = alive_.find(thread.tracee.tgid);
  if (place == alive_.end() || --place->second > 0) return false;
  alive_.erase(place);
  return true;
}

void Threads::each(const std::function<void(Thread&)>& visit) {
  for (auto& [tid, thread] : threads_) visit(thread);
}

}  // namespace cttrace::ptrace
