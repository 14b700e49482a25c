// Numbers at the end of a text, without a text of their own.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

namespace cttrace {

inline void append_number(std::string& text, std::integral auto number, int base = 10) {
  char digits[66];
  const char* const end = std::to_chars(std::begin(digits), std::end(digits), number, base).ptr;
  text.append(digits, static_cast<size_t>(end - digits));
}

// With as many of `fill` before it as make it `width` characters long.
inline void append_padded(std::string& text, uint64_t number, size_t width, char fill) {
  const size_t before = text.size();
  append_number(text, number);
  const size_t length = text.size() - before;
  if (length < width) text.insert(before, width - length, fill);
}

// "0x1f", and "0".
inline void append_hex(std::string& text, uint64_t number) {
  if (number) text += "0x";
  append_number(text, number, 16);
}

}  // namespace cttrace
