// The command line: runc's, and what is ctrun's own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/choices.h"
#include "log.h"

namespace cttrace::ctrun {

enum class Command {
  kCreate,
  kStart,
  kRun,
  kExec,
  kState,
  kKill,
  kDelete,
  kList,
  kPs,
  kPause,
  kResume,
  kSpec,
  kFeatures,
  kPlan,
  kMistakes,
};

struct Options {
  Command command = Command::kRun;
  std::string root = {};
  LogTarget log = {};
  bool systemd_cgroup = false;

  std::string id = {};
  std::string bundle = {}, pid_file = {}, console_socket = {};
  int preserve_fds = 0;
  bool detach = false;
  bool no_pivot = false;
  int journal_fd = -1;
  Choices choices = {};
  bool json = false;     // of plan, list, ps
  bool verbose = false;  // of plan

  // A container without a bundle.
  std::string rootfs = {}, hostname = {};
  bool read_only = false;

  // exec, and a container without a bundle.
  std::vector<std::string> words = {}, env = {};
  std::string cwd = {}, user = {};
  std::optional<std::string> process_file = {};
  bool tty = false;
  bool no_new_privs = false;
  std::vector<std::string> capabilities = {};
  std::vector<uint32_t> groups = {};

  std::string signal = "SIGTERM";
  bool all = false, force = false, quiet = false, rootless = false;
};

// Nothing: what was asked for has been printed, and the exit status is in `status`. Throws Failure on what is wrong.
std::optional<Options> parse_options(int argc, char** argv, int& status);

// "create-by" and its like, from an option or an annotation ("ctrun.create-by"). False where it is no choice's name.
bool choose(Choices& choices, const std::string& name, const std::string& value);

}  // namespace cttrace::ctrun
