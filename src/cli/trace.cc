// `cttrace COMMAND`, `cttrace -p PID`, `cttrace -a`: live tracing, from the first hook to the exit status.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

#include "base/escape.h"
#include "cli/commands.h"
#include "cli/launch.h"
#include "cli/live_source.h"
#include "cli/output.h"
#include "cli/pipeline.h"
#include "cli/progress.h"
#include "cli/same_file.h"
#include "cli/signals.h"
#include "cli/version.h"

namespace cttrace {
namespace {

using Clock = std::chrono::steady_clock;

// The longest that output lags behind, and that a signal which arrives just before waiting is not seen.
constexpr std::chrono::milliseconds kPatience{50};
// What --verify reads must still be there.
constexpr std::chrono::milliseconds kVerifyingPatience{2};
// The kernel and cttrace disagree.
constexpr int kDisagreement = 3;

template <typename T>
T value_or_fail(Result<T> result) {
  if (!result) throw Failure(result.error());
  return std::move(*result);
}

// The pids that exist; the others are told. Fails where none does.
std::vector<uint32_t> existing(const std::vector<uint32_t>& pids) {
  std::vector<uint32_t> found;
  std::vector<Error> missing;
  for (uint32_t pid : pids) {
    if (kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM) {
      found.push_back(pid);
    } else {
      missing.push_back(
          Error{.code = ESRCH, .what = "attach to", .subject = std::to_string(pid), .why = "there is no such process"});
    }
  }
  if (found.empty()) {
    for (size_t i = 1; i < missing.size(); ++i) missing[0].subject += ", " + missing[i].subject;
    throw Failure(missing[0]);
  }
  for (const Error& error : missing) std::fprintf(stderr, "cttrace: %s\n", error.line().c_str());
  return found;
}

// Files that are made for a trace, to be taken away again where there is nothing to trace.
class NewFiles {
 public:
  explicit NewFiles(std::initializer_list<std::string> names) {
    for (const std::string& name : names)
      if (!name.empty() && name != "-" && access(name.c_str(), F_OK) != 0) names_.push_back(name);
  }
  void discard() const {
    for (const std::string& name : names_) unlink(name.c_str());
  }

 private:
  std::vector<std::string> names_;
};

// As strace does, calls go to standard error; everything else goes to standard output where no command uses that.
Output open_output(const Options& options) {
  const bool to_stdout = options.launch.empty() && options.format != Format::kCalls;
  return value_or_fail(Output::open(options, to_stdout ? STDOUT_FILENO : STDERR_FILENO));
}

std::optional<HeldCommand> hold_command(const Options& options) {
  if (options.launch.empty()) return std::nullopt;
  return value_or_fail(HeldCommand::start(value_or_fail(find_program(options.launch.front())), options.launch,
                                          options.ready_fd, command_filter(options)));
}

TraceInfo trace_info(const Options& options) {
  TraceInfo info;
  utsname names = {};
  uname(&names);
  info.host = names.nodename;
  info.kernel = names.release;
  info.cttrace_version = kVersion;
  info.command = options.arguments;
  return info;
}

void announce_ready(int fd) {
  if (fd < 0) return;
  const Status written = write_all(fd, "ready\n", "the descriptor of --ready-fd");
  if (!written && written.error().code != EPIPE) throw Failure(written.error());
  if (fd > STDERR_FILENO) ::close(fd);
}

void forward(const HeldCommand& command, const Caught& caught) {
  if (!caught.from_terminal) kill(command.pid(), caught.signal);
}

// Decides, from the signals, whether to go on.
class Patience {
 public:
  explicit Patience(Signals& signals) : signals_(signals) {}

  // The signal that ends us, if there is one. While a command runs its end is what ends us: it gets the signals, and
  // only a second SIGTERM or SIGHUP is for us.
  std::optional<int> ended_by(const std::optional<HeldCommand>& command) {
    while (const std::optional<Caught> caught = signals_.next()) {
      if (!command) return caught->signal;
      forward(*command, *caught);
      const bool insistent = caught->signal == SIGTERM || caught->signal == SIGHUP;
      if (insistent && ++asked_ > 1) return caught->signal;
    }
    return std::nullopt;
  }

