// What several commands do.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>

#include "act/cgroup_tree.h"
#include "act/console.h"
#include "act/hooks.h"
#include "commands/commands.h"

namespace cttrace::ctrun {

void print(const std::string& text) {
  if (const Status written = write_all(STDOUT_FILENO, text, "standard output"); !written)
    throw Failure(written.error());
}

void take_user(Process& process, const std::string& user) {
  if (user.empty()) return;
  const char* end = user.data() + user.size();
  uint32_t uid = 0, gid = 0;
  auto [rest, error] = std::from_chars(user.data(), end, uid);
  if (error == std::errc() && rest != end && *rest == ':') {
    const auto group = std::from_chars(rest + 1, end, gid);
    rest = group.ptr;
    error = group.ec;
  }
  if (error != std::errc() || rest != end)
    throw Failure(
        Error{.what = "use --user", .subject = user, .why = "it must be numbers: UID or UID:GID", .exit_status = 2});
  process.user.uid = uid;
  process.user.gid = gid;
}

void write_pid_file(const std::string& path, pid_t pid) {
  // Whoever waits for the file must find it whole.
  const size_t slash = path.rfind('/');
  const std::string part =
      slash == std::string::npos ? "." + path : path.substr(0, slash + 1) + "." + path.substr(slash + 1);
  const Fd file(open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file) throw Failure(system_error("write the pid file", path));
  const Status written = write_all(file.get(), std::to_string(pid), path);
  if (written && rename(part.c_str(), path.c_str()) == 0) return;
  Error error = written ? system_error("write", path) : written.error();
  error.what = "write the pid file";
  unlink(part.c_str());
  throw Failure(error);
}

void open_host(Context& context) {
  context.host_root.reset(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  context.host_proc.reset(open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!context.host_root || !context.host_proc) throw Failure(system_error("open", "/proc"));
}

Fd open_terminal(Context& context, const Options& options, bool leaves) {
  if (!context.process.terminal) {
    if (!options.console_socket.empty())
      throw Failure(Error{.what = "use", .subject = "--console-socket", .why = "the process asks for no terminal"});
    return {};
  }
  if (!options.console_socket.empty()) {
    context.terminal = connect_console_socket(options.console_socket);
    return {};
  }
  if (leaves)
    throw Failure(Error{.what = "detach",
                        .subject = "a program with a terminal",
                        .why = "nobody would hold its other end",
                        .remedy = "--console-socket PATH"});
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw Failure(system_error("make", "a socket"));
  context.terminal.reset(ends[1]);
  return Fd(ends[0]);
}

sigset_t hold_signals() {
  sigset_t held, before;
  sigemptyset(&held);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&held, signal);
  sigprocmask(SIG_BLOCK, &held, &before);
  return before;
}

namespace {

// What a foreground container may be sent, and what is ours.
Fd open_signals() {
  sigset_t all;
  sigfillset(&all);
  for (const int fault :
       {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGPIPE, SIGURG, SIGTTIN, SIGTTOU, SIGTSTP, SIGCONT})
    sigdelset(&all, fault);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  return Fd(signalfd(-1, &all, SFD_CLOEXEC));
}

// Its exit status once it has ended.
std::optional<int> ended(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, WNOHANG) != pid) return std::nullopt;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

int wait_for(pid_t pid, Fd terminal) {
  const Fd signals = open_signals();
  std::optional<TerminalProxy> proxy;
  if (terminal) proxy.emplace(std::move(terminal));
  std::optional<int> status = ended(pid);
  while (!status || (proxy && !proxy->closed())) {
    const bool copies = proxy && !proxy->closed();
    pollfd fds[3] = {{signals.get(), POLLIN, 0},
                     {copies ? proxy->terminal_fd() : -1, POLLIN, 0},
                     {copies && proxy->wants_input() && !status ? STDIN_FILENO : -1, POLLIN, 0}};
    if (poll(fds, 3, -1) < 0 && errno != EINTR) throw Failure(system_error("wait for", "the container"));
    if (fds[0].revents) {
      signalfd_siginfo info = {};
      if (read(signals.get(), &info, sizeof info) != sizeof info) continue;
      const int signal = static_cast<int>(info.ssi_signo);
      if (signal == SIGCHLD) {
        if (!status) status = ended(pid);
      } else if (signal == SIGWINCH && proxy) {
        proxy->copy_size();
      } else if (!status) {
        kill(pid, signal);
      }
    }
    if (fds[1].revents) proxy->copy_output();
    if (fds[2].revents) proxy->copy_input();
  }
  return *status;
}

void remove_container(const StateFolder& folder, const ContainerState& state) {
  if (access(folder.config_path().c_str(), F_OK) != 0) return;  // somebody else has removed it meanwhile
  remove_cgroups(state.cgroups);
  const Config config = parse_config(folder.read_config());
  run_hooks_to_the_end("poststop", config.hooks.poststop, state, "stopped", 0);
  folder.remove();
}

}  // namespace cttrace::ctrun
