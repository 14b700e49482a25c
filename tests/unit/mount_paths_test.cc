// Roots of mounts, as different sources have them.
#include "model/mount_paths.h"

#include <gtest/gtest.h>

namespace cttrace {
namespace {

TEST(MountPaths, ATableSaysOfARootThatItWasDeleted) {
  EXPECT_TRUE(is_root("/a", "/a"));
  EXPECT_TRUE(is_root("/a//deleted", "/a"));
  EXPECT_FALSE(is_root("/a//deleted", "/b"));
  EXPECT_FALSE(is_root("/a", "/a//deleted"));
  // Both are from a table.
  EXPECT_TRUE(is_root("/a//deleted", "/a//deleted"));
}

}  // namespace
}  // namespace cttrace
