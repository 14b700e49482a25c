// Escaping of hostile text.
#include "base/escape.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace cttrace {
namespace {

bool is_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

struct Range {
  char32_t first, last;
};
// Characters that a terminal or a bidi algorithm acts on instead of showing, and those of which nothing is to be seen
// (Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt): two names would look the same.
constexpr Range kNotShown[] = {
    {0x0000, 0x001F}, {0x007F, 0x009F},   {0x00AD, 0x00AD},   {0x034F, 0x034F},   {0x061C, 0x061C},
    {0x115F, 0x1160}, {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F}, {0x3164, 0x3164},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

bool is_not_shown(char32_t c) {
  const auto* const next = std::ranges::upper_bound(kNotShown, c, {}, &Range::first);
  return next != std::begin(kNotShown) && c <= std::prev(next)->last;
}

void append_escaped(std::string& out, unsigned char byte) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += "\\x";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

}  // namespace

size_t utf8_character(std::string_view text, char32_t& code_point) {
  if (text.empty()) return 0;
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) {
    code_point = first;
    return 1;
  }
  size_t length = 0;
  char32_t minimum = 0;
  if ((first & 0xE0) == 0xC0) {
    length = 2, minimum = 0x80, code_point = first & 0x1F;
  } else if ((first & 0xF0) == 0xE0) {
    length = 3, minimum = 0x800, code_point = first & 0x0F;
  } else if ((first & 0xF8) == 0xF0) {
    length = 4, minimum = 0x10000, code_point = first & 0x07;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!is_continuation(at(i))) return 0;
    code_point = (code_point << 6) | (at(i) & 0x3F);
  }
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  return code_point < minimum || code_point > 0x10FFFF || surrogate ? 0 : length;
}

bool is_valid_utf8(std::string_view text) {
  char32_t code_point = 0;
  while (!text.empty()) {
    const size_t length = utf8_character(text, code_point);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

namespace {

// What is written for the rest of the text begins as what is written for a byte: \, or xNN.
bool reads_as_escape(std::string_view rest) {
  if (rest.empty()) return false;
  const auto is_digit = [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; };
  if (rest.front() == 'x') return rest.size() > 2 && is_digit(rest[1]) && is_digit(rest[2]);
  char32_t code_point = 0;
  return rest.front() == '\\' || utf8_character(rest, code_point) == 0 || is_not_shown(code_point);
}

void append_shown(std::string& out, std::string_view text, bool backslashes) {
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F && c != '\\'; };
  char32_t code_point = 0;
  while (!text.empty()) {
    const auto plain = static_cast<size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    if (text.front() == '\\') {
      text.remove_prefix(1);
      out += backslashes && reads_as_escape(text) ? "\\\\" : "\\";
      continue;
    }
    const size_t length = utf8_character(text, code_point);
    const size_t taken = length == 0 ? 1 : length;
    if (length == 0 || is_not_shown(code_point)) {
      for (char c : text.substr(0, taken)) append_escaped(out, static_cast<unsigned char>(c));
    } else {
      out += text.substr(0, taken);
    }
    text.remove_prefix(taken);
  }
}

}  // namespace

std::string escape_for_terminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_for_terminal(out, text);
  return out;
}

std::string escape_rest_for_terminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_shown(out, text, false);
  return out;
}

void append_for_terminal(std::string& out, std::string_view text) { append_shown(out, text, true); }

std::string escape_like_strace(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  append_like_strace(out, bytes);
  return out;
}

void append_like_strace(std::string& out, std::string_view bytes) {
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; };
  for (size_t i = 0; i < bytes.size(); ++i) {
    const size_t begin = i;
    while (i < bytes.size() && is_plain(bytes[i])) ++i;
    out.append(bytes, begin, i - begin);
    if (i == bytes.size()) return;
    const auto byte = static_cast<unsigned char>(bytes[i]);
    switch (byte) {
      case '"': out += "\\\""; continue;
      case '\\': out += "\\\\"; continue;
      case '\f': out += "\\f"; continue;
      case '\n': out += "\\n"; continue;
      case '\r': out += "\\r"; continue;
      case '\t': out += "\\t"; continue;
      case '\v': out += "\\v"; continue;
      default: break;
    }
    const bool digit_follows = i + 1 < bytes.size() && bytes[i + 1] >= '0' && bytes[i + 1] <= '7';
    out += '\\';
    if (digit_follows || byte >= 0100) out += static_cast<char>('0' + (byte >> 6));
    if (digit_follows || byte >= 010) out += static_cast<char>('0' + ((byte >> 3) & 7));
    out += static_cast<char>('0' + (byte & 7));
  }
}

}  // namespace cttrace
