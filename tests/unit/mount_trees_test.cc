// Mount trees as data: what is where, what hides what, and what a copy costs.
#include "model/mount_trees.h"

#include <gtest/gtest.h>

#include "mount_world.h"

namespace cttrace {
namespace {

Slot add(MountTree& tree, Slot parent, const std::string& mountpoint, const std::string& root = "/",
         FilesystemId filesystem = 1) {
  return MountTreeEditor(tree).add(
      {.parent = parent, .root = root, .mountpoint = mountpoint, .filesystem = filesystem});
}

TEST(MountTrees, OfTwoOnOneMountpointTheLaterIsSeen) {
  MountTree tree;
  const Slot root = add(tree, kNoSlot, "");
  const Slot first = add(tree, root, "/a"), second = add(tree, root, "/a");
  EXPECT_EQ(tree.mounted_on(root, "/a"), second);
  EXPECT_TRUE(tree.hidden(first));
  EXPECT_FALSE(tree.hidden(second));
  MountTreeEditor(tree).remove(second);
  EXPECT_EQ(tree.mounted_on(root, "/a"), first);
  EXPECT_FALSE(tree.hidden(first));
  EXPECT_EQ(tree.mounted_on(root, "/"), kNoSlot);
  EXPECT_EQ(tree.mounted_on(root, "/a/b"), kNoSlot);
}

TEST(MountTrees, PathsLeadThroughWhatIsShown) {
  MountTree tree;
  const Slot root = add(tree, kNoSlot, "");
  const Slot bound = add(tree, root, "/mnt", "/x/y");
  const Slot below = add(tree, bound, "/x/y/z");
  EXPECT_EQ(tree.path_of(root), "/");
  EXPECT_EQ(tree.path_of(bound), "/mnt");
  EXPECT_EQ(tree.path_of(below), "/mnt/z");
  // A mount on a directory above hides what is below it.
  const Slot above = add(tree, root, "/");
  EXPECT_TRUE(tree.hidden(below));
  MountTreeEditor(tree).remove(above);
  EXPECT_FALSE(tree.hidden(below));
  // Names that begin alike are not below each other.
  add(tree, root, "/mn");
  EXPECT_FALSE(tree.hidden(below));
}

TEST(MountTrees, ChangesOfTheWholeTreeAreOnesOfEveryMount) {
  MountTree tree;
  const Slot root = add(tree, kNoSlot, "");
  MountTreeEditor editor(tree);
  const Slot shared = editor.add({.parent = root, .root = "/", .mountpoint = "/a", .peer_group = 7});
  const Slot both = editor.add({.parent = root, .root = "/", .mountpoint = "/b", .peer_group = 8, .master = 7});
  const MountTree before = tree;
  editor.change_all({.slaves = true, .locked = true});
  EXPECT_EQ(tree.at(shared).peer_group, 0u);
  EXPECT_EQ(tree.at(shared).master, 7u);
  EXPECT_EQ(tree.at(both).master, 8u);
  EXPECT_TRUE(tree.at(root).locked);
  EXPECT_EQ(tree.members(7), std::vector<Slot>{});
  EXPECT_EQ(tree.slaves(7), std::vector<Slot>{shared});
  EXPECT_EQ(tree.slaves(8), std::vector<Slot>{both});
  // What comes later is not changed; nor is a copy that was made before.
  const Slot later = editor.add({.parent = root, .root = "/", .mountpoint = "/c", .peer_group = 9});
  EXPECT_EQ(tree.at(later).peer_group, 9u);
  EXPECT_FALSE(tree.at(later).locked);
  EXPECT_EQ(before.members(7), std::vector<Slot>{shared});
  EXPECT_FALSE(before.at(root).locked);
  editor.set_propagation(shared, 0, 0, false);
  EXPECT_EQ(tree.slaves(7), std::vector<Slot>{});
  editor.change_all({.privates = true, .unbindable = true});
  EXPECT_EQ(tree.at(both).master, 0u);
  EXPECT_TRUE(tree.at(later).unbindable);
  EXPECT_EQ(tree.slaves(8), std::vector<Slot>{});
  EXPECT_EQ(tree.shared(), std::vector<Slot>{});
}

TEST(MountTrees, ASubtreeGoesAsAWhole) {
  MountTree tree;
  const Slot root = add(tree, kNoSlot, "");
  const Slot a = add(tree, root, "/a"), b = add(tree, root, "/b", "/", 2);
  std::vector<Slot> below;
  for (int i = 0; i < 50; ++i) below.push_back(add(tree, i % 2 ? below.back() : a, "/" + std::to_string(i), "/", 3));
  MountTreeEditor(tree).set_kernel_id(below[30], 99);
  const MountTree before = tree;
  MountTreeEditor(tree).remove_subtree(a);
  EXPECT_EQ(tree.in_tree_order(), (std::vector<Slot>{root, b}));
  EXPECT_EQ(tree.of_filesystem(3), std::vector<Slot>{});
  EXPECT_EQ(tree.with_kernel_id(99), kNoSlot);
  EXPECT_EQ(before.size(), 53u);
  EXPECT_EQ(before.with_kernel_id(99), below[30]);
  MountTreeEditor(tree).remove_subtree(root);
  EXPECT_EQ(tree.root(), kNoSlot);
  EXPECT_EQ(tree.size(), 0u);
}

// --- Scale. What a tree costs are the nodes that it shares with no other.

constexpr int kMounts = 1000, kCopies = 1000;

std::string big_table() {
  std::string table = "20 1 0:20 / / rw shared:1 - ext4 /dev/vda rw\n";
  for (int i = 1; i < kMounts; ++i) {
    const std::string number = std::to_string(20 + i);
    table += number + " 20 0:" + number + " / /m" + number + " rw shared:" + number + " - tmpfs m rw\n";
  }
  return table;
}

size_t own_nodes(const State& state) {
  size_t nodes = 0;
  for (const auto& [id, tree] : state.trees) nodes += tree.own_nodes();
  return nodes;
}

TEST(MountTreesScale, CopiesOfANamespaceShareItsMounts) {
  MountWorld world(big_table());
  const size_t one = own_nodes(world.state());
  EXPECT_GT(one, size_t{kMounts});
  std::vector<Task> containers;
  for (int i = 0; i < kCopies; ++i) containers.push_back(world.in_a_copy(world.host, static_cast<uint32_t>(100 + i)));
  ASSERT_EQ(world.state().trees.size(), size_t{kCopies} + 1);
  EXPECT_EQ(world.tree(containers.back()).size(), size_t{kMounts} + 1);
  // A handful each: what is not shared is where the kernel's ids are, which copies do not have.
  EXPECT_LT(own_nodes(world.state()), one + 8 * kCopies);
  // What every container does first. The whole of its thousand mounts changes.
  for (const Task& container : containers) world.makes(container, "/", MS_SLAVE | MS_REC);
  EXPECT_LT(own_nodes(world.state()), one + 16 * kCopies);
  const MountTree& tree = world.tree(containers[7]);
  for (const Slot slot : tree.in_tree_order()) EXPECT_EQ(tree.at(slot).peer_group, 0u);
  // One mount in each costs as much as the way to it: some ten nodes an index.
  for (const Task& container : containers) world.mounts(container, "own", "/m21/x", "tmpfs");
  EXPECT_LT(own_nodes(world.state()), one + 128 * kCopies);
  EXPECT_EQ(world.tree(world.host).size(), size_t{kMounts} + 1);
}

TEST(MountTreesScale, OneMountComesToAThousandNamespaces) {
  MountWorld world(big_table());
  const size_t one = own_nodes(world.state());
  std::vector<Task> containers;
  for (int i = 0; i < kCopies; ++i) containers.push_back(world.in_a_copy(world.host, static_cast<uint32_t>(100 + i)));
  world.mounts(world.host, "for all", "/m21/x", "tmpfs");
  EXPECT_EQ(world.all<MountChanged>().size(), size_t{kCopies} + 1);
  EXPECT_EQ(world.tree(containers.back()).size(), size_t{kMounts} + 2);
  EXPECT_LT(own_nodes(world.state()), one + 128 * kCopies);
  // And every container that ends takes its own away.
  for (const Task& container : containers) world.ends(container);
  world.goes_on(world.host);
  EXPECT_EQ(world.state().trees.size(), 1u);
}

}  // namespace
}  // namespace cttrace
