// What is done with containers that are there: start, kill, delete, pause, resume.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "act/cgroup_tree.h"
#include "act/hooks.h"
#include "commands/commands.h"
#include "config/names.h"

namespace cttrace::ctrun {
namespace {

ContainerState loaded(const StateFolder& folder, const std::string& id) {
  std::optional<ContainerState> state = folder.load();
  if (!state) throw Failure(Error{.what = "use container", .subject = id, .why = "it is being created"});
  return *state;
}

[[noreturn]] void wrong_status(const char* what, const std::string& id, ContainerStatus status,
                               const char* remedy = "") {
  throw Failure(
      Error{.what = what, .subject = "container " + id, .why = "it is " + status_name(status), .remedy = remedy});
}

// What init says between being started and execve; empty: the program runs.
std::string hear_result(int fd) {
  std::string said;
  for (;;) {
    pollfd ready = {fd, POLLIN, 0};
    if (poll(&ready, 1, -1) < 0 && errno != EINTR) throw Failure(system_error("hear from", "the container"));
    char bytes[4096];
    const ssize_t length = read(fd, bytes, sizeof bytes);
    if (length < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (length <= 0) return said;
    said.append(bytes, static_cast<size_t>(length));
  }
}

bool wait_until_dead(const ContainerState& state) {
  for (int tries = 0; tries < 1000; ++tries) {
    if (!is_alive(state)) return true;
    const timespec pause = {0, 10000000};
    nanosleep(&pause, nullptr);
  }
  return false;
}

}  // namespace

int start(const Options& options) {
  const StateFolder folder = StateFolder::open(options.root, options.id, true);
  const ContainerState state = loaded(folder, options.id);
  const ContainerStatus status = status_of(folder, state);
  if (status != ContainerStatus::kCreated) wrong_status("start", options.id, status);
  const Fd result(open(folder.result_fifo().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  // Without a reader there is nobody to be started.
  const Fd go(open(folder.start_fifo().c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  if (!result || !go) throw Failure(system_error("start container", options.id));
  if (const Status written = write_all(go.get(), "1", "start.fifo"); !written) throw Failure(written.error());
  const std::string said = hear_result(result.get());
  unlink(folder.start_fifo().c_str());
  unlink(folder.result_fifo().c_str());
  if (!said.empty()) {
    wait_until_dead(state);
    throw Failure(Error{.what = "start container", .subject = options.id, .why = said});
  }
  const Config config = parse_config(folder.read_config());
  run_hooks_to_the_end("poststart", config.hooks.poststart, state, "running", state.pid);
  return 0;
}

int kill_container(const Options& options) {
  const StateFolder folder = StateFolder::open(options.root, options.id, false);
  const ContainerState state = loaded(folder, options.id);
  const std::optional<int> signal = signal_by_name(options.signal);
  if (!signal)
    throw Failure(Error{
        .what = "send the signal", .subject = options.signal, .why = "there is none of that name", .exit_status = 1});
  if (options.all) {
    signal_all(state.cgroups, *signal);
    return 0;
  }
  // The text is one that managers know: to them it means that there is nothing left to kill.
  if (!is_alive(state))
    throw Failure(
        Error{.code = ESRCH, .what = "signal container", .subject = options.id, .why = "container not running"});
  if (kill(state.pid, *signal) != 0) throw Failure(system_error("signal container", options.id));
  return 0;
}

int delete_container(const Options& options) {
  std::optional<StateFolder> folder;
  try {
    folder.emplace(StateFolder::open(options.root, options.id, true));
  } catch (const Failure& failure) {
    if (options.force && failure.error().code == ENOENT) return 0;
    throw;
  }
  const std::optional<ContainerState> state = folder->load();
  if (!state) {  // creating it was cut off: there is nothing but the folder
    folder->remove();
    return 0;
  }
  const ContainerStatus status = status_of(*folder, *state);
  if (status != ContainerStatus::kStopped) {
    // A container that was only created has run nothing that could be lost.
    if (!options.force && status != ContainerStatus::kCreated)
      wrong_status("delete", options.id, status, "kill it first, or: delete --force");
    if (status == ContainerStatus::kPaused) freeze(state->cgroups, false);
    kill(state->pid, SIGKILL);
    if (!wait_until_dead(*state))
      throw Failure(Error{.what = "kill container", .subject = options.id, .why = "its process does not end"});
  }
  remove_container(*folder, *state);
  return 0;
}

int pause_container(const Options& options, bool frozen) {
  const StateFolder folder = StateFolder::open(options.root, options.id, true);
  const ContainerState state = loaded(folder, options.id);
  const ContainerStatus status = status_of(folder, state);
  const ContainerStatus wanted = frozen ? ContainerStatus::kRunning : ContainerStatus::kPaused;
  if (status != wanted && !(frozen && status == ContainerStatus::kCreated))
    wrong_status(frozen ? "pause" : "resume", options.id, status);
  freeze(state.cgroups, frozen);
  return 0;
}

}  // namespace cttrace::ctrun
