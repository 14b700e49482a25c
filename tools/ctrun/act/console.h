// A container's terminal: who holds its other end, and what that does with it.
#pragma once

#include <string>

#include "base/fd.h"

namespace cttrace::ctrun {

// Connects to the socket of --console-socket. Throws Failure.
Fd connect_console_socket(const std::string& path);
// One descriptor over a socket. Throws Failure.
void send_terminal(const Fd& socket, const Fd& terminal, const std::string& name);
Fd receive_terminal(const Fd& socket);

// Copies between the terminal's other end and our own standard streams, with ours in raw mode, until the former closes
// or the object ends. Serve it whenever `poll_fds` are readable.
class TerminalProxy {
 public:
  explicit TerminalProxy(Fd terminal);
  ~TerminalProxy();
  TerminalProxy(const TerminalProxy&) = delete;
  TerminalProxy& operator=(const TerminalProxy&) = delete;

  int terminal_fd() const { return terminal_.get(); }
  bool wants_input() const { return input_open_; }
  void copy_output();  // what the terminal has, to standard output
  void copy_input();   // what standard input has, to the terminal
  void copy_size();    // SIGWINCH
  bool closed() const { return closed_; }

 private:
  Fd terminal_;
  bool raw_ = false, input_open_ = true, closed_ = false;
};

}  // namespace cttrace::ctrun
