// The root switches of a set-up are bounded, whatever a process does to its root.
#include "story/roots.h"

#include <gtest/gtest.h>

namespace cttrace {
namespace {

TEST(Roots, OfChrootsThatFollowEachOtherTheLastOneCounts) {
  Roots roots;
  roots.became("/bundle/rootfs");
  for (int i = 0; i < 100'000; ++i) roots.narrowed("/srv", {.tid = 7});
  roots.narrowed("/srv/web", {.tid = 7});
  EXPECT_EQ(roots.count(), 2u);
  EXPECT_EQ(roots.of_namespace(), 1u);
  EXPECT_EQ(roots.inside("/srv/web/index", 2), "/index");
}

TEST(Roots, AreNotKeptWithoutEnd) {
  Roots roots;
  for (uint32_t i = 0; i < 100'000; ++i) roots.narrowed("/" + std::to_string(i), {.tid = i % 2});
  EXPECT_LT(roots.count(), 5'000u);
  EXPECT_EQ(roots.inside("/99999/a", roots.count()), "/a");
}

}  // namespace
}  // namespace cttrace
