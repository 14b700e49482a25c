// Labelled facts, one under the other: "  limits        nofile 1024, nproc 512".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "render/columns.h"

namespace cttrace {

class Fields {
 public:
  explicit Fields(const Style& style) : style_(style) {}

  // `items` with `separator` between them, broken into lines between items; an item that has no room in a line, where
  // there are blanks in it, unless `separator` is a blank itself. They are escaped already. Nothing is written where
  // there are none.
  void add(std::string_view label, const std::vector<std::string>& items, std::string_view separator = ", ");
  void add_text(std::string_view label, const std::string& text) { add(label, std::vector<std::string>{text}); }
  // A label alone, for what follows under it.
  void begin(std::string_view label);
  // Whole lines.
  void add_lines(const std::string& lines) { text_ += lines; }

  std::string take() { return std::move(text_); }

 private:
  Style style_;
  std::string text_;
};

}  // namespace cttrace
