// Wrapping and aligning.
#include "render/story_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "render/columns.h"
#include "render/story_words.h"

namespace cttrace {
namespace {

constexpr size_t kTime = 12, kPhase = 13, kDetail = 14;
constexpr size_t kLeast = 30;  // columns that words get at least
constexpr uint64_t kSecond = 1'000'000'000;

}  // namespace

std::string StoryLines::time_text(uint64_t time_ns) {
  const auto milliseconds = [](uint64_t ns) { return fmt::format("+{:.1f} ms", static_cast<double>(ns) / 1e6); };
  const uint64_t before_ns = std::exchange(last_ns_, std::max(last_ns_, time_ns));
  if (options_.timestamps == Timestamps::kNone) {
    const uint64_t since_ns = options_.relative ? before_ns : start_ns_;
    return milliseconds(time_ns > since_ns ? time_ns - since_ns : 0);
  }
  const uint64_t real_ns = time_ns + static_cast<uint64_t>(realtime_offset_ns_);
  const auto seconds = static_cast<time_t>(real_ns / kSecond);
  const uint64_t microseconds = real_ns % kSecond / 1000;
  if (options_.timestamps == Timestamps::kUnix) return fmt::format("{}.{:06}", seconds, microseconds);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  const std::string clock = fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
  return options_.timestamps == Timestamps::kMicroseconds ? fmt::format("{}.{:06}", clock, microseconds) : clock;
}

void StoryLines::heading(const std::vector<std::string>& items) {
  size_t column = 0;
  bool first = true;
  for (std::string item : items) {
    if (item.empty()) continue;
    std::ranges::replace(item, kNoBreak, ' ');
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
  for (std::string& line : wrapped(text, width)) {
    std::ranges::replace(line, kNoBreak, ' ');
    text_ += lead;
    append_painted(text_, line, Paint::kError, bad && options_.color);
    text_ += '\n';
    lead.assign(lead_columns, ' ');
  }
}

void StoryLines::detail(std::string_view what, const std::string& text) {
  const std::string lead = padded_to("  " + std::string(what), kDetail);
  add_wrapped(painted(lead, Paint::kComment, options_.color), kDetail, text, false);
}

void StoryLines::add(uint64_t time_ns, std::string_view phase, const std::string& text, bool bad) {
  std::string time = time_text(time_ns);
  if (time.size() + 2 < kTime) time.insert(0, kTime - 2 - time.size(), ' ');
  const std::string_view shown = phase == last_phase_ ? std::string_view() : phase;
  std::string lead;
  append_painted(lead, time, Paint::kComment, options_.color);
  lead += "  ";
  append_painted(lead, shown, Paint::kName, options_.color);
  lead.append(kPhase - std::min(shown.size(), kPhase), ' ');
  last_phase_ = phase;
  add_wrapped(std::move(lead), std::max(kTime, time.size() + 2) + kPhase, text, bad);
}

void StoryLines::below(const std::string& text, bool bad) {
  add_wrapped(std::string(kTime + kPhase, ' '), kTime + kPhase, text, bad);
}

void StoryLines::call(Line& line) { text_.append(kTime, ' ').append("| ").append(line.end()); }

void StoryLines::note(const std::string& text) { add_wrapped("  ", 2, text, true); }

}  // namespace cttrace
