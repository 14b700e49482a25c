// The launched command: a child that waits until it is let go, and then is the command.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace cttrace {

// The file that the command names, by PATH. Errors have exit_status 127 (there is none) or 126 (it cannot be executed).
Result<std::string> find_program(const std::string& name);

class HeldCommand {
 public:
  // Forks. The child keeps our standard streams, terminal, process group and signal dispositions; `close_fd` is closed
  // in it. It ends by itself if we die before release(), which may give it the seccomp filter (empty: none).
  static Result<HeldCommand> start(const std::string& program, std::vector<std::string> command, int close_fd,
                                   const std::vector<sock_filter>& filter);
  HeldCommand(HeldCommand&&) noexcept;
  // A child that was not released is ended.
  ~HeldCommand();

  pid_t pid() const { return pid_; }

  // Its end is learned by this instead of waitpid(2).
  void wait_by(std::function<pid_t(pid_t, int*, int)> waitpid) { waitpid_ = std::move(waitpid); }

  // Lets it execute the program, with or without the filter. The error (exit_status 126 or 127) says why that failed.
  Status release(bool filtered);

  // As wait(2) reports it, once it has ended; never waits.
  std::optional<int> ended();
  int wait();

 private:
  HeldCommand(pid_t pid, Fd gate, Fd failure, std::string name)
      : pid_(pid), gate_(std::move(gate)), failure_(std::move(failure)), name_(std::move(name)), waitpid_(::waitpid) {}

  pid_t pid_;
  Fd gate_;     // a byte here lets it go
  Fd failure_;  // the errno of its execve comes here; the end of the file if there is none
  std::string name_;
  std::optional<int> status_;
  std::function<pid_t(pid_t, int*, int)> waitpid_;
};

}  // namespace cttrace
