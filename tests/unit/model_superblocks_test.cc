// Device numbers are used again: which superblock a mount shows, and whether an older one can still be there.
#include <gtest/gtest.h>

#include "mount_world.h"

namespace cttrace {
namespace {

// When tracing begins, somebody has these mounted read-only; they go without anybody seeing it.
constexpr char kTable[] =
    "20 1 0:20 / / rw - ext4 /dev/vda rw\n"
    "21 20 0:45 / /queues rw - mqueue mqueue ro\n"
    "22 20 0:46 / /sys rw - sysfs sysfs ro\n"
    "23 20 0:47 / /trace rw - tracefs tracefs ro\n";

class ModelSuperblocks : public testing::Test {
 protected:
  // Mounts it on /mnt, and the kernel tells of this number.
  void mounts(const Task& task, const std::string& type, uint32_t minor) {
    world_.mounts(task, type, "/mnt", type, 0, [&](Call& call) {
      File file{.path = "/mnt"};
      file.fs_type = type;
      file.dev_minor = minor;
      file.mount_id = 40;
      file.mount_parent_id = 20;
      call.after.newest_mount = file;
      call.after.mount_root = "/";
    });
  }
  const Filesystem& at_mnt(const Task& task) {
    const MountTree& tree = world_.tree(task);
    for (const Slot slot : tree.in_tree_order())
      if (tree.path_of(slot) == "/mnt") return *world_.state().filesystems.at(tree.filesystem_of(slot));
    throw std::logic_error("nothing on /mnt");
  }

  MountWorld world_{kTable};
};

TEST_F(ModelSuperblocks, OneOfANamespaceThatIsNewIsNewItself) {
  const Task task = world_.in_a_copy(world_.host, 50, CLONE_NEWIPC | CLONE_NEWNET);
  mounts(task, "mqueue", 45);
  EXPECT_FALSE(at_mnt(task).read_only.value);
  world_.unmounts(task, "/mnt");
  mounts(task, "sysfs", 46);
  EXPECT_FALSE(at_mnt(task).read_only.value);
}

TEST_F(ModelSuperblocks, OneOfTheSameNamespaceIsTheSame) {
  mounts(world_.host, "mqueue", 45);
  EXPECT_TRUE(at_mnt(world_.host).read_only.value);
  world_.unmounts(world_.host, "/mnt");
  mounts(world_.host, "sysfs", 46);
  EXPECT_TRUE(at_mnt(world_.host).read_only.value);
}

TEST_F(ModelSuperblocks, OneThatAllNamespacesHaveIsTheSame) {
  const Task task = world_.in_a_copy(world_.host, 50, CLONE_NEWIPC | CLONE_NEWNET);
  mounts(task, "tracefs", 47);
  EXPECT_TRUE(at_mnt(task).read_only.value);
}

TEST_F(ModelSuperblocks, TwoNamespacesHaveTwo) {
  const Task first = world_.in_a_copy(world_.host, 50, CLONE_NEWNET);
  mounts(first, "sysfs", 60);
  world_.calls(first, "mount", {null(), "/mnt", null(), MS_REMOUNT | MS_RDONLY, null()});
  ASSERT_TRUE(at_mnt(first).read_only.value);
  // The first is mounted, as far as is known: but this is not it.
  const Task second = world_.in_a_copy(world_.host, 51, CLONE_NEWNET);
  mounts(second, "sysfs", 60);
  EXPECT_FALSE(at_mnt(second).read_only.value);
}

TEST_F(ModelSuperblocks, OneThatIsNotMountedYetIsTheSame) {
  const Task task = world_.in_a_copy(world_.host, 50, CLONE_NEWNET);
  world_.calls(task, "fsopen", {"sysfs", 0}, [](Call& call) { call.result = 5; });
  world_.calls(task, "fsconfig", {5, FSCONFIG_SET_FLAG, "ro", null(), 0});
  world_.calls(task, "fsconfig", {5, FSCONFIG_CMD_CREATE, null(), null(), 0});
  mounts(task, "sysfs", 60);
  EXPECT_TRUE(at_mnt(task).read_only.value);
}

TEST_F(ModelSuperblocks, AContextIsOfTheNamespaceThatItWasOpenedIn) {
  const Task task = world_.in_a_copy(world_.host, 50, CLONE_NEWNET);
  world_.calls(task, "fsopen", {"sysfs", 0}, [](Call& call) { call.result = 5; });
  world_.calls(task, "unshare", {CLONE_NEWNET});
  world_.calls(task, "fsconfig", {5, FSCONFIG_SET_FLAG, "ro", null(), 0});
  world_.calls(task, "fsconfig", {5, FSCONFIG_CMD_CREATE, null(), null(), 0});
  mounts(task, "sysfs", 60);
  EXPECT_FALSE(at_mnt(task).read_only.value);
}

TEST_F(ModelSuperblocks, OneThatOnlyAContextKeepsIsTheSame) {
  const Task task = world_.in_a_copy(world_.host, 50, CLONE_NEWNET);
  mounts(task, "sysfs", 60);
  world_.calls(task, "mount", {null(), "/mnt", null(), MS_REMOUNT | MS_RDONLY, null()});
  world_.calls(task, "fspick", {AT_FDCWD, "/mnt", 0}, [](Call& call) { call.result = 5; });
  world_.unmounts(task, "/mnt");
  mounts(task, "sysfs", 60);
  EXPECT_TRUE(at_mnt(task).read_only.value);
  world_.unmounts(task, "/mnt");
  world_.calls(task, "close", {5});
  mounts(task, "sysfs", 60);
  EXPECT_FALSE(at_mnt(task).read_only.value);
}

}  // namespace
}  // namespace cttrace
