#include "render/columns.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/escape.h"

namespace cttrace {
namespace {

struct Range {
  char32_t first, last;
};

// Unicode's East Asian Width W and F, in coarse ranges; and the commonest blocks of combining marks.
constexpr std::array<Range, 12> kWide = {{{0x1100, 0x115F},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xA960, 0xA97C},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1F64F},
                                          {0x1F680, 0x1FAFF},
                                          {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 6> kCombining = {
    {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}}};

template <size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

// The first character: its bytes, and how many columns it takes.
std::string_view first_of(std::string_view text, size_t& columns) {
  char32_t c = 0;
  const size_t length = utf8_character(text, c);
  columns = length < 2 ? 1 : is_in(kCombining, c) ? 0 : is_in(kWide, c) ? 2 : 1;
  return text.substr(0, std::max<size_t>(length, 1));
}

}  // namespace

size_t columns_of(std::string_view text) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  auto sum = static_cast<size_t>(std::ranges::find_if_not(text, is_ascii) - text.begin());
  text.remove_prefix(sum);
  while (!text.empty()) {
    size_t columns = 0;
    text.remove_prefix(first_of(text, columns).size());
    sum += columns;
  }
  return sum;
}

std::string cut_to(std::string_view text, size_t columns, bool unicode) {
  if (columns == 0 || columns_of(text) <= columns) return std::string(text);
  const std::string_view end = unicode ? "\u2026" : "...";
  const size_t room = columns - std::min(columns, columns_of(end));
  std::string cut;
  size_t used = 0;
  for (;;) {
    size_t next = 0;
    const std::string_view character = first_of(text, next);
    if (used + next > room) break;
    used += next;
    cut += character;
    text.remove_prefix(character.size());
  }
  return cut + std::string(end);
}

std::string end_cut_to(std::string_view text, size_t columns, bool unicode) {
  size_t left = columns_of(text);
  if (columns == 0 || left <= columns) return std::string(text);
  const std::string_view begin = unicode ? "\u2026" : "...";
  const size_t room = columns - std::min(columns, columns_of(begin));
  while (!text.empty()) {
    size_t next = 0;
    const std::string_view character = first_of(text, next);
    if (left <= room && next) break;  // what has no column of its own belongs to what is cut
    left -= next;
    text.remove_prefix(character.size());
  }
  return std::string(begin) + std::string(text);
}

std::vector<std::string> wrapped(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  text = text.substr(0, text.find_last_not_of(' ') + 1);
  if (!width) {
    if (!text.empty()) lines.emplace_back(text);
    return lines;
  }
  std::string line;
  size_t used = 0;  // columns of the line
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    const size_t columns = columns_of(word);
    if (!line.empty() && used + 1 + columns > width) {
      line.resize(line.find_last_not_of(' ') + 1);
      lines.push_back(std::exchange(line, {}));
    }
    used = line.empty() ? columns : used + 1 + columns;
    if (!line.empty()) line += ' ';
    line += word;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string padded_to(std::string text, size_t columns) {
  const size_t used = columns_of(text);
  return used < columns ? text + std::string(columns - used, ' ') : text;
}

}  // namespace cttrace
