// cttrace: reads the command line, does what it asks for, and turns what cannot go on into one line.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <new>

#include "cli/commands.h"
#include "cli/completions.h"
#include "cli/manual.h"
#include "cli/output.h"
#include "cli/version.h"

namespace cttrace {
namespace {

int print(const Options& options, const std::string& text) {
  Result<Output> output = Output::whole(options.output);
  if (!output) throw Failure(output.error());
  output->write(text);
  const Status closed = output->close();
  if (!closed) throw Failure(closed.error());
  return 0;
}

std::string generated(const std::string& what) {
  if (what == "man") return manual_page();
  if (what == "bash") return bash_completion();
  if (what == "zsh") return zsh_completion();
  return fish_completion();
}

int run(const Options& options) {
  // A reader that goes away is seen when writing. (Tracing does this itself, when the command has been forked.)
  if (options.command != Command::kTrace) signal(SIGPIPE, SIG_IGN);
  switch (options.command) {
    case Command::kIntroduce: return print(options, introduction());
    case Command::kHelp: return print(options, help(options.help_about));
    case Command::kVersion: return print(options, std::string("cttrace ") + kVersion + "\n");
    case Command::kGenerate: return print(options, generated(options.generate));
    case Command::kTrace: return trace(options);
    case Command::kShow: return show(options);
    case Command::kSyscalls: return list_syscalls(options);
    case Command::kDoctor: return doctor(options);
    case Command::kInspect: return inspect(options);
    case Command::kDiff: return diff(options);
    case Command::kBaseline: return baseline(options);
    case Command::kCheck: return check_recording(options);
    case Command::kPolicy: return policy(options);
  }
  return 1;
}

// A file that we open must not become the standard output of the command that we launch. What takes a closed stream's
// place fails as that would have.
void ensure_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int told(const Error& error) {
  std::fprintf(stderr, "cttrace: %s\n", error.line().c_str());
  return error.exit_status;
}

}  // namespace
}  // namespace cttrace

int main(int argc, char** argv) {
  using namespace cttrace;
  ensure_standard_streams();
  try {
    const Result<Options> options = parse_options({argv + (argc > 0 ? 1 : 0), argv + argc});
    return options ? run(*options) : told(options.error());
  } catch (const Failure& failure) {
    return told(failure.error());
  } catch (const std::bad_alloc&) {
    return told(Error{.what = "go on", .why = "there is not enough memory"});
  } catch (const std::exception& exception) {
    return told(Error{.what = "go on", .why = exception.what()});
  }
}
