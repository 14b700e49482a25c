// What one mount call does to the mounts of other namespaces and other places, by fs/pnode.c and fs/namespace.c.
#include <gtest/gtest.h>

#include "mount_world.h"

namespace cttrace {
namespace {

constexpr char kShared[] =
    "20 1 0:20 / / rw shared:1 - ext4 /dev/vda rw\n"
    "21 20 0:21 / /srv rw shared:2 - tmpfs srv rw\n";
constexpr char kPrivate[] =
    "20 1 0:20 / / rw - ext4 /dev/vda rw\n"
    "21 20 0:21 / /srv rw - tmpfs srv rw\n";

// Without the mount that nobody can see, of which all tables tell first.
std::string table(MountWorld& world, const Task& of) { return world.table(of).substr(std::string("/ , ").size()); }

TEST(ModelPropagation, PrivateMountsKeepToThemselves) {
  MountWorld world(kPrivate);
  const Task child = world.in_a_copy(world.host, 11);
  world.mounts(world.host, "a", "/srv/a", "tmpfs");
  EXPECT_EQ(table(world, child), "/ /dev/vda, /srv srv");
  world.unmounts(child, "/srv");
  EXPECT_EQ(table(world, world.host), "/ /dev/vda, /srv srv, /srv/a a");
  EXPECT_EQ(table(world, child), "/ /dev/vda");
}

TEST(ModelPropagation, ATableInWhichAGroupIsItsOwnMastersMasterIsDoubted) {
  for (const std::string master : {"master:1", "master:2"}) {
    MountWorld world("20 1 0:20 / / rw shared:1 " + master +
                     " - ext4 /dev/vda rw\n"
                     "21 20 0:21 / /srv rw shared:2 master:1 - tmpfs srv rw\n");
    EXPECT_EQ(world.state().doubt_of(world.ns(world.host, CT_NS_MNT).mounts),
              "whose slaves mounts are: its table makes no sense");
    world.mounts(world.host, "a", "/srv/a", "tmpfs");
    EXPECT_NE(table(world, world.host).find("/srv/a a"), std::string::npos);
  }
}

TEST(ModelPropagation, PeersGetWhatComesAndLoseWhatGoes) {
  MountWorld world(kShared);
  const Task child = world.in_a_copy(world.host, 11);
  world.mounts(child, "a", "/srv/a", "tmpfs");
  const std::string both = "/ /dev/vda shared:1, /srv srv shared:2, /srv/a a shared:3";
  EXPECT_EQ(table(world, world.host), both);
  EXPECT_EQ(table(world, child), both);
  ASSERT_EQ(world.all<MountChanged>().size(), 2u);
  EXPECT_EQ(world.all<MountChanged>()[0].propagated, false);
  EXPECT_EQ(world.all<MountChanged>()[1].propagated, true);
  // A peer of the root's, but not of what is mounted there.
  world.unmounts(world.host, "/srv/a");
  EXPECT_EQ(table(world, child), "/ /dev/vda shared:1, /srv srv shared:2");
}

TEST(ModelPropagation, SlavesReceiveAndDoNotSend) {
  MountWorld world(kShared);
  const Task child = world.in_a_copy(world.host, 11);
  world.makes(child, "/", MS_SLAVE | MS_REC);
  EXPECT_EQ(table(world, world.host), "/ /dev/vda shared:1, /srv srv shared:2");
  EXPECT_EQ(table(world, child), "/ /dev/vda master:1, /srv srv master:2");
  world.mounts(world.host, "a", "/srv/a", "tmpfs");
  world.mounts(child, "b", "/srv/b", "tmpfs");
  EXPECT_EQ(table(world, world.host), "/ /dev/vda shared:1, /srv srv shared:2, /srv/a a shared:3");
  EXPECT_EQ(table(world, child), "/ /dev/vda master:1, /srv srv master:2, /srv/a a master:3, /srv/b b");
}

TEST(ModelPropagation, ASlaveThatIsSharedPassesOn) {
  MountWorld world(kShared);
  const Task middle = world.in_a_copy(world.host, 11);
  world.makes(middle, "/srv", MS_SLAVE);
  world.makes(middle, "/srv", MS_SHARED);
  const Task last = world.in_a_copy(middle, 12);
  world.makes(last, "/srv", MS_SLAVE);
  world.mounts(world.host, "a", "/srv/a", "tmpfs");
  EXPECT_EQ(table(world, world.host), "/ /dev/vda shared:1, /srv srv shared:2, /srv/a a shared:3");
  EXPECT_EQ(table(world, middle), "/ /dev/vda shared:1, /srv srv shared:4 master:2, /srv/a a shared:5 master:3");
  EXPECT_EQ(table(world, last), "/ /dev/vda shared:1, /srv srv master:4, /srv/a a master:5");
  // With the one in the middle gone they have its master.
  world.makes(middle, "/srv", MS_PRIVATE);
  EXPECT_EQ(table(world, last), "/ /dev/vda shared:1, /srv srv master:2, /srv/a a master:5");
  EXPECT_EQ(table(world, middle), "/ /dev/vda shared:1, /srv srv, /srv/a a shared:5 master:3");
}

TEST(ModelPropagation, SlavesOfNobodyArePrivate) {
  MountWorld world(kShared);
  const Task child = world.in_a_copy(world.host, 11);
  world.makes(child, "/srv", MS_SLAVE);
  world.unmounts(world.host, "/srv", MNT_DETACH);
  // The mount that it was a slave of was the last of its group; and the root, of which both have one, has lost it too.
  EXPECT_EQ(table(world, world.host), "/ /dev/vda shared:1");
  EXPECT_EQ(table(world, child), "/ /dev/vda shared:1");
}

TEST(ModelPropagation, AnotherUserNamespaceGetsSlavesThatAreLocked) {
  MountWorld world(kShared);
  const Task child = world.in_a_copy(world.host, 11, CLONE_NEWUSER);
  EXPECT_EQ(table(world, child), "/ /dev/vda master:1, /srv srv master:2");
  const MountTree& tree = world.tree(child);
  for (const Slot slot : tree.in_tree_order()) EXPECT_TRUE(tree.at(slot).locked);
  // What comes by propagation as one mount is not, so that it can go alone.
  world.mounts(world.host, "a", "/srv/a", "tmpfs");
  EXPECT_EQ(table(world, child), "/ /dev/vda master:1, /srv srv master:2, /srv/a a master:3");
  const std::vector<Slot> slots = world.tree(child).in_tree_order();
  EXPECT_FALSE(world.tree(child).at(slots.back()).locked);
}

TEST(ModelPropagation, BindsArePeersOfWhatTheyShow) {
  MountWorld world(kShared);
  world.binds(world.host, "/srv/x", "/mnt");
  EXPECT_EQ(table(world, world.host), "/ /dev/vda shared:1, /mnt srv[/x] shared:2, /srv srv shared:2");
  // What is not below the bound directory does not show.
  world.mounts(world.host, "a", "/srv/y", "tmpfs");
  world.mounts(world.host, "b", "/srv/x/b", "tmpfs");
  EXPECT_EQ(table(world, world.host),
            "/ /dev/vda shared:1, /mnt srv[/x] shared:2, /mnt/b b shared:3, /srv srv shared:2, /srv/x/b b shared:3, "
            "/srv/y a shared:4");
  world.unmounts(world.host, "/mnt/b");
  EXPECT_EQ(table(world, world.host),
            "/ /dev/vda shared:1, /mnt srv[/x] shared:2, /srv srv shared:2, /srv/y a shared:4");
}

TEST(ModelPropagation, UnbindableMountsAreLeftOut) {
  MountWorld world(kPrivate);
  world.mounts(world.host, "a", "/srv/a", "tmpfs");
  world.mounts(world.host, "b", "/srv/a/b", "tmpfs");
  world.mounts(world.host, "c", "/srv/c", "tmpfs");
  world.makes(world.host, "/srv/a", MS_UNBINDABLE);
  world.binds(world.host, "/srv", "/mnt", MS_REC);
  EXPECT_EQ(table(world, world.host),
            "/ /dev/vda, /mnt srv, /mnt/c c, /srv srv, /srv/a a unbindable, /srv/a/b b, /srv/c c");
}

TEST(ModelPropagation, WhatIsThereAlreadyCoversWhatPropagates) {
  MountWorld world(kShared);
  const Task child = world.in_a_copy(world.host, 11);
  world.makes(child, "/srv", MS_SLAVE);
  world.mounts(child, "own", "/srv/a", "tmpfs");
  world.mounts(world.host, "a", "/srv/a", "tmpfs");
  // The child's own is on top of the one that came.
  EXPECT_EQ(table(world, child), "/ /dev/vda shared:1, /srv srv master:2, /srv/a a master:3, /srv/a own");
  world.unmounts(world.host, "/srv/a");
  EXPECT_EQ(table(world, child), "/ /dev/vda shared:1, /srv srv master:2, /srv/a own");
}

TEST(ModelPropagation, AMoveTakesAllThatIsBelow) {
  MountWorld world(kPrivate);
  world.mounts(world.host, "a", "/srv/a", "tmpfs");
  world.mounts(world.host, "", "/srv", "", MS_REMOUNT | MS_BIND | MS_NOSUID);
  world.mounts(world.host, "/srv", "/mnt/new", "", MS_MOVE);
  EXPECT_EQ(table(world, world.host), "/ /dev/vda, /mnt/new srv, /mnt/new/a a");
  ASSERT_EQ(world.all<MountChanged>().size(), 1u);
  EXPECT_EQ(world.all<MountChanged>()[0].before_path, "/srv");
}

TEST(ModelPropagation, ALazyUmountTakesAllThatIsBelow) {
  MountWorld world(kShared);
  const Task child = world.in_a_copy(world.host, 11);
  world.mounts(world.host, "a", "/srv/a", "tmpfs");
  world.mounts(world.host, "b", "/srv/a/b", "tmpfs");
  world.unmounts(world.host, "/srv/a", MNT_DETACH);
  EXPECT_EQ(table(world, world.host), "/ /dev/vda shared:1, /srv srv shared:2");
  EXPECT_EQ(table(world, child), "/ /dev/vda shared:1, /srv srv shared:2");
}

TEST(ModelPropagation, PivotRootSwapsAndTheOldOneGoes) {
  MountWorld world(kPrivate);
  const Task child = world.in_a_copy(world.host, 11);
  world.mounts(child, "p", "/srv/proc", "proc");
  world.calls(child, "chdir", {"/srv"});
  world.calls(child, "pivot_root", {".", "."});
  EXPECT_EQ(table(world, child), "/ srv, / /dev/vda, /proc p");
  world.unmounts(child, ".", MNT_DETACH);
  EXPECT_EQ(table(world, child), "/ srv, /proc p");
  EXPECT_EQ(table(world, world.host), "/ /dev/vda, /srv srv");
  const FsStruct& fs = *world.state().fs_of(world.task(child));
  EXPECT_EQ(world.tree(child).at(fs.root.mount.slot).source, "srv");
}

TEST(ModelPropagation, ACallThatFailedChangesNothing) {
  MountWorld world(kShared);
  world.mounts(world.host, "a", "/srv/a", "tmpfs", 0, [](Call& call) { call.result = -1; });
  EXPECT_EQ(table(world, world.host), "/ /dev/vda shared:1, /srv srv shared:2");
  EXPECT_TRUE(world.changes.empty());
}

TEST(ModelPropagation, WhatCannotBePlacedIsSaid) {
  MountWorld world(kShared);
  world.unmounts(world.host, "/nothing/there");
  EXPECT_EQ(table(world, world.host), "/ /dev/vda shared:1, /srv srv shared:2");
  EXPECT_EQ(world.all<BecameUnknown>().size(), 1u);
}

}  // namespace
}  // namespace cttrace
