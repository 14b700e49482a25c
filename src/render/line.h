// One line of text for a person, with colours when they are asked for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cttrace {

enum class Paint { kName, kError, kComment, kEvent };

// The text in its colour; as it is where there is none, or where it is empty.
std::string painted(std::string_view text, Paint paint, bool color);
void append_painted(std::string& out, std::string_view text, Paint paint, bool color);

class Line {
 public:
  explicit Line(bool color) : color_(color) {}

  void add(std::string_view text) { text_ += text; }
  void add(std::string_view text, Paint paint);
  // What is appended here is as if it were added.
  std::string& text() { return text_; }
  // Spaces up to this column, if it is not passed. Columns are bytes, as strace counts them.
  void pad_to(size_t column);

  // The line with its end, valid until the next one is begun.
  std::string_view end() {
    text_ += '\n';
    return text_;
  }
  void begin() {
    text_.clear();
    painting_bytes_ = 0;
  }

 private:
  bool color_;
  std::string text_;
  size_t painting_bytes_ = 0;  // of text_ what only paints
};

// " /* text */", safe: hostile bytes are escaped, and nothing in it can end the comment.
std::string comment(std::string_view text);

void append_comment(std::string& out, std::string_view text);

}  // namespace cttrace