 private:
  Signals& signals_;
  int asked_ = 0;
};

// The lines may have what traced processes chose.
void say(const std::vector<std::string>& lines, ProgressLine& progress) {
  if (lines.empty()) return;
  progress.erase();
  for (const std::string& line : lines) std::fprintf(stderr, "cttrace: %s\n", escape_for_terminal(line).c_str());
}

// Traces until it is over. Returns the signal that ended it, if one did.
std::optional<int> follow(Pipeline& pipeline, LiveSource& live, std::optional<HeldCommand>& command, Patience& patience,
                          const Options& options, const Output& output, ProgressLine& progress) {
  const Clock::time_point began = Clock::now();
  for (;;) {
    const bool more = pipeline.step(options.verify ? kVerifyingPatience : kPatience);
    say(live.notices(), progress);
    progress.show(pipeline.progress());
    if (const std::optional<int> signal = patience.ended_by(command)) return signal;
    if (command ? command->ended().has_value() : !more) return std::nullopt;
    if (options.duration && Clock::now() - began >= *options.duration) return std::nullopt;
    // A launched command is not ours to end, and a recording is still being written.
    if (output.reader_gone() && !command && options.record.empty()) return std::nullopt;
  }
}

// How the command ended, as wait(2) reports it.
int await(std::optional<HeldCommand>& command, Patience& patience) {
  while (!command->ended()) {
    if (const std::optional<int> signal = patience.ended_by(command)) die_of(*signal);
    ::poll(nullptr, 0, static_cast<int>(kPatience.count()));
  }
  return *command->ended();
}

// Says what could not be written; true if everything could.
bool close_all(Output& output, std::optional<RecordingWriter>& recording) {
  bool whole = true;
  const auto tell = [&](const Status& status) {
    if (status) return;
    whole = false;
    std::fprintf(stderr, "cttrace: %s\n", status.error().line().c_str());
  };
  tell(output.close());
  if (recording) tell(recording->close());
  return whole;
}

}  // namespace

int trace(const Options& given) {
  Options options = given;
  if (!options.pids.empty()) options.pids = existing(options.pids);
  if (options.ready_fd > STDERR_FILENO && fcntl(options.ready_fd, F_SETFD, FD_CLOEXEC) != 0) {
    throw Failure(system_error("use --ready-fd", std::to_string(options.ready_fd)));
  }
  value_or_fail(check_not_the_same(options.output, options.record, "the recording"));
  const NewFiles files{options.output, options.record};
  std::optional<HeldCommand> command = hold_command(options);
  Signals signals;
  Patience patience(signals);

  LiveSource live(options, command, trace_info(options));
  EventSource& source = live.source();
  // Not before it is known that there is something to trace: what is in a file now is lost then.
  Output output = open_output(options);
  std::optional<RecordingWriter> recording;
  if (!options.record.empty()) recording = value_or_fail(RecordingWriter::create(options.record, source.info()));
  Pipeline pipeline(source, options, output, recording ? &*recording : nullptr);
  announce_ready(options.ready_fd);
  if (command) {
    const Status released = command->release(live.filtered());
    if (!released) files.discard();
    value_or_fail(released);
  }

  std::optional<int> ended_by;
  // A launched command has the terminal for itself.
  ProgressLine progress(options.launch.empty() && !options.render.quiet);
  output.before_writing([&progress] { progress.erase(); });
  try {
    ended_by = follow(pipeline, live, command, patience, options, output, progress);
    progress.erase();
    pipeline.finish();
    say(live.notices(), progress);
  } catch (...) {
    // What was captured is not lost with what failed; a command that runs, goes on.
    progress.erase();
    pipeline.break_off();
    close_all(output, recording);
    throw;
  }
  const bool whole = close_all(output, recording);
  if (pipeline.not_shown()) std::fprintf(stderr, "cttrace: %s\n", pipeline.not_shown()->line().c_str());
  if (!pipeline.hint().empty()) std::fprintf(stderr, "cttrace: %s\n", pipeline.hint().c_str());
  if (!command && pipeline.not_shown()) return 1;
  if (!command && whole && pipeline.disagrees()) return kDisagreement;
  if (ended_by) die_of(*ended_by);
  const int ended = command ? await(command, patience) : 0;
  if (!whole || pipeline.not_shown()) return 1;
  if (pipeline.disagrees()) return kDisagreement;
  if (WIFSIGNALED(ended)) die_of(WTERMSIG(ended));
  return WEXITSTATUS(ended);
}

}  // namespace cttrace
