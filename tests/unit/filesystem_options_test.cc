// What a filesystem's options are once it was reconfigured.
#include <gtest/gtest.h>

#include "model/mount_attributes.h"
#include "model/mount_flags.h"

namespace cttrace {
namespace {

TEST(FilesystemOptions, TheLastOneOfAKindCounts) {
  EXPECT_EQ(filesystem_options("size=1m,mode=755", "size=2m"), "mode=755,size=2m");
  EXPECT_EQ(filesystem_options("acl,discard", "noacl"), "discard,noacl");
  EXPECT_EQ(filesystem_options({}, "size=1m,size=2m"), "size=2m");
}

TEST(FilesystemOptions, ReadOnlyIsNoneOfThem) {
  EXPECT_EQ(filesystem_options("rw,size=1m", "ro"), "size=1m");
  EXPECT_EQ(filesystem_options({}, "ro"), "");
}

TEST(FilesystemOptions, CommasInAnOptionAreItsOwn) {
  EXPECT_EQ(filesystem_options(R"(lowerdir=/a\,b:/c,index=on)", "index=off"), R"(lowerdir=/a\,b:/c,index=off)");
  EXPECT_EQ(filesystem_options(R"(context="a,b",mode=1)", "mode=2"), R"(context="a,b",mode=2)");
  EXPECT_EQ(filesystem_options({}, "a=\\"), "a=\\");
}

TEST(FilesystemOptions, WhatIsAPartOfAnotherIsNone) {
  EXPECT_FALSE(has_option(R"(lowerdir=/l\,ro)", "ro"));
  EXPECT_FALSE(has_option(R"(context="a,ro",mode=1)", "ro"));
  EXPECT_TRUE(has_option(R"(lowerdir=/l\\,ro)", "ro"));
  EXPECT_TRUE(has_option("rw,,ro", "ro"));
}

TEST(FilesystemOptions, LayersAreAddedOneByOne) {
  EXPECT_EQ(filesystem_options("lowerdir+=/a", "lowerdir+=/b"), "lowerdir+=/a,lowerdir+=/b");
}

}  // namespace
}  // namespace cttrace
