// Escaping: nothing from a traced process reaches a terminal unescaped.
#include "base/escape.h"

#include <gtest/gtest.h>

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
