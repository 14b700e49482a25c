// Mounts after something was lost that may have changed them.
#include <fcntl.h>
#include <gtest/gtest.h>

#include "cttrace/mount_rows.h"
#include "mount_world.h"

namespace cttrace {
namespace {

File tree_root(uint32_t mount_id) {
  File file{.path = "/", .fs_type = "tmpfs"};
  file.mount_id = file.mount_parent_id = mount_id;
  file.detached = true;
  return file;
}

class ModelMountDoubt : public testing::Test {
 protected:
  void lose(uint64_t records) {
    Loss loss{.time_ns = world_.now()};
    loss.counts[CT_LOSS_RING_FULL] = records;
    world_.apply(loss);
  }
  std::string_view doubt(const Task& of) { return world_.state().doubt_of(world_.ns(of, CT_NS_MNT).mounts); }
  Evidence evidence_of_root(const Task& of) { return world_.state().fs_of(world_.task(of))->root.evidence; }

  MountWorld world_;
};

TEST_F(ModelMountDoubt, NothingIsDoubtedWhereNothingWasLost) {
  world_.mounts(world_.host, "m", "/mnt", "tmpfs");
  lose(0);
  EXPECT_EQ(doubt(world_.host), "");
  EXPECT_EQ(evidence_of_root(world_.host), Evidence::kObserved);
}

TEST_F(ModelMountDoubt, EveryTableThatIsThere) {
  const Task other = world_.in_a_copy(world_.host, 11);
  lose(3);
  EXPECT_EQ(doubt(world_.host), "3 records were lost");
  EXPECT_EQ(doubt(other), "3 records were lost");
  EXPECT_EQ(evidence_of_root(other), Evidence::kUnknown);
}

TEST_F(ModelMountDoubt, CopiesAreAsDoubtfulAsTheirOriginals) {
  lose(3);
  EXPECT_EQ(doubt(world_.in_a_copy(world_.host, 11)), "3 records were lost");
}

// Nobody sees a descriptor being passed on by SCM_RIGHTS.
TEST_F(ModelMountDoubt, WhoseMasterMayHaveBeenPassedOnInADetachedTree) {
  world_.mounts(world_.host, "m", "/mnt", "tmpfs");
  world_.makes(world_.host, "/mnt", MS_SHARED);
  for (const bool copies : {false, true}) {
    const Task other = world_.in_a_copy(world_.host, copies ? 12 : 11);
    world_.makes(world_.host, "/mnt", MS_SLAVE);
    if (copies)
      world_.calls(other, "open_tree", {AT_FDCWD, "/mnt", OPEN_TREE_CLONE}, [](Call& call) {
        call.result = 5;
        call.returned_file = tree_root(77);
      });
    EXPECT_EQ(doubt(world_.host), "");
    world_.ends(other);
    world_.goes_on(world_.host);
    EXPECT_EQ(doubt(world_.host),
              copies ? "whose slaves mounts are: a detached tree may be gone, or be passed on" : "");
    world_.makes(world_.host, "/mnt", MS_SHARED);
  }
}

TEST_F(ModelMountDoubt, AClosedTreeLivesWhereSomebodyShowsItAgain) {
  world_.mounts(world_.host, "m", "/mnt", "tmpfs");
  // By ptrace nobody says how many hold it: one may be on its way through a socket.
  for (const uint32_t references : {1u, 0u}) {
    const uint32_t id = 77 + references;
    const Task other = world_.in_a_copy(world_.host, 11 + references);
    world_.calls(world_.host, "open_tree", {AT_FDCWD, "/mnt", OPEN_TREE_CLONE}, [&](Call& call) {
      call.result = 5;
      call.returned_file = tree_root(id);
    });
    world_.calls(world_.host, "close", {5}, [&](Call& call) {
      call.args[0].file = tree_root(id);
      call.args[0].file->references = references;
    });
    world_.calls(other, "move_mount", {7, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH},
                 [&](Call& call) { call.args[0].file = call.args[1].base = tree_root(id); });
    EXPECT_EQ(doubt(other).empty(), references == 0);
  }
}

TEST_F(ModelMountDoubt, TheKernelSaysAtTheEndWhoElseHasADetachedTree) {
  world_.mounts(world_.host, "m", "/mnt", "tmpfs");
  for (const uint32_t others : {0u, 1u}) {
    world_.makes(world_.host, "/mnt", MS_SHARED);
    const Task other = world_.in_a_copy(world_.host, 11 + others);
    world_.makes(world_.host, "/mnt", MS_SLAVE);
    world_.calls(other, "open_tree", {AT_FDCWD, "/mnt", OPEN_TREE_CLONE}, [&](Call& call) {
      call.result = 5;
      call.returned_file = tree_root(77 + others);
    });
    File held = tree_root(77 + others);
    held.fd = 5;
    held.references = 1 + others;
    world_.apply(TaskExit{.task = other, .time_ns = world_.now(), .last_of_process = true, .held = {{held}}});
    world_.goes_on(world_.host);
    EXPECT_EQ(doubt(world_.host), "");
    const MountTree& tree = world_.tree(world_.host);
    // Its master is the detached copy, where that is still held.
    EXPECT_EQ(tree.at(tree.in_tree_order().back()).master != 0, others == 1);
  }
}

// By ptrace nobody says how many there are.
TEST_F(ModelMountDoubt, AtTheEndItMayBeToldOnlyThatSomebodyElseHasADetachedTree) {
  world_.mounts(world_.host, "m", "/mnt", "tmpfs");
  for (const bool shared : {false, true}) {
    world_.makes(world_.host, "/mnt", MS_SHARED);
    const Task other = world_.in_a_copy(world_.host, 11 + shared);
    world_.makes(world_.host, "/mnt", MS_SLAVE);
    const uint32_t id = 77 + shared;
    world_.calls(other, "open_tree", {AT_FDCWD, "/mnt", OPEN_TREE_CLONE}, [&](Call& call) {
      call.result = 5;
      call.returned_file = tree_root(id);
    });
    // Another one of its own was not seen to come.
    std::vector<File> held(2, tree_root(id));
    held[0].fd = 5;
    held[1].fd = 6;
    held[0].shared = held[1].shared = shared;
    world_.apply(TaskExit{.task = other, .time_ns = world_.now(), .last_of_process = true, .held = held});
    world_.goes_on(world_.host);
    const MountTree& tree = world_.tree(world_.host);
    EXPECT_EQ(tree.at(tree.in_tree_order().back()).master != 0, shared);
  }
}

TEST_F(ModelMountDoubt, AMountThatOnlyMayBeTheOneIsNotTakenForIt) {
  const Task other = world_.in_a_copy(world_.host, 11);  // its mounts have ids that nobody knows yet
  world_.executes(other, [](Snapshot& snapshot) { snapshot.namespaces[CT_NS_MNT] = 4000; });
  lose(3);
  const auto somewhere = [](Snapshot& snapshot) {
    snapshot.root = File{.path = "/"};
    snapshot.root->fs_type = "ext4";
    snapshot.root->mount_id = 77;
    snapshot.root->dev_minor = 20;
    snapshot.root->mount_ns = snapshot.namespaces[CT_NS_MNT] = 4000;
  };
  world_.executes(other, somewhere);
  EXPECT_EQ(evidence_of_root(other), Evidence::kUnknown);
}

TEST_F(ModelMountDoubt, WhatWasLostIsToldOfOnce) {
  lose(3);
  lose(3);  // the same ones
  EXPECT_TRUE(world_.all<BecameUnknown>().empty());
}

TEST_F(ModelMountDoubt, ACopyThatIsMadeDuringACallMayLackItsMount) {
  const auto of = [&](const Task& task) {
    const MountTree& tree = world_.tree(task);
    return tree.at(tree.in_tree_order().back()).evidence;
  };
  world_.mounts(world_.host, "m", "/mnt", "tmpfs", 0, [](Call& call) { call.duration_ns = 15; });
  const Task during = world_.in_a_copy(world_.host, 11), after = world_.in_a_copy(world_.host, 12);
  EXPECT_EQ(of(during), Evidence::kUnknown);
  EXPECT_EQ(of(after), Evidence::kInferred);
  EXPECT_EQ(of(world_.host), Evidence::kInferred);
  // No difference then, whichever of both the kernel has.
  const std::vector<MountRow> rows =
      mount_rows(world_.state(), world_.ns(during, CT_NS_MNT).mounts, world_.state().fs_of(world_.task(during))->root);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_TRUE(differences(rows, {rows[0]}).empty());
  EXPECT_FALSE(differences(rows, {rows[1]}).empty());
}

}  // namespace
}  // namespace cttrace
