// Signals to cttrace while it traces: kept until the main loop asks, so that everything is flushed first.
#pragma once

#include <optional>

namespace cttrace {

struct Caught {
  int signal;
  // Sent by the kernel, as for Ctrl-C: the launched command, in the same process group, got it too.
  bool from_terminal;
};

// Catches SIGINT, SIGQUIT, SIGTERM and SIGHUP, lets SIGCHLD interrupt waiting, and ignores SIGPIPE, while it lives.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  std::optional<Caught> next();
};

// Ends this process by the signal, without a core dump: who waits for us sees what became of the command.
[[noreturn]] void die_of(int signal);

}  // namespace cttrace
