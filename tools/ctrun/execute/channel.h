// What the processes of a set-up tell each other: the parent whose turn it is, the others what they have done.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "act/context.h"
#include "base/fd.h"

namespace cttrace::ctrun {

struct StepResult {
  Outcome outcome = {};
  int64_t took_ns = 0;
};

// Of a stretch of steps that one process did.
struct Report {
  std::vector<StepResult> results = {};  // in their order
  pid_t made = 0;                        // a process that the last one made, as the host has it
  std::optional<Error> error = {};       // of the step after those
};

struct Turn {
  pid_t maker = 0, init = 0;
};

// One end of a pair of sockets that keep the bounds of messages. Throws Failure.
class Channel {
 public:
  explicit Channel(Fd fd) : fd_(std::move(fd)) {}
  int fd() const { return fd_.get(); }

  void send(const Turn& turn) const;
  void send(const Report& report) const;
  // Nothing: the other end has been closed, by execve or by the end of its process.
  std::optional<Turn> receive_turn() const;
  std::optional<Report> receive_report() const;
  void close() { fd_.reset(); }

 private:
  Fd fd_;
};

struct ChannelPair {
  Channel parents, childrens;
};
ChannelPair make_channel();

}  // namespace cttrace::ctrun
