// One line of text for a person, with colours when they are asked for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cttrace {

enum class Paint { kName, kError, kComment, kEvent };

// The text in its colour; as it is where there is none, or where it is empty.
std::string painted(std::string_view text, Paint paint, bool color);

class Line {
 public:
  explicit Line(bool color) : color_(color) {}

  void add(std::string_view text) {
    text_ += text;
    columns_ += text.size();
  }
  void add(std::string_view text, Paint paint);
  // Spaces up to this column, if it is not passed.
  void pad_to(size_t column);

  std::string take() {
    text_ += '\n';
    columns_ = 0;
    return std::move(text_);
  }

 private:
  bool color_;
  std::string text_;
  size_t columns_ = 0;  // bytes, as strace counts them
};

// " /* text */", safe: hostile bytes are escaped, and nothing in it can end the comment.
std::string comment(std::string_view text);

// Escapes what a comment consists of.
std::string inside_comment(std::string_view text);

}  // namespace cttrace
