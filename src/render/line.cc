// Lines, colours and comments.
#include "render/line.h"

#include "base/escape.h"

namespace cttrace {

std::string painted(std::string_view text, Paint paint, bool color) {
  std::string out;
  append_painted(out, text, paint, color);
  return out;
}

void append_painted(std::string& out, std::string_view text, Paint paint, bool color) {
  static constexpr std::string_view kCodes[] = {"\x1b[36m", "\x1b[31m", "\x1b[2m", "\x1b[33m"};
  const bool paints = color && !text.empty();
  if (paints) out += kCodes[static_cast<size_t>(paint)];
  out += text;
  if (paints) out += "\x1b[0m";
}

void Line::add(std::string_view text, Paint paint) {
  const size_t before = text_.size();
  append_painted(text_, text, paint, color_);
  painting_bytes_ += text_.size() - before - text.size();
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
