#include "source/upstream.h"

#include <gtest/gtest.h>

namespace cttrace::test {
namespace {

using Inodes = std::set<uint32_t>;

std::string row(const std::string& groups, const std::string& behind = "tmpfs tmpfs rw") {
  return "30 20 0:30 / /at\\040it rw,relatime" + (groups.empty() ? "" : " " + groups) + " - " + behind + "\n";
}

TEST(Upstream, PeersAndMastersAre) {
  const std::map<uint32_t, std::string> others = {
      {1, row("shared:7")}, {2, row("shared:8")}, {3, row("shared:9 master:7")},
      {4, row("master:7")}, {5, row("")},         {6, row("") + row("unbindable")}};
  EXPECT_EQ(upstream_of({row("shared:7")}, others), Inodes{1});
  EXPECT_EQ(upstream_of({row("master:8")}, others), Inodes{2});
  EXPECT_EQ(upstream_of({row("shared:20 master:8 propagate_from:7")}, others), Inodes{2});
  EXPECT_EQ(upstream_of({row(""), row("master:7")}, others), Inodes{1});
  EXPECT_EQ(upstream_of({row("") + row("master:7") + row("master:8")}, others), (Inodes{1, 2}));
  EXPECT_EQ(upstream_of({row("shared:70")}, others), Inodes{});
  EXPECT_EQ(upstream_of({row("")}, others), Inodes{});
  EXPECT_EQ(upstream_of({}, others), Inodes{});
  EXPECT_EQ(upstream_of({row("shared:7")}, {}), Inodes{});
}

TEST(Upstream, OneComesByWayOfAnother) {
  const std::map<uint32_t, std::string> others = {{1, row("shared:1")},
                                                  {2, row("shared:2 master:3")},
                                                  {3, row("shared:3 master:1")},
                                                  {4, row("shared:4 master:2")}};
  EXPECT_EQ(upstream_of({row("master:2")}, others), (Inodes{1, 2, 3}));
  EXPECT_EQ(upstream_of({row("shared:1")}, others), Inodes{1});
}

TEST(Upstream, WhatIsCalledLikeAGroupIsNone) {
  EXPECT_EQ(upstream_of({row("shared:7")}, {{1, row("", "tmpfs shared:7 rw shared:7")}}), Inodes{});
  EXPECT_EQ(upstream_of({row("master:7", "tmpfs master:8 rw")}, {{1, row("shared:8")}}), Inodes{});
  for (const char* const wrong : {"shared:", "shared:x", "shared:99999999999999999999", "shared", "shared:7"}) {
    std::string half = row(wrong);
    half.pop_back();
    EXPECT_EQ(upstream_of({half}, {{1, row("shared:7")}}), std::string(wrong) == "shared:7" ? Inodes{1} : Inodes{});
  }
}

}  // namespace
}  // namespace cttrace::test
