// One line an error, as text or as JSON with the keys of runc's log.
#include "log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/fd.h"

namespace cttrace::ctrun {
namespace {

LogTarget& target() {
  static LogTarget the_target;
  return the_target;
}

Fd open_log(const std::string& path) { return Fd(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644)); }

void write_log(const char* level, const std::string& message) {
  if (target().path.empty()) return;
  const Fd file = open_log(target().path);
  if (!file) return;  // there is nowhere left to say so but standard error, where the message itself is
  char now[32] = {};
  const time_t seconds = time(nullptr);
  tm utc = {};
  gmtime_r(&seconds, &utc);
  strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &utc);
  std::string line;
  if (target().json)
    line = nlohmann::json{{"level", level}, {"msg", message}, {"time", now}}.dump(
        -1, ' ', false, nlohmann::json::error_handler_t::replace);
  else
    line = std::string("time=\"") + now + "\" level=" + level + " msg=" + nlohmann::json(message).dump();
  (void)write_all(file.get(), line + "\n", target().path);
}

}  // namespace

void set_log(LogTarget new_target) {
  if (!new_target.path.empty() && !open_log(new_target.path)) throw Failure(system_error("write to", new_target.path));
  target() = std::move(new_target);
}

void log_error(const Error& error) {
  const std::string line = error.line();
  std::fprintf(stderr, "ctrun: %s\n", line.c_str());
  write_log("error", line);
}

void log_warning(const std::string& line) {
  std::fprintf(stderr, "ctrun: warning: %s\n", line.c_str());
  write_log("warning", line);
}

}  // namespace cttrace::ctrun
