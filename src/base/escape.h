// Makes bytes from traced processes safe to read: nothing here can move a cursor, change direction or fake a line.
#pragma once

#include <string>
#include <string_view>

namespace cttrace {

// The length in bytes of the UTF-8 character at the start of `text`, or 0 when it is not valid UTF-8
// (overlong forms, surrogates and values over U+10FFFF are not). `code_point` is set when valid.
size_t utf8_character(std::string_view text, char32_t& code_point);

bool is_valid_utf8(std::string_view text);

// Keeps printable UTF-8; writes C0, DEL, C1, bidi controls, line separators and invalid bytes as \xNN, and \\ for a
// backslash that would read as the beginning of that, or of itself: two texts never look the same.
std::string escape_for_terminal(std::string_view text);
void append_for_terminal(std::string& out, std::string_view text);

// Of text that is escaped in part: backslashes stay as they are.
std::string escape_rest_for_terminal(std::string_view text);

// The bytes as strace shows a string, without the quotes: \n \t \r \v \f \" \\ and octal for the rest
// (the shortest octal that is not followed by a digit). Non-ASCII bytes are octal too, as in strace.
std::string escape_like_strace(std::string_view bytes);
void append_like_strace(std::string& out, std::string_view bytes);

}  // namespace cttrace
