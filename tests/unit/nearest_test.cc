// Suggestions for words that are not known.
#include "base/nearest.h"

#include <gtest/gtest.h>

namespace cttrace {
namespace {

using Names = std::vector<std::string_view>;

TEST(Nearest, Misspelt) {
  const Names names = {"--format", "--record", "--ready-fd"};
  EXPECT_EQ(nearest("--formt", names), Names{"--format"});
  EXPECT_EQ(nearest("--fromat", names), Names{"--format"});
  EXPECT_EQ(nearest("--zzzzzzzz", names), Names{});
  EXPECT_EQ(nearest("x", {}), Names{});
  EXPECT_EQ(nearest("shwo", {"diff", "show"}), Names{"show"});
  EXPECT_EQ(nearest("show", {"wosh"}), Names{});
}

TEST(Nearest, Abbreviated) { EXPECT_EQ(nearest("--ready", {"--format", "--ready-fd"}), Names{"--ready-fd"}); }

TEST(Nearest, NearestFirstEachOnceAndNotMoreThanAskedFor) {
  const Names names = {"umount2", "umount", "amount", "mount", "umount2"};
  EXPECT_EQ(nearest("umount", names), (Names{"umount", "umount2", "amount"}));
  EXPECT_EQ(nearest("umount", names, 1), Names{"umount"});
}

TEST(Nearest, LongWordsTakeNoTime) { EXPECT_EQ(nearest(std::string(100'000, 'a'), {"mount"}), Names{}); }

TEST(Nearest, Question) {
  EXPECT_EQ(did_you_mean("mont", {"mount"}), "did you mean mount?");
  EXPECT_EQ(did_you_mean("umount", {"umount2", "umount", "amount"}), "did you mean umount, umount2 or amount?");
  EXPECT_EQ(did_you_mean("zzz", {"mount"}), "");
}

}  // namespace
}  // namespace cttrace
