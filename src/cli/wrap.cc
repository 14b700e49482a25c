// Breaking text into lines.
#include "cli/wrap.h"

#include <algorithm>

namespace cttrace {

std::string wrap(std::string_view text, size_t indent) {
  std::string out;
  size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (column > indent && column + 1 + word.size() > kScreenColumns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) out += ' ', ++column;
    out += word;
    column += word.size();
  }
  return out + "\n";
}

std::string padded(std::string_view text, size_t columns) {
  return std::string(text) + std::string(text.size() < columns ? columns - text.size() : 1, ' ');
}

}  // namespace cttrace
