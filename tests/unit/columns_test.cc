// Text measured and cut in columns.
#include "render/columns.h"

#include <gtest/gtest.h>

namespace cttrace {
namespace {

TEST(Columns, AreCountedByCharacter) {
  EXPECT_EQ(columns_of(""), 0u);
  EXPECT_EQ(columns_of("/proc"), 5u);
  EXPECT_EQ(columns_of("\u251c\u2500 /\u00e9"), 5u);
  EXPECT_EQ(columns_of("\u65e5\u672c"), 4u);
  EXPECT_EQ(columns_of("e\u0301"), 1u);
  EXPECT_EQ(columns_of("\U0001F600"), 2u);
  EXPECT_EQ(columns_of("\xff\xfe"), 2u);
}

TEST(Columns, WhatIsTooLongIsCutAndSaysSo) {
  EXPECT_EQ(cut_to("abcdef", 6, true), "abcdef");
  EXPECT_EQ(cut_to("abcdef", 5, true), "abcd\u2026");
  EXPECT_EQ(cut_to("abcdef", 5, false), "ab...");
  EXPECT_EQ(cut_to("abcdef", 0, true), "abcdef");
  EXPECT_EQ(cut_to("abcdef", 1, true), "\u2026");
}

TEST(Columns, NoCharacterIsCutInTwo) {
  EXPECT_EQ(cut_to("\u65e5\u672c\u8a9e", 5, true), "\u65e5\u672c\u2026");
  EXPECT_EQ(cut_to("\u65e5\u672c\u8a9e", 4, true), "\u65e5\u2026");
  EXPECT_EQ(cut_to("ae\u0301i\u0301o", 3, true), "ae\u0301\u2026");
}

TEST(Columns, APathIsCutAtItsBeginning) {
  EXPECT_EQ(end_cut_to("/srv/data", 9, false), "/srv/data");
  EXPECT_EQ(end_cut_to("/srv/data", 8, false), ".../data");
  EXPECT_EQ(end_cut_to("/srv/data", 6, true), "\u2026/data");
  EXPECT_EQ(end_cut_to("\u65e5\u672c\u8a9e", 4, true), "\u2026\u8a9e");
  EXPECT_EQ(end_cut_to("ae\u0301io", 3, true), "\u2026io");
  EXPECT_EQ(end_cut_to("e\u0301e\u0301o", 2, true), "\u2026o");
  EXPECT_EQ(end_cut_to("abc", 1, false), "...");
}

TEST(Columns, LinesAreBrokenWhereTheyMustBe) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrapped("one two three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(wrapped("one two three", 3), (Lines{"one", "two", "three"}));
  EXPECT_EQ(wrapped("one two three", 0), (Lines{"one two three"}));
  EXPECT_EQ(wrapped("one  two", 5), (Lines{"one", "two"}));  // no blank at the end
  EXPECT_EQ(wrapped("one   two   ", 5), (Lines{"one", "two"}));
  for (const size_t width : {0, 80}) {
    EXPECT_EQ(wrapped("one   ", width), Lines{"one"});
    EXPECT_EQ(wrapped("  one  two ", width), (Lines{"one  two"}));
    EXPECT_EQ(wrapped(" ", width), Lines{});
    EXPECT_EQ(wrapped("", width), Lines{});
  }
}

TEST(Columns, PaddingCountsColumns) {
  EXPECT_EQ(padded_to("\u00e9", 3), "\u00e9  ");
  EXPECT_EQ(padded_to("abcd", 3), "abcd");
}

}  // namespace
}  // namespace cttrace
