// --trees: which steps have trees, and what of them is drawn.
#include "render/trees.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mount_world.h"
#include "story/tree_keeper.h"

namespace cttrace {
namespace {

constexpr char kTable[] =
    "20 1 0:20 / / rw - ext4 /dev/vda rw\n"
    "21 20 0:21 / /proc rw,nosuid - proc proc rw\n"
    "22 20 0:22 / /sys rw,nosuid - sysfs sysfs rw\n";

class TreesOfSteps : public testing::Test {
 protected:
  void apply(const Event& event) {
    keeper_.before(event, world_.state());
    world_.apply(event);
    keeper_.after(world_.state().event, world_.changes, world_.state());
    step_.calls.push_back(world_.state().event);
  }
  void calls(std::string_view name, const std::vector<Given>& arguments, const World::EditCall& edit = {}) {
    apply(world_.made(world_.host, name, arguments, edit));
  }
  void binds(const std::string& source, const std::string& target, uint64_t flags = 0) {
    calls("mount", {source, target, "", MS_BIND | flags, null()});
  }
  std::string drawn(const StepFacts& facts, const Style& style = {}) {
    step_.facts = facts;
    const std::optional<Trees> trees = trees_around(step_, &keeper_.changes());
    return trees ? draw_trees(*trees, style) : std::string();
  }

