// ctrun: reads the command line, does what it asks for, and turns what cannot go on into one line.
#include <fcntl.h>
#include <unistd.h>

#include <exception>

#include "commands/commands.h"
#include "commands/options.h"

namespace cttrace::ctrun {
namespace {

int run(const Options& options) {
  switch (options.command) {
    case Command::kRun:
    case Command::kCreate: return run_or_create(options);
    case Command::kStart: return start(options);
    case Command::kExec: return exec(options);
    case Command::kState: return print_state(options);
    case Command::kKill: return kill_container(options);
    case Command::kDelete: return delete_container(options);
    case Command::kList: return list(options);
    case Command::kPs: return print_processes(options);
    case Command::kPause: return pause_container(options, true);
    case Command::kResume: return pause_container(options, false);
    case Command::kSpec: return write_spec(options);
    case Command::kFeatures: return print_features();
    case Command::kPlan: return print_plan(options);
    case Command::kMistakes: return print_mistakes();
  }
  return 1;
}

// A file that is opened here must not become the standard output of a container.
void ensure_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int told(const Error& error) {
  log_error(error);
  return error.exit_status;
}

}  // namespace
}  // namespace cttrace::ctrun

int main(int argc, char** argv) {
  using namespace cttrace;
  using namespace cttrace::ctrun;
  ensure_standard_streams();
  try {
    int status = 0;
    const std::optional<Options> options = parse_options(argc, argv, status);
    if (!options) return status;
    set_log(options->log);
    if (options->systemd_cgroup)
      return told(Error{.what = "use",
                        .subject = "--systemd-cgroup",
                        .why = "ctrun makes cgroups itself and talks to no systemd",
                        .remedy = "have the container manager use cgroupfs"});
    return run(*options);
  } catch (const Failure& failure) {
    return told(failure.error());
  } catch (const std::exception& exception) {
    return told(Error{.what = "go on", .why = exception.what()});
  }
}
