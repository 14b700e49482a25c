// From the thread that follows tasks to the one that asks for their records.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace cttrace::ptrace {

class Handover {
 public:
  // Of records that wait, `limit_bytes` are kept; who has more to give, waits, and the traced tasks with it.
  explicit Handover(size_t limit_bytes) : limit_(limit_bytes) {}

  // --- For the following thread. It waits for something to happen, and sees to it: records have later times than this.
  void idle() { busy_since_ns_.store(0); }
  void busy();
  void give(std::span<const std::byte> record);
  void notice(std::string line);
  void failed(Error error);
  // The launched command has ended.
  void child_ended(pid_t child, int status);
  // It is not followed any more, and waited for as any child.
  void child_left();
  // Everything that was to be attached to is followed.
  void live();
  // There will be no more, and the thread follows nothing any more.
  void end();

  // --- For the asking one.
  void wait_until_live();
  struct Taken {
    std::string records;  // one behind the other
    uint64_t until_ns;    // no record of an earlier time will follow
  };
  // Everything that is there, waiting at most `timeout` for a good deal of it.
  Taken take(std::chrono::milliseconds timeout);
  bool ended() const;
  std::optional<Error> failure() const;
  std::vector<std::string> notices();
  // Nobody waits for room any more: what is given from now on is the rest.
  void take_all();
  // As waitpid(2), of a child that is traced: its stops are none of the caller's.
  pid_t wait_for(pid_t child, int* status, int options);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string records_;
  std::atomic<uint64_t> busy_since_ns_ = 0;  // 0: it waits
  size_t limit_;
  bool live_ = false, ended_ = false, asked_ = false, child_left_ = false;
  std::optional<Error> error_;
  std::vector<std::string> notices_;
  std::optional<std::pair<pid_t, int>> child_;
};

}  // namespace cttrace::ptrace
