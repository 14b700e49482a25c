// Lines, colours and comments.
#include "render/line.h"

#include "base/escape.h"

namespace cttrace {

std::string painted(std::string_view text, Paint paint, bool color) {
  static constexpr std::string_view kCodes[] = {"\x1b[36m", "\x1b[31m", "\x1b[2m", "\x1b[33m"};
  if (!color || text.empty()) return std::string(text);
  return std::string(kCodes[static_cast<size_t>(paint)]) + std::string(text) + "\x1b[0m";
}

void Line::add(std::string_view text, Paint paint) {
  if (!color_) return add(text);
  const std::string shown = painted(text, paint, color_);
  text_ += shown;
  painting_bytes_ += shown.size() - text.size();
}

void Line::pad_to(size_t column) {
  const size_t columns = text_.size() - painting_bytes_;
  if (columns < column) text_.append(column - columns, ' ');
}

void append_comment(std::string& out, std::string_view text) {
  out += " /* ";
  size_t at = out.size();
  append_for_terminal(out, text);
  // "*\/" and "/\*" read the same and are no comment marks.
  for (; at + 1 < out.size(); ++at)
    if ((out[at] == '*' && out[at + 1] == '/') || (out[at] == '/' && out[at + 1] == '*')) out.insert(at + 1, "\\");
  out += " */";
}

std::string comment(std::string_view text) {
  std::string out;
  append_comment(out, text);
  return out;
}

}  // namespace cttrace
