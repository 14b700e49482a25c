// Starting the command.
#include "cli/launch.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/nearest.h"
#include "cli/option_table.h"

namespace cttrace {
namespace {

constexpr int kNotFound = 127, kNotExecutable = 126;  // as in a shell

Error cannot_run(const std::string& name, int code) {
  Error error = system_error("run", "'" + name + "'", code);
  error.exit_status = code == ENOENT || code == ENOTDIR ? kNotFound : kNotExecutable;
  return error;
}

// 0, or why it cannot be executed.
int why_not_executable(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (!S_ISREG(status.st_mode)) return EACCES;
  return faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

Result<std::pair<Fd, Fd>> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error("start the command", "", errno);
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

// "did you mean show?", where it may have been meant for one of cttrace's own.
std::string own_command_meant(const std::string& name) {
  std::vector<std::string_view> names;
  for (const CommandRow& row : command_rows()) names.push_back(row.name);
  return did_you_mean(name, names);
}

// What is written into the gate.
constexpr char kRun = 'r', kRunFiltered = 'f';
// Instead of an errno of execve: the filter was refused.
constexpr int kNoFilter = -1;

// `code` of execve when the file itself was found before.
Error cannot_execute(const std::string& name, int code) {
  if (code == kNoFilter)
    return Error{.what = "run",
                 .subject = "'" + name + "'",
                 .why = "the seccomp filter was refused",
                 .remedy = "--ptrace-seccomp off"};
  Error error = system_error("run", "'" + name + "'", code);
  if (code == ENOENT) error.why = "what its first line, or its ELF header, names as its interpreter does not exist";
  error.exit_status = kNotExecutable;
  return error;
}

// Without CAP_SYS_ADMIN a filter takes no_new_privs (seccomp(2)).
bool take_filter(const sock_fprog& filter) {
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0) return true;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

// The child: only async-signal-safe calls, and no way back.
[[noreturn]] void become(const char* program, char* const* arguments, const sock_fprog& filter, int gate, int failure) {
  char byte = 0;
  ssize_t got = 0;
  while ((got = read(gate, &byte, 1)) < 0 && errno == EINTR) continue;
  if (got != 1) _exit(1);  // cttrace has died, or does not want it any more
  int code = kNoFilter;
  if (byte != kRunFiltered || take_filter(filter)) {
    execv(program, arguments);
    code = errno;
  }
  [[maybe_unused]] const ssize_t told = write(failure, &code, sizeof(code));
  _exit(kNotFound);
}

}  // namespace

Result<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (const int code = why_not_executable(name)) return cannot_run(name, code);
    return name;
  }
  const char* const path = std::getenv("PATH");
  std::string folders = path ? path : "/usr/local/bin:/usr/bin:/bin";
  int reason = 0;
  for (size_t begin = 0; !name.empty() && begin <= folders.size();) {
    const size_t end = std::min(folders.find(':', begin), folders.size());
    const std::string folder = folders.substr(begin, end - begin);
    const std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    const int code = why_not_executable(candidate);
    if (code == 0) return candidate;
    if (code != ENOENT && code != ENOTDIR) reason = code;
    begin = end + 1;
  }
  if (reason != 0) return cannot_run(name, reason);
  return Error{.code = ENOENT,
               .what = "run",
               .subject = "'" + name + "'",
               .why = "there is no such command in PATH",
               .remedy = own_command_meant(name),
               .exit_status = kNotFound};
}

Result<HeldCommand> HeldCommand::start(const std::string& program, std::vector<std::string> command, int close_fd,
                                       const std::vector<sock_filter>& filter) {
  Result<std::pair<Fd, Fd>> gate = make_pipe();
  if (!gate) return gate.error();
  Result<std::pair<Fd, Fd>> failure = make_pipe();
  if (!failure) return failure.error();

  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);

  const sock_fprog given = {.len = static_cast<unsigned short>(filter.size()),
                            .filter = const_cast<sock_filter*>(filter.data())};
  const pid_t child = fork();
  if (child < 0) return system_error("start", "'" + command.front() + "'");
  if (child == 0) {
    gate->second.reset();  // or its end would never be seen
    if (close_fd > STDERR_FILENO) ::close(close_fd);
    become(program.c_str(), arguments.data(), given, gate->first.get(), failure->second.get());
  }
  return HeldCommand(child, std::move(gate->second), std::move(failure->first), command.front());
}

HeldCommand::HeldCommand(HeldCommand&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      gate_(std::move(other.gate_)),
      failure_(std::move(other.failure_)),
      name_(std::move(other.name_)),
      status_(other.status_),
      waitpid_(std::move(other.waitpid_)) {}

HeldCommand::~HeldCommand() {
  if (pid_ < 0 || !gate_) return;
  gate_.reset();
  wait();
}

Status HeldCommand::release(bool filtered) {
  const Status opened = write_all(gate_.get(), {filtered ? &kRunFiltered : &kRun, 1}, "the command");
  gate_.reset();
  int code = 0;
  ssize_t got = 0;
  while ((got = read(failure_.get(), &code, sizeof(code))) < 0 && errno == EINTR) continue;
  failure_.reset();
  if (got == sizeof(code)) {
    wait();
    return cannot_execute(name_, code);
  }
  if (!opened && opened.error().code != EPIPE) return opened.error();
  return Ok{};  // it runs, or a signal has ended it already: ended() tells
}

std::optional<int> HeldCommand::ended() {
  if (status_) return status_;
  int status = 0;
  const pid_t got = waitpid_(pid_, &status, WNOHANG);
  if (got == pid_) status_ = status;
  if (got < 0 && errno == ECHILD) status_ = 0;  // somebody else has waited for it
  return status_;
}

int HeldCommand::wait() {
  int status = 0;
  while (!status_) {
    if (waitpid_(pid_, &status, 0) == pid_) {
      status_ = status;
    } else if (errno != EINTR) {
      status_ = 0;
    }
  }
  return *status_;
}

}  // namespace cttrace
