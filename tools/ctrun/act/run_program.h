// Other programs that ctrun starts: helpers and hooks.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cttrace::ctrun {

struct ProgramToRun {
  std::string path = {};
  std::vector<std::string> args = {};  // with args[0]
  std::vector<std::string> env = {};
  bool inherits_env = false;
  std::string input = {};  // on its standard input
  std::optional<int> timeout_s = {};
  std::string called = {};  // in errors: "the hook /bin/x"
};

// Waits for it. Throws a Failure where it fails, with what it wrote to standard error.
void run_program(const ProgramToRun& program);
// A helper of the system, found in PATH.
void run_helper(const std::vector<std::string>& words);

}  // namespace cttrace::ctrun
