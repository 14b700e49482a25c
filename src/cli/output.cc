// Writing output, to the end or until its reader goes.
#include "cli/output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>

namespace cttrace {
namespace {

constexpr size_t kMuch_bytes = 1u << 16;

// As setlocale(3) chooses: the first of these that is set and not empty.
bool is_utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(name);
    if (!value || !*value) continue;
    std::string locale = value;
    std::ranges::transform(locale, locale.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return locale.find("utf-8") != locale.npos || locale.find("utf8") != locale.npos;
  }
  return false;
}

// Like write_all, also where whoever shares the terminal or pipe with us has made it non-blocking.
Status write_patiently(int fd, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd waiting = {.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return system_error("write to", name);
    }
  }
  return Ok{};
}

}  // namespace

Result<Output> Output::to_file(const std::string& path) {
  Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666));
  if (!file) return system_error("write to", path);
  const int fd = file.get();
  return Output(std::move(file), fd, path);
}

Output Output::to_stream(int fd) { return {Fd(), fd, fd == STDOUT_FILENO ? "standard output" : "standard error"}; }

Result<Output> Output::open(const Options& options, int stream) {
  if (options.output.empty()) return to_stream(stream);
  if (options.output == "-") return to_stream(STDOUT_FILENO);
  return to_file(options.output);
}

Result<Output> Output::whole(const std::string& file) {
  if (file.empty() || file == "-") return to_stream(STDOUT_FILENO);
  std::optional<Replacement> replacement = Replacement::of(file);
  if (!replacement) return to_file(file);
  Fd made = replacement->take_file();
  const int fd = made.get();
  Output output(std::move(made), fd, file);
  output.replacement_.emplace(std::move(*replacement));
  return output;
}

bool Output::wants_color(ColorWhen when) const {
  if (when != ColorWhen::kAuto) return when == ColorWhen::kAlways;
  const char* const no_color = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  const char* const terminal = std::getenv("TERM");
  if (no_color && *no_color) return false;
  return isatty(fd_) == 1 && terminal && std::string_view(terminal) != "dumb";
}

size_t Output::width() const {
  constexpr unsigned long kLeast = 20, kMost = 10000;
  const char* const columns = std::getenv("COLUMNS");
  const unsigned long given = columns ? std::strtoul(columns, nullptr, 10) : 0;
  if (given >= kLeast && given <= kMost) return given;
  winsize size = {};
  if (ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col >= kLeast) return size.ws_col;
  return 0;
}

Style Output::style(ColorWhen color, bool verbose) const {
  Style style{.width = width(), .color = wants_color(color), .verbose = verbose};
  style.unicode = isatty(fd_) == 1 && is_utf8_locale();
  return style;
}

void Output::write(std::string_view text) {
  if (reader_gone_ || !failed_) return;
  buffer_ += text;
  if (buffer_.size() >= kMuch_bytes) flush();
}

void Output::flush() {
  if (reader_gone_ || !failed_) return;
  if (buffer_.empty()) {
    // Where nothing is to be written, writing cannot tell that nobody reads any more.
    pollfd reader = {.fd = fd_, .events = 0, .revents = 0};
    reader_gone_ = ::poll(&reader, 1, 0) > 0 && (reader.revents & (POLLERR | POLLHUP));
    return;
  }
  if (before_writing_) before_writing_();
  Status written = write_patiently(fd_, buffer_, name_);
  buffer_.clear();
  if (written) return;
  if (written.error().code == EPIPE) {
    reader_gone_ = true;
  } else {
    failed_ = std::move(written);
  }
}

Status Output::close() {
  flush();
  // Some file systems tell only now that the disk is full.
  if (file_ && ::close(file_.release()) != 0 && failed_) failed_ = system_error("write to", name_);
  if (replacement_ && failed_) failed_ = replacement_->commit();
  return failed_;
}

}  // namespace cttrace
