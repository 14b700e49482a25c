// Wrapping and aligning.
#include "render/story_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "render/columns.h"
#include "render/line.h"
#include "render/story_words.h"

namespace cttrace {
namespace {

constexpr size_t kTime = 12, kPhase = 13, kDetail = 14;
constexpr size_t kLeast = 30;  // columns that words get at least

// The words of `text` in lines of at most `width` columns (0: one line); a longer word has a line of its own.
std::vector<std::string> wrapped(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (!line.empty() && width && columns_of(line) + 1 + columns_of(word) > width)
      lines.push_back(std::exchange(line, {}));
    if (!line.empty()) line += ' ';
    line += word;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!line.empty()) lines.push_back(std::move(line));
  for (std::string& each : lines) std::ranges::replace(each, kNoBreak, ' ');
  return lines;
}

}  // namespace

void StoryLines::heading(const std::vector<std::string>& items) {
  size_t column = 0;
  bool first = true;
  for (const std::string& item : items) {
    if (item.empty()) continue;
    const size_t columns = columns_of(item);
    const bool fits = !options_.width || column + 3 + columns <= options_.width;
    if (!first) text_ += fits ? "   " : "\n    ";
    column = first ? columns : (fits ? column + 3 : 4) + columns;
    text_ += first ? painted(item, Paint::kName, options_.color) : item;
    first = false;
  }
  text_ += '\n';
}

void StoryLines::add_wrapped(std::string lead, size_t lead_columns, const std::string& text, bool bad) {
  const size_t width = options_.width ? std::max(options_.width, lead_columns + kLeast) - lead_columns : 0;
  for (const std::string& line : wrapped(text, width)) {
    text_ += lead + (bad ? painted(line, Paint::kError, options_.color) : line) + "\n";
    lead = std::string(lead_columns, ' ');
  }
}

void StoryLines::detail(std::string_view what, const std::string& text) {
  const std::string lead = padded_to("  " + std::string(what), kDetail);
  add_wrapped(painted(lead, Paint::kComment, options_.color), kDetail, text, false);
}

void StoryLines::add(uint64_t time_ns, std::string_view phase, const std::string& text, bool bad) {
  const uint64_t passed_ns = time_ns > start_ns_ ? time_ns - start_ns_ : 0;
  std::string time = fmt::format("+{:.1f} ms", static_cast<double>(passed_ns) / 1e6);
  if (time.size() + 2 < kTime) time.insert(0, kTime - 2 - time.size(), ' ');
  const std::string shown = phase == last_phase_ ? std::string() : std::string(phase);
  last_phase_ = phase;
  const std::string lead = painted(time, Paint::kComment, options_.color) + "  " +
                           painted(shown, Paint::kName, options_.color) +
                           std::string(kPhase - std::min(shown.size(), kPhase), ' ');
  add_wrapped(lead, std::max(kTime, time.size() + 2) + kPhase, text, bad);
}

void StoryLines::note(const std::string& text) { add_wrapped("  ", 2, text, true); }

}  // namespace cttrace