  MountWorld world_{kTable};
  TreeKeeper keeper_;
  Step step_;
};

const MountDone kBind{.how = MountDone::How::kBind};

TEST_F(TreesOfSteps, WhatABindBringsIsMarkedAndTheRestIsLeftOut) {
  binds("/srv/web", "/mnt");
  EXPECT_EQ(drawn(kBind),
            "before: 3 mounts, without what is marked below\n"
            "after\n"
            "    /        ext4  rw  /dev/vda\n"
            "  + `- /mnt  ext4  rw  /dev/vda[/srv/web]\n"
            "  2 mounts, all private; 2 more that do not change\n");
}

TEST_F(TreesOfSteps, SeveralCallsAreOneChange) {
  binds("/srv/a", "/a");
  binds("/srv/b", "/b");
  const std::string text = drawn(kBind);
  EXPECT_NE(text.find("+ |- /a"), std::string::npos) << text;
  EXPECT_NE(text.find("+ `- /b"), std::string::npos) << text;
  EXPECT_EQ(std::ranges::count(text, '+'), 2) << text;
}

TEST_F(TreesOfSteps, WhatIsBoundOverSomethingHidesIt) {
  binds("/srv/empty", "/proc");
  EXPECT_EQ(drawn(kBind),
            "before\n"
            "    /         ext4  rw         /dev/vda\n"
            "  ~ `- /proc  proc  rw,nosuid\n"
            "  2 mounts, all private; 1 more that do not change\n"
            "after\n"
            "    /            ext4  rw         /dev/vda\n"
            "  ~ `- /proc     proc  rw,nosuid  (under ext4)\n"
            "  +    `- /proc  ext4  rw         /dev/vda[/srv/empty]\n"
            "  3 mounts, all private; 1 more that do not change\n");
}

TEST_F(TreesOfSteps, AMove) {
  calls("mount", {"/proc", "/mnt", "", MS_MOVE, null()});
  EXPECT_EQ(drawn(MountDone{.how = MountDone::How::kMove}),
            "before\n"
            "    /         ext4  rw         /dev/vda\n"
            "  > `- /proc  proc  rw,nosuid\n"
            "  2 mounts, all private; 1 more that do not change\n"
            "after\n"
            "    /        ext4  rw         /dev/vda\n"
            "  > `- /mnt  proc  rw,nosuid\n"
            "  2 mounts, all private; 1 more that do not change\n");
}

TEST_F(TreesOfSteps, APivotSaysWhatBecameOfTheOldRoot) {
  world_.binds(world_.host, "/srv/web", "/srv/web");
  calls("pivot_root", {"/srv/web", "/srv/web/old"});
  EXPECT_EQ(drawn(RootSwitched{}),
            "before\n"
            "  > /            ext4  rw  /dev/vda\n"
            "  > `- /srv/web  (becomes the root)  ext4  rw  /dev/vda[/srv/web]\n"
            "  2 mounts, all private; 2 more that do not change\n"
            "after\n"
            "  > /        ext4  rw  /dev/vda[/srv/web]\n"
            "  > `- /old  (the old root)  ext4  rw  /dev/vda\n"
            "  2 mounts, all private; 2 more that do not change\n");
}

TEST_F(TreesOfSteps, AnOldRootThatIsDetachedIsGone) {
  world_.binds(world_.host, "/srv/web", "/srv/web");
  calls("pivot_root", {"/srv/web", "/srv/web/old"});
  calls("umount2", {"/old", MNT_DETACH});
  EXPECT_EQ(drawn(RootSwitched{}),
            "before\n"
            "  - /            ext4   rw         /dev/vda\n"
            "  - |- /proc     proc   rw,nosuid\n"
            "  > |- /srv/web  (becomes the root)  ext4   rw         /dev/vda[/srv/web]\n"
            "  - `- /sys      sysfs  rw,nosuid\n"
            "  4 mounts, all private\n"
            "after\n"
            "  > /  ext4  rw  /dev/vda[/srv/web]\n"
            "  1 mount, private\n");
}

TEST_F(TreesOfSteps, AChrootChangesNoMount) {
  world_.binds(world_.host, "/srv/web", "/srv/web");
  calls("chroot", {"/srv/web"});
  EXPECT_EQ(drawn(RootSwitched{.how = RootSwitched::How::kChroot}),
            "before\n"
            "    /            ext4  rw  /dev/vda\n"
            "    `- /srv/web  (becomes the root)  ext4  rw  /dev/vda[/srv/web]\n"
            "  2 mounts, all private; 2 more that do not change\n"
            "after\n"
            "    /  ext4  rw  /dev/vda[/srv/web]\n"
            "  1 mount, private; 3 more outside this root\n");
}

TEST_F(TreesOfSteps, AChrootIntoADirectory) {
  calls("chroot", {"/srv/web"});
  EXPECT_EQ(drawn(RootSwitched{.how = RootSwitched::How::kChroot}),
            "before\n"
            "    /  (its directory /srv/web becomes the root)  ext4  rw  /dev/vda\n"
            "  1 mount, private; 2 more that do not change\n"
            "after\n"
            "    /  ext4  rw  (its directory /srv/web) /dev/vda\n"
            "  1 mount, private; 2 more outside this root\n");
}

TEST_F(TreesOfSteps, StepsOfOtherKindsHaveNone) {
  calls("mount", {"none", "/mnt", "tmpfs", 0, null()});
  EXPECT_EQ(drawn(MountDone{.how = MountDone::How::kNew}), "");
  EXPECT_EQ(drawn(CallMade{}), "");
}

TEST_F(TreesOfSteps, WhatFailedOrLeftNothingHasNone) {
  calls("mount", {"/a", "/mnt", "", MS_BIND, null()}, [](Call& call) { call.result = -1; });
  EXPECT_EQ(drawn(kBind), "");
  binds("/a", "/mnt");
  calls("umount2", {"/mnt", 0});
  EXPECT_EQ(drawn(kBind), "");
  step_.error = 2;
  binds("/a", "/mnt");
  EXPECT_EQ(drawn(kBind), "");
}

TEST_F(TreesOfSteps, WithoutTreesThereIsNone) {
  binds("/srv/web", "/mnt");
  step_.facts = kBind;
  EXPECT_FALSE(trees_around(step_, nullptr));
}

TEST_F(TreesOfSteps, InJsonBothAreWhole) {
  binds("/srv/web", "/mnt");
  step_.facts = kBind;
  const std::optional<Trees> trees = trees_around(step_, &keeper_.changes());
  ASSERT_TRUE(trees);
  const Json json = json_trees(*trees);
  const auto paths = [](const Json& tree) {
    std::vector<std::string> all;
    for (const Json& mount : tree["mounts"])
      if (mount["path"].is_string()) all.push_back(mount["path"]);
    std::ranges::sort(all);
    return all;
  };
  EXPECT_EQ(paths(json["before"]), (std::vector<std::string>{"/", "/proc", "/sys"}));
  EXPECT_EQ(paths(json["after"]), (std::vector<std::string>{"/", "/mnt", "/proc", "/sys"}));
  EXPECT_TRUE(json["before"]["marked"].empty());
  ASSERT_EQ(json["after"]["marked"].size(), 1u);
  EXPECT_EQ(json["after"]["marked"][0]["as"], "new");
  EXPECT_EQ(json["after"]["root"], "/");
}

TEST_F(TreesOfSteps, InJsonALargeTreeIsWhatIsMarkedAndWhatThatIsOn) {
  world_.binds(world_.host, "/srv", "/deep");
  for (int i = 0; i < 300; ++i) world_.binds(world_.host, "/srv", "/many/" + std::to_string(i));
  binds("/srv/web", "/deep/web");
  step_.facts = kBind;
  const Json json = json_trees(*trees_around(step_, &keeper_.changes()));
  const auto paths = [](const Json& tree) {
    std::vector<std::string> all;
    for (const Json& mount : tree["mounts"])
      if (mount["path"].is_string()) all.push_back(mount["path"]);
    return all;
  };
  EXPECT_EQ(paths(json["before"]), std::vector<std::string>{"/"});
  EXPECT_EQ(json["before"]["left_out"], 303);
  EXPECT_EQ(paths(json["after"]), (std::vector<std::string>{"/", "/deep", "/deep/web"}));
  EXPECT_EQ(json["after"]["mounts"].back()["id"], json["after"]["marked"][0]["id"]);
  EXPECT_EQ(json["after"]["left_out"], 302);
}

TEST_F(TreesOfSteps, InJsonOfALargeTreeItIsSaidWhatHidesWhat) {
  for (int i = 0; i < 300; ++i) world_.binds(world_.host, "/srv", "/many/" + std::to_string(i));
  binds("/srv/web", "/many/7");
  step_.facts = kBind;
  const Json mounts = json_trees(*trees_around(step_, &keeper_.changes()))["after"]["mounts"];
  // On what is on no path, and on the root.
  ASSERT_EQ(mounts.size(), 4u) << mounts.dump(1);
  EXPECT_EQ(mounts[2]["path"], "/many/7");
  EXPECT_EQ(mounts[2].value("hidden", false), true);
  EXPECT_EQ(mounts[2].value("hidden_by", Json()), mounts[3]["id"]);
  EXPECT_FALSE(mounts[3].contains("hidden"));
}

// It was bound before, and does not change.
TEST_F(TreesOfSteps, InJsonOfALargeTreeTheNewRootIsThere) {
  for (int i = 0; i < 300; ++i) world_.binds(world_.host, "/srv", "/many/" + std::to_string(i));
  calls("chroot", {"/many/7"});
  step_.facts = RootSwitched{};
  const Json before = json_trees(*trees_around(step_, &keeper_.changes()))["before"];
  ASSERT_EQ(before["mounts"].size(), 3u) << before.dump(1);
  EXPECT_EQ(before["mounts"][2]["path"], "/many/7");
  EXPECT_EQ(before["left_out"], 301);
}

// As who keeps them does where there are too many.
TEST_F(TreesOfSteps, WhereOneOfThemWasNotKeptBothAreLeftOut) {
  binds("/srv/a", "/a");
  const Call last = world_.made(world_.host, "mount", {"/srv/b", "/b", "", MS_BIND, null()});
  keeper_.before(last, {});
  world_.apply(last);
  keeper_.after(world_.state().event, world_.changes, {});
  step_.calls.push_back(world_.state().event);
  EXPECT_EQ(drawn(kBind), "trees left out: too many mounts\n");
  const std::optional<Trees> trees = trees_around(step_, &keeper_.changes());
  ASSERT_TRUE(trees);
  EXPECT_TRUE(json_trees(*trees).is_null());
}

TEST_F(TreesOfSteps, AlsoWhereTheFirstOneWasNotKept) {
  const Call first = world_.made(world_.host, "mount", {"/srv/a", "/a", "", MS_BIND, null()});
  keeper_.before(first, {});
  world_.apply(first);
  keeper_.after(world_.state().event, world_.changes, {});
  step_.calls.push_back(world_.state().event);
  binds("/srv/b", "/b");
  EXPECT_EQ(drawn(kBind), "trees left out: too many mounts\n");
}

TEST_F(TreesOfSteps, OfVeryManyTheLatestAreKept) {
  for (int i = 0; i < 5000; ++i) {
    binds("/srv/web", "/mnt");
    calls("umount2", {"/mnt", 0});
  }
  EXPECT_EQ(keeper_.changes().size(), 4096u);
  EXPECT_EQ(keeper_.changes().rbegin()->first, world_.state().event);
}

}  // namespace
}  // namespace cttrace
