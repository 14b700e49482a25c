// Labelled facts and how they are broken into lines.
#include "render/fields.h"

#include <gtest/gtest.h>

namespace cttrace {
namespace {

TEST(Fields, TextBeginsInOneColumn) {
  Fields fields({.indent = 2});
  fields.add("limits", {"nofile 1", "nproc 2"});
  fields.add_text("cgroup", "/a b");
  EXPECT_EQ(fields.take(),
            "  limits        nofile 1, nproc 2\n"
            "  cgroup        /a b\n");
}

TEST(Fields, NothingIsWrittenOfNothing) {
  Fields fields({});
  fields.add("limits", std::vector<std::string>());
  EXPECT_EQ(fields.take(), "");
}

TEST(Fields, LinesBreakBetweenItemsOnly) {
  Fields fields({.width = 30, .indent = 2});
  fields.add("words", {"aaaa", "bbbb", "c c", "dddddddddddddddddddddddd", "e"});
  EXPECT_EQ(fields.take(),
            "  words         aaaa, bbbb,\n"
            "                c c,\n"
            "                dddddddddddddddddddddddd,\n"
            "                e\n");
}

TEST(Fields, AnItemThatFitsInNoLineIsBrokenAtItsBlanks) {
  Fields fields({.width = 30, .indent = 2});
  fields.add("unknown", {"cgroup in blkio, cpu and pids", "hostname"});
  fields.add("unknown", {"hostname", "cgroup in blkio, cpu and pids"});
  fields.add_text("root", "/a/path/that/is/long of its mount");
  fields.add("program", {"sh", "'one two three four'"}, " ");
  EXPECT_EQ(fields.take(),
            "  unknown       cgroup in\n"
            "                blkio, cpu\n"
            "                and pids,\n"
            "                hostname\n"
            "  unknown       hostname,\n"
            "                cgroup in\n"
            "                blkio, cpu and\n"
            "                pids\n"
            "  root          /a/path/that/is/long\n"
            "                of its mount\n"
            "  program       sh\n"
            "                'one two three four'\n");
}

TEST(Fields, AnItemThatFitsWithoutWhatIsBehindItIsBrokenToo) {
  Fields fields({.width = 30, .indent = 2});
  fields.add("unknown", {"one two three4", "five"});
  fields.add_text("unknown", "one two three4");
  EXPECT_EQ(fields.take(),
            "  unknown       one two\n"
            "                three4, five\n"
            "  unknown       one two three4\n");
}

TEST(Fields, ALineIsFilledToTheLastColumn) {
  Fields fields({.width = 24});
  fields.add("a", {"12345", "123"}, " ");
  EXPECT_EQ(fields.take(), "a             12345 123\n");
  fields.add("a", {"12345", "1234"}, " ");
  EXPECT_EQ(fields.take(), "a             12345 1234\n");
  fields.add("a", {"12345", "12345"}, " ");
  EXPECT_EQ(fields.take(), "a             12345\n              12345\n");
}

TEST(Fields, ColoursTakeNoColumns) {
  Fields fields({.width = 24, .color = true});
  fields.add("a", {"12345", "1234"}, " ");
  EXPECT_EQ(fields.take(), "\x1b[36ma\x1b[0m             12345 1234\n");
}

}  // namespace
}  // namespace cttrace
