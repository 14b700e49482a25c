// Paths as text.
#include "base/paths.h"

#include <gtest/gtest.h>

namespace cttrace {
namespace {

TEST(Paths, OnesBelowAFolder) {
  EXPECT_TRUE(is_below("/a", "/a"));
  EXPECT_TRUE(is_below("/a/b", "/a"));
  EXPECT_FALSE(is_below("/ab", "/a"));
  EXPECT_FALSE(is_below("/", "/a"));
  EXPECT_FALSE(is_below("", "/a"));
  EXPECT_TRUE(is_below("/", "/"));
  EXPECT_TRUE(is_below("/a", "/"));
  EXPECT_FALSE(is_below("a", "/"));
  EXPECT_FALSE(is_below("", "/"));
  EXPECT_TRUE(is_below("/a", ""));
  EXPECT_FALSE(is_below("a", ""));
}

TEST(Paths, FolderWithASlashAtItsEnd) {
  EXPECT_TRUE(is_below("/a/b", "/a/"));
  EXPECT_TRUE(is_below("/a/", "/a/"));
  EXPECT_FALSE(is_below("/a", "/a/"));
  EXPECT_FALSE(is_below("/ab", "/a/"));
  EXPECT_EQ(below("/a/b", "/a/"), "/b");
  EXPECT_EQ(seen_from("/a/b", "/a/"), "/b");
  EXPECT_EQ(seen_from("/a/", "/a/"), "/");
}

TEST(Paths, WhatComesBehindAFolder) {
  EXPECT_EQ(below("/a/b/c", "/a"), "/b/c");
  EXPECT_EQ(below("/a", "/a"), "");
  EXPECT_EQ(below("/a", "/"), "/a");
  EXPECT_EQ(below("/", "/"), "");
  EXPECT_EQ(seen_from("/a/b/c", "/a"), "/b/c");
  EXPECT_EQ(seen_from("/a", "/a"), "/");
  EXPECT_EQ(seen_from("/a", "/"), "/a");
  EXPECT_EQ(seen_from("/", "/"), "/");
}

TEST(Paths, Joined) {
  EXPECT_EQ(joined("/a", "/b"), "/a/b");
  EXPECT_EQ(joined("/", "/b"), "/b");
  for (const char* itself : {"", "/"}) {
    EXPECT_EQ(joined("/a", itself), "/a");
    EXPECT_EQ(joined("/", itself), "/");
  }
  std::string folder = "/";
  add_component(folder, "a");
  add_component(folder, "b");
  EXPECT_EQ(folder, "/a/b");
}

TEST(Paths, Folder) {
  EXPECT_EQ(folder_of("/a/b"), "/a");
  EXPECT_EQ(folder_of("/a"), "/");
  EXPECT_EQ(folder_of("/"), "/");
  EXPECT_EQ(folder_of("a/b"), "a");
  EXPECT_EQ(folder_of("a"), "");
  EXPECT_EQ(folder_of(""), "");
}

TEST(Paths, LastPart) {
  EXPECT_EQ(last_part("/a/b"), "b");
  EXPECT_EQ(last_part("/b"), "b");
  EXPECT_EQ(last_part("b"), "b");
  EXPECT_EQ(last_part("/a/b/"), "b");
  EXPECT_EQ(last_part("/a/b//"), "b");
  EXPECT_EQ(last_part("/"), "/");
  EXPECT_EQ(last_part("//"), "/");
  EXPECT_EQ(last_part(""), "");
}

TEST(Paths, WithoutSlashAtItsEnd) {
  EXPECT_EQ(without_slash_at_end("/a/"), "/a");
  EXPECT_EQ(without_slash_at_end("/a//"), "/a");
  EXPECT_EQ(without_slash_at_end("/a"), "/a");
  EXPECT_EQ(without_slash_at_end("a/"), "a");
  EXPECT_EQ(without_slash_at_end("/"), "/");
  EXPECT_EQ(without_slash_at_end(""), "");
}

}  // namespace
}  // namespace cttrace
