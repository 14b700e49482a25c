// The last steps: where the program starts, what it does not get, and the program itself.
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "act/acts.h"
#include "act/environment.h"
#include "act/in_root.h"

namespace cttrace::ctrun {
namespace {

bool is_program(const std::string& path) {
  struct stat found = {};
  return stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
         faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0;
}

[[noreturn]] void no_program(const std::string& name, const std::string& why, int code) {
  throw Failure(Error{.code = code, .what = "execute", .subject = name, .why = why});
}

// Docker tells exit statuses 126 and 127 by the text, as Go's errors have it: in small letters.
[[noreturn]] void no_program(const std::string& name, int code) {
  Error error = system_error("execute", name, code);
  error.why[0] = static_cast<char>(tolower(error.why[0]));
  throw Failure(error);
}

std::string find_program(const std::string& name, const std::vector<std::string>& env) {
  if (name.find('/') != std::string::npos) {
    struct stat found = {};
    if (stat(name.c_str(), &found) != 0) no_program(name, errno);
    if (!is_program(name)) no_program(name, EACCES);  // also of a folder, as execve(2) has it
    return name;
  }
  const std::string path = environment_value(env, "PATH");
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find(':', begin), path.size());
    const std::string folder = path.substr(begin, end - begin);
    const std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    if (is_program(candidate)) return candidate;
    begin = end + 1;
  }
  no_program(name, "executable file not found in $PATH", ENOENT);
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> found;
  for (const std::string& word : words) found.push_back(const_cast<char*>(word.c_str()));
  found.push_back(nullptr);
  return found;
}

}  // namespace

Outcome act(Context& context, const ChangeFolder& step) {
  if (step.of_the_host) {
    if (fchdir(context.host_root.get()) != 0) throw Failure(system_error("enter", "the host's /"));
    return Outcome::kDone;
  }
  if (chdir(step.path.c_str()) == 0) return Outcome::kDone;
  // The specification does not say that it must be there; runc makes it.
  if (errno == ENOENT) {
    const Fd root(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    const Fd made = ensure_folder_in_root(root, step.path);
    if (fchdir(made.get()) == 0) return Outcome::kDone;
  }
  throw Failure(system_error("enter the working folder", step.path));
}

Outcome act(Context& context, const CloseDescriptors& step) {
  const unsigned first = 3U + static_cast<unsigned>(context.preserved_fds);
  if (syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
    throw Failure(system_error("close the descriptors", "above " + std::to_string(first - 1)));
  if (step.leak_host_root && fcntl(context.host_root.get(), F_SETFD, 0) != 0)
    throw Failure(system_error("leave open", "the host's /"));
  ensure_home(context.process.env, context.process.user.uid);
  // A program that is not there is known at `create`, not only at `start`.
  find_program(context.process.args[0], context.process.env);
  return Outcome::kDone;
}

Outcome act(Context& context, const SaveState&) {
  context.state.pid = context.init;
  context.state.start_time = start_time_of(context.init);
  context.folder->save(context.state);
  return Outcome::kDone;
}

Outcome act(Context& context, const WaitForStart&) {
  char go = 0;
  ssize_t length;
  do length = read(context.start_fifo.get(), &go, 1);
  while (length < 0 && errno == EINTR);
  if (length != 1) throw Failure(system_error("wait to be started by", "start.fifo"));
  return Outcome::kDone;
}

Outcome act(Context& context, const Execute& step) {
  const std::string path = find_program(step.args[0], context.process.env);
  const std::vector<char*> args = pointers(step.args), env = pointers(context.process.env);
  reset_ignored_signals();
  sigprocmask(SIG_SETMASK, &context.old_signals, nullptr);
  execve(path.c_str(), args.data(), env.data());
  no_program(path, errno);
}

}  // namespace cttrace::ctrun
