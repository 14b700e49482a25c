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
  text_ += painted(text, paint, color_);
  columns_ += text.size();
}

void Line::pad_to(size_t column) {
  if (columns_ < column) add(std::string(column - columns_, ' '));
}

std::string inside_comment(std::string_view text) {
  std::string safe = escape_for_terminal(text);
  // "*\/" and "/\*" read the same and are no comment marks.
  for (size_t at = 0; at + 1 < safe.size(); ++at)
    if ((safe[at] == '*' && safe[at + 1] == '/') || (safe[at] == '/' && safe[at + 1] == '*')) safe.insert(at + 1, "\\");
  return safe;
}

std::string comment(std::string_view text) { return " /* " + inside_comment(text) + " */"; }

}  // namespace cttrace
