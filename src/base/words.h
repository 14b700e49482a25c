// Taking a text apart: lines, words, numbers.
#pragma once

#include <algorithm>
#include <charconv>
#include <string_view>

namespace cttrace {

// Takes the next line off, without its line end.
inline std::string_view next_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// Takes the next word off, behind blanks; empty at the end.
inline std::string_view next_word(std::string_view& text) {
  const size_t begin = text.find_first_not_of(" \t\n");
  text.remove_prefix(begin == text.npos ? text.size() : begin);
  const std::string_view word = text.substr(0, text.find_first_of(" \t\n"));
  text.remove_prefix(word.size());
  return word;
}

// Whether it is one of the words, with one separator between two.
inline bool has_word(std::string_view words, std::string_view word, char separator) {
  while (!words.empty()) {
    const std::string_view each = words.substr(0, words.find(separator));
    if (each == word) return true;
    words.remove_prefix(std::min(each.size() + 1, words.size()));
  }
  return false;
}

// False: the word is something else than a number.
template <typename T>
bool read_number(std::string_view word, T& number, int base = 10) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, base);
  return error == std::errc() && end == word.data() + word.size();
}

}  // namespace cttrace
