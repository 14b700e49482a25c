// How containers that have been told are found again.
#include <gtest/gtest.h>
#include <sched.h>

#include "story/known.h"

namespace cttrace {
namespace {

constexpr uint32_t kMounts = 7, kPids = 8;

Known container(uint32_t number, uint32_t mounts, const std::string& called = "web") {
  Known known{.number = number};
  known.own = {{CLONE_NEWNS, mounts}};
  known.called = called;
  return known;
}

TEST(KnownContainers, ANamespaceThatWasMadeForTwoIsTheLatestOnes) {
  KnownContainers all;
  all.add(container(1, kMounts));
  all.add(container(2, kMounts));
  EXPECT_EQ(all.owner_of(CLONE_NEWNS, kMounts), 2u);
  EXPECT_EQ(all.owner_of(CLONE_NEWPID, kMounts), 0u);
  EXPECT_EQ(all.owner_of(CLONE_NEWNS, kPids), 0u);
}

TEST(KnownContainers, ANamespaceWithoutANumberIsNobodys) {
  KnownContainers all;
  all.add(container(1, 0));
  EXPECT_EQ(all.owner_of(CLONE_NEWNS, 0), 0u);
}

TEST(KnownContainers, SeveralMayGoByOneWord) {
  KnownContainers all;
  all.add(container(1, 11, "web"));
  all.add(container(2, 12, "db"));
  all.add(container(3, 13, "web"));
  EXPECT_EQ(all.called("web"), (std::set<uint32_t>{1, 3}));
  EXPECT_TRUE(all.called("").empty());
}

TEST(KnownContainers, OneIsOneOfManyAsLongAsAnotherOfItsNameLives) {
  KnownContainers all;
  Known first = container(1, 11), second = container(2, 12), other = container(3, 13);
  first.short_name = second.short_name = "web";
  other.short_name = "db";
  first.program.tid = 70;
  const Known& known = all.add(std::move(first));
  EXPECT_FALSE(all.about(known).is_one_of_many);
  EXPECT_EQ(all.about(known).program_pid, 70u);
  Known& another = all.add(std::move(second));
  EXPECT_TRUE(all.about(known).is_one_of_many);
  EXPECT_FALSE(all.about(all.add(std::move(other))).is_one_of_many);
  all.has_ended(another);
  EXPECT_FALSE(all.about(known).is_one_of_many);
  EXPECT_TRUE(all.about(another).is_one_of_many);
}

TEST(KnownContainers, OfVeryManyOnlyThoseThatHaveEndedAreForgotten) {
  KnownContainers all;
  all.add(container(1, 1, "runs"));
  Known ended = container(2, 2, "ended");
  ended.ended = true;
  all.add(std::move(ended));
  Known left = container(3, 3, "left");
  left.ended = true;
  left.processes = 1;  // its program has left some behind
  all.add(std::move(left));
  uint32_t number = 3;
  while (all.find(2) && number < 100'000) {
    ++number;
    all.add(container(number, number, "more"));
  }
  EXPECT_EQ(all.find(2), nullptr);
  EXPECT_EQ(all.owner_of(CLONE_NEWNS, 2), 0u);
  EXPECT_TRUE(all.called("ended").empty());
  EXPECT_TRUE(all.of_program({}).contains(1));
  EXPECT_FALSE(all.of_program({}).contains(2));
  for (const uint32_t kept : {1u, 3u, 4u, number}) {
    ASSERT_NE(all.find(kept), nullptr) << kept;
    EXPECT_EQ(all.owner_of(CLONE_NEWNS, kept), kept);
  }
}

}  // namespace
}  // namespace cttrace
