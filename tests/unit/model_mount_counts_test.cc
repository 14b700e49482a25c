// What the kernel says after a call of how many mounts there are, and which came last.
#include <gtest/gtest.h>

#include "mount_world.h"

namespace cttrace {
namespace {

World::EditCall counted(uint32_t mounts, bool contended = false) {
  return [=](Call& call) {
    call.after.mounts = mounts;
    call.after.contended = contended;
  };
}

class ModelMountCounts : public testing::Test {
 protected:
  void mount_counted(uint32_t mounts, bool contended = false) {
    world_.mounts(world_.host, "m", "/mnt", "tmpfs", 0, counted(mounts, contended));
  }

  MountWorld world_;
};

TEST_F(ModelMountCounts, TheFirstSaysHowManyNobodySees) {
  mount_counted(5);  // the root, what it is on, the new one; and two more
  mount_counted(6);
  mount_counted(7);
  EXPECT_TRUE(world_.all<Contradicted>().empty());
  EXPECT_EQ(world_.tree(world_.host).size(), 5u);
}

TEST_F(ModelMountCounts, AnotherNumberTwiceIsAContradiction) {
  mount_counted(3);
  mount_counted(5);
  EXPECT_TRUE(world_.all<Contradicted>().empty());
  mount_counted(6);
  ASSERT_EQ(world_.all<Contradicted>().size(), 1u);
  EXPECT_EQ(world_.all<Contradicted>()[0].model, "5");
  EXPECT_EQ(world_.all<Contradicted>()[0].kernel, "6");
  EXPECT_EQ(world_.all<BecameUnknown>().size(), 1u);
  // Said once.
  mount_counted(7);
  mount_counted(9);
  EXPECT_TRUE(world_.all<Contradicted>().empty());
}

TEST_F(ModelMountCounts, ACopyIsAsItsOriginalWas) {
  mount_counted(5);  // two that nobody sees
  const Task child = world_.in_a_copy(world_.host, 11);
  world_.mounts(child, "m", "/mnt", "tmpfs", 0, counted(6));
  EXPECT_TRUE(world_.all<BecameUnknown>().empty());
  world_.mounts(child, "m", "/mnt", "tmpfs", 0, counted(8));
  world_.mounts(child, "m", "/mnt", "tmpfs", 0, counted(9));
  EXPECT_EQ(world_.all<Contradicted>().size(), 1u);
}

TEST_F(ModelMountCounts, WhatCameWhileItWasCopiedIsNotKnown) {
  mount_counted(3);
  const Task child = world_.in_a_copy(world_.host, 11);
  world_.mounts(child, "m", "/mnt", "tmpfs", 0, counted(3));  // one less than the model has
  EXPECT_EQ(world_.all<BecameUnknown>().size(), 1u);
  EXPECT_TRUE(world_.all<Contradicted>().empty());
  // Nor is it later, when it has gone with the old root.
  for (const uint32_t count : {5, 6, 7}) {
    world_.mounts(child, "m", "/mnt", "tmpfs", 0, counted(count));
    EXPECT_TRUE(world_.all<Contradicted>().empty());
  }
}

TEST_F(ModelMountCounts, OfWhatWasBeingMountedThenTheNumberTells) {
  const auto lasting = [](Call& call) {
    call.after.mounts = 3;
    call.duration_ns = 15;
  };
  for (const uint32_t copied : {2, 3}) {
    MountWorld world;
    world.mounts(world.host, "m", "/mnt", "tmpfs", 0, lasting);
    const Task child = world.in_a_copy(world.host, 11);
    EXPECT_EQ(world.tree(child).at(world.tree(child).in_tree_order().back()).evidence, Evidence::kUnknown);
    world.mounts(child, "new", "/new", "tmpfs", 0, counted(copied + 1));
    EXPECT_TRUE(world.all<BecameUnknown>().empty());
    EXPECT_EQ(world.state().doubt_of(world.ns(child, CT_NS_MNT).mounts), "");
    EXPECT_EQ(world.table(child), copied == 2 ? "/ , / /dev/vda, /new new" : "/ , / /dev/vda, /mnt m, /new new");
    for (const Slot slot : world.tree(child).in_tree_order()) {
      if (world.tree(child).path_of(slot) != "/mnt") continue;
      EXPECT_EQ(world.tree(child).at(slot).evidence, Evidence::kInferred);
    }
  }
}

TEST_F(ModelMountCounts, WhatAnotherCallHasPerhapsMadeIsNoEvidence) {
  mount_counted(9, true);  // not the first one either
  mount_counted(4);
  mount_counted(8, true);
  mount_counted(8, true);
  mount_counted(7);
  EXPECT_TRUE(world_.all<Contradicted>().empty());
  mount_counted(9);
  mount_counted(10);
  EXPECT_EQ(world_.all<Contradicted>().size(), 1u);
}

TEST_F(ModelMountCounts, TheNewestMountSaysWhereASymbolicLinkLed) {
  const auto on = [](bool contended) {
    return [=](Call& call) {
      File newest{.path = "/run/x"};
      newest.fs_type = "tmpfs";
      newest.mount_id = 40;
      newest.mount_parent_id = 20;
      call.after.newest_mount = newest;
      call.after.contended = contended;
    };
  };
  world_.mounts(world_.host, "m", "/var/run/x", "tmpfs", 0, on(false));
  EXPECT_EQ(world_.table(world_.host), "/ , / /dev/vda, /run/x m");
  // That of a call at the same time says nothing of this one.
  world_.mounts(world_.host, "m", "/var/run/y", "tmpfs", 0, on(true));
  EXPECT_EQ(world_.table(world_.host), "/ , / /dev/vda, /run/x m, /var/run/y m");
}

}  // namespace
}  // namespace cttrace
