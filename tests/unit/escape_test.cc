// Escaping: nothing from a traced process reaches a terminal unescaped.
#include "base/escape.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace cttrace {
namespace {

TEST(Escape, KeepsPrintableUtf8) { EXPECT_EQ(escape_for_terminal("/été/日本"), "/été/日本"); }

TEST(Escape, EscapesControlsBidiAndInvalidBytes) {
  EXPECT_EQ(escape_for_terminal("a\x1b[2J\n"), "a\\x1b[2J\\x0a");
  EXPECT_EQ(escape_for_terminal("\xc2\x9b"), "\\xc2\\x9b");           // C1 CSI
  EXPECT_EQ(escape_for_terminal("\xe2\x80\xae"), "\\xe2\\x80\\xae");  // right-to-left override
  // What nobody sees: two names must not look the same.
  EXPECT_EQ(escape_for_terminal("a\xc2\xad"), "a\\xc2\\xad");                              // soft hyphen
  EXPECT_EQ(escape_for_terminal("a\xe2\x80\x8b"), "a\\xe2\\x80\\x8b");                     // zero-width space
  EXPECT_EQ(escape_for_terminal("a\xf3\xa0\x81\x81"), "a\\xf3\\xa0\\x81\\x81");            // tag letter
  EXPECT_EQ(escape_for_terminal("\xe2\x80\x9c\xe2\x81\x87"), "\xe2\x80\x9c\xe2\x81\x87");  // what is seen
  EXPECT_EQ(escape_for_terminal("\xff\x7f"), "\\xff\\x7f");
}

TEST(Escape, ABackslashThatWouldReadAsAnEscapeIsDoubled) {
  EXPECT_EQ(escape_for_terminal("lit\\x0ab"), "lit\\\\x0ab");
  EXPECT_EQ(escape_for_terminal("lit\nb"), "lit\\x0ab");
  EXPECT_EQ(escape_for_terminal("a\\\nb"), "a\\\\\\x0ab");
  EXPECT_EQ(escape_for_terminal("a\\\\b"), "a\\\\\\b");
  EXPECT_EQ(escape_for_terminal("a\\\xff"), "a\\\\\\xff");
  for (const char* plain : {"a\\", "C:\\dir", "a\\:b", "\\x", "\\xg0", "\\x1"})
    EXPECT_EQ(escape_for_terminal(plain), plain);
  EXPECT_EQ(escape_rest_for_terminal("lit\\x0ab\n"), "lit\\x0ab\\x0a");
}

// Written for different bytes, no two texts are the same.
TEST(Escape, NoTwoTextsLookTheSame) {
  constexpr std::string_view kBytes("\\x0a\n\xff", 6);
  std::map<std::string, std::string> seen;
  for (size_t number = 0; number < 6 * 6 * 6 * 6 * 6 * 6; ++number) {
    std::string text;
    for (size_t rest = number, i = 0; i < 6; ++i, rest /= 6) text += kBytes[rest % 6];
    const auto [there, added] = seen.emplace(escape_for_terminal(text), text);
    EXPECT_TRUE(added) << there->first;
  }
}

TEST(Escape, RefusesOverlongSurrogateAndTooLarge) {
  EXPECT_FALSE(is_valid_utf8("\xc0\xaf"));
  EXPECT_FALSE(is_valid_utf8("\xed\xa0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xf4\x90\x80\x80"));
  EXPECT_FALSE(is_valid_utf8("\xe2\x80"));
  EXPECT_TRUE(is_valid_utf8("\xf4\x8f\xbf\xbf"));
}

TEST(Escape, LikeStraceUsesTheShortestOctal) {
  EXPECT_EQ(escape_like_strace(std::string_view("a\0b\0"
                                                "1\n\"\\\xe9",
                                                9)),
            "a\\0b\\0001\\n\\\"\\\\\\351");
  EXPECT_EQ(escape_like_strace("\0338\0337"), "\\338\\0337");  // 8 is no octal digit
}

}  // namespace
}  // namespace cttrace
