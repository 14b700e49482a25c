// The progress line.
#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "base/escape.h"
#include "render/columns.h"
#include "render/completeness.h"

namespace cttrace {
namespace {

constexpr std::chrono::milliseconds kPause{200};
constexpr std::string_view kErase = "\r\x1b[K";

size_t terminal_columns() {
  winsize size = {};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string text_of(const Progress& progress) {
  std::string text = "cttrace: " + plural(progress.containers, "container") + " so far, " +
                     std::to_string(progress.processes) + (progress.processes == 1 ? " process, " : " processes, ") +
                     plural(progress.calls, "call");
  if (progress.going_on)
    text += "; being set up: " + std::to_string(progress.going_on) + " (" + escape_for_terminal(progress.newest) + ")";
  return text;
}

// A line that is not written in full is no loss.
void write_now(std::string_view text) {
  const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
  (void)written;
}

}  // namespace

ProgressLine::ProgressLine(bool wanted) {
  const char* const terminal = std::getenv("TERM");
  enabled_ = wanted && isatty(STDERR_FILENO) == 1 && terminal && std::string_view(terminal) != "dumb";
}

void ProgressLine::show(const Progress& progress) {
  const auto now = std::chrono::steady_clock::now();
  if (!enabled_ || now - last_ < kPause) return;
  last_ = now;
  std::string text = cut_to(text_of(progress), terminal_columns() - 1, false);
  if (text == shown_) return;
  write_now(std::string(kErase) + text);
  shown_ = std::move(text);
}

void ProgressLine::erase() {
  if (shown_.empty()) return;
  write_now(kErase);
  shown_.clear();
}

}  // namespace cttrace
