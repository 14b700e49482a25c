// Text measured in the columns that it takes on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cttrace {

// How a view for a person is laid out.
struct Style {
  size_t width = 0;  // columns of a line; 0: lines are as long as they are
  size_t indent = 0;
  bool color = false;
  bool unicode = false;  // box-drawing characters and "…"; otherwise ASCII
  bool verbose = false;  // nothing is folded or left out
  std::string id = {};   // is long, told elsewhere, and shown as <id>; empty: none is
};

// Where text is broken into lines although the width is not limited.
inline constexpr size_t kReadableColumns = 100;

// Of escaped text. East Asian wide characters take two columns, combining ones none.
size_t columns_of(std::string_view text);

// The beginning of `text` in at most `columns`, with "…" or "..." at its end where it is cut. 0: all of it.
std::string cut_to(std::string_view text, size_t columns, bool unicode);

// Likewise its end, with that at its beginning: of a path, where that leads says more than where it begins.
std::string end_cut_to(std::string_view text, size_t columns, bool unicode);

// The words of `text` in lines of at most `width` columns (0: one line); a longer word has a line of its own.
std::vector<std::string> wrapped(std::string_view text, size_t width);

// `text` and spaces up to `columns`.
std::string padded_to(std::string text, size_t columns);

}  // namespace cttrace
