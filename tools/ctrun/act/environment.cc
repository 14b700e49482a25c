// HOME by the container's /etc/passwd, and signals as a program expects them.
#include "act/environment.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/fd.h"

namespace cttrace::ctrun {
namespace {

std::string home_of(uid_t uid) {
  // Not blocking: an image may have a fifo there.
  Fd fd(open("/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat info = {};
  if (!fd || fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return "/";
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fdopen(fd.get(), "r"), fclose);
  if (!file) return "/";
  fd.release();
  while (const passwd* entry = fgetpwent(file.get()))
    if (entry->pw_uid == uid) return entry->pw_dir[0] ? entry->pw_dir : "/";
  return "/";
}

}  // namespace

std::string environment_value(const std::vector<std::string>& env, const std::string& name) {
  const auto found =
      std::find_if(env.rbegin(), env.rend(), [&](const std::string& each) { return each.rfind(name + "=", 0) == 0; });
  return found == env.rend() ? "" : found->substr(name.size() + 1);
}

void ensure_home(std::vector<std::string>& env, uid_t uid) {
  if (environment_value(env, "HOME").empty()) env.push_back("HOME=" + home_of(uid));
}

void reset_ignored_signals() {
  struct sigaction usual = {};
  usual.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal)
    if (signal != SIGHUP && signal != SIGINT) sigaction(signal, &usual, nullptr);
}

}  // namespace cttrace::ctrun
