// fork, exec, and waiting with a time limit.
#include "act/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "base/fd.h"

namespace cttrace::ctrun {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> found;
  for (const std::string& word : words) found.push_back(const_cast<char*>(word.c_str()));
  found.push_back(nullptr);
  return found;
}

[[noreturn]] void become(const ProgramToRun& program, int input, int errors) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(input, STDIN_FILENO);
  dup2(errors, STDERR_FILENO);
  const std::vector<char*> args = pointers(program.args), env = pointers(program.env);
  if (program.inherits_env)
    execvp(program.path.c_str(), args.data());
  else
    execve(program.path.c_str(), args.data(), env.data());
  dprintf(STDERR_FILENO, "%s", strerrordesc_np(errno));
  _exit(127);
}

// Feeds the program and reads its errors until it closes them or time is up; false where it is.
bool converse(int input, int errors, const ProgramToRun& program, std::string& said) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + std::chrono::seconds(program.timeout_s.value_or(0));
  Fd writing(input);
  std::string_view rest = program.input;
  if (rest.empty()) writing.reset();
  for (;;) {
    pollfd fds[2] = {{errors, POLLIN, 0}, {writing.get(), POLLOUT, 0}};
    int wait_ms = -1;
    if (program.timeout_s) {
      wait_ms = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count());
      if (wait_ms <= 0) return false;
    }
    if (poll(fds, 2, wait_ms) < 0 && errno != EINTR) return true;
    if (fds[1].revents & POLLOUT) {
      const ssize_t written = write(writing.get(), rest.data(), rest.size());
      if (written > 0) rest.remove_prefix(static_cast<size_t>(written));
    }
    if (rest.empty() || (fds[1].revents & POLLERR)) writing.reset();
    if (fds[0].revents == 0) continue;
    char bytes[4096];
    const ssize_t length = read(errors, bytes, sizeof bytes);
    if (length <= 0) return true;
    if (said.size() < sizeof bytes) said.append(bytes, static_cast<size_t>(length));
  }
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
}

}  // namespace

void run_program(const ProgramToRun& program) {
  int input[2], errors[2];
  if (pipe2(input, O_CLOEXEC) != 0) throw Failure(system_error("run", program.called));
  Fd their_input(input[0]), our_input(input[1]);
  if (pipe2(errors, O_CLOEXEC) != 0) throw Failure(system_error("run", program.called));
  Fd our_errors(errors[0]), their_errors(errors[1]);
  // Writing to one that has ended is seen by its status, not by SIGPIPE.
  struct sigaction ignore = {}, before = {};
  ignore.sa_handler = SIG_IGN;
  const pid_t pid = fork();
  if (pid < 0) throw Failure(system_error("run", program.called));
  if (pid == 0) become(program, their_input.get(), their_errors.get());
  sigaction(SIGPIPE, &ignore, &before);
  their_input.reset();
  their_errors.reset();
  std::string said;
  const bool in_time = converse(our_input.release(), our_errors.get(), program, said);
  if (!in_time) kill(pid, SIGKILL);
  sigaction(SIGPIPE, &before, nullptr);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  std::string why = "it took longer than " + std::to_string(program.timeout_s.value_or(0)) + " s";
  if (in_time)
    why = WIFSIGNALED(status) ? "killed by signal " + std::to_string(WTERMSIG(status))
                              : "exit status " + std::to_string(WEXITSTATUS(status));
  if (const std::string line = last_line(said); !line.empty()) why += ": " + line;
  throw Failure(Error{.what = "run", .subject = program.called, .why = why});
}

void run_helper(const std::vector<std::string>& words) {
  run_program({.path = words[0], .args = words, .inherits_env = true, .called = words[0]});
}

}  // namespace cttrace::ctrun
