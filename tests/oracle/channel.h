// The driver's end of an actor's socket: messages of text, each with a descriptor or without.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>

#include "base/fd.h"

namespace cttrace::oracle {

// Ends the driver: nothing can go on.
[[noreturn]] void give_up(const std::string& what);
[[noreturn]] void give_up_errno(const std::string& what);

struct Answer {
  std::string kind;  // empty: the actor has ended
  long number = 0;
  Fd fd;
  pid_t tgid = 0;  // of the sender, in the driver's pid namespace
};

class Channel {
 public:
  Channel() = default;
  explicit Channel(Fd fd);
  // The driver's end, and the actor's.
  static std::pair<Channel, Fd> make();

  bool send(const std::string& text, int fd = -1) const;
  Answer receive() const;

 private:
  Fd fd_;
};

}  // namespace cttrace::oracle
