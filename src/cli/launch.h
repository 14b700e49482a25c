// The launched command: a child that waits until it is let go, and then is the command.
#pragma once

#include <sys/types.h>

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
  // in it. It ends by itself if we die before release().
  static Result<HeldCommand> start(const std::string& program, std::vector<std::string> command, int close_fd);
  HeldCommand(HeldCommand&&) noexcept;
  // A child that was not released is ended.
  ~HeldCommand();

  pid_t pid() const { return pid_; }

  // Lets it execute the program. The error (exit_status 126 or 127) says why that failed.
  Status release();

  // As wait(2) reports it, once it has ended; never waits.
  std::optional<int> ended();
  int wait();

 private:
  HeldCommand(pid_t pid, Fd gate, Fd failure, std::string name)
      : pid_(pid), gate_(std::move(gate)), failure_(std::move(failure)), name_(std::move(name)) {}

  pid_t pid_;
  Fd gate_;     // a byte here lets it go
  Fd failure_;  // the errno of its execve comes here; the end of the file if there is none
  std::string name_;
  std::optional<int> status_;
};

}  // namespace cttrace
