// Filesystem contexts: which one a descriptor is, however it came to whoever uses it, and for how long it is there.
#include <gtest/gtest.h>
#include <linux/mount.h>

#include "cttrace/mount_rows.h"
#include "mount_world.h"

namespace cttrace {
namespace {

constexpr uint32_t kNumber = 4711;

class ModelFsContexts : public testing::Test {
 protected:
  static File context(int fd, uint32_t references = 0) {
    File file{.kind = FileKind::kFsContext, .fd = fd, .path = "[fscontext]", .fs_type = "tmpfs"};
    file.context = kNumber;
    file.references = references;
    file.shared = references > 1;
    return file;
  }
  void opens(const Task& task, int fd, const std::string& type = "tmpfs") {
    world_.calls(task, "fsopen", {type, 0}, [&](Call& call) {
      call.result = fd;
      call.returned_file = context(fd);
    });
  }
  void tells(const Task& task, int fd, const std::string& key, const std::string& value) {
    world_.calls(task, "fsconfig", {fd, FSCONFIG_SET_STRING, key, value, 0},
                 [&](Call& call) { call.args[0].file = context(fd); });
  }
  // Configured by what was told so far, and mounted on /mnt.
  void mounts(const Task& task, int fd, const World::EditCall& attached = {}) {
    const auto is = [&](Call& call) { call.args[0].file = context(fd); };
    world_.calls(task, "fsconfig", {fd, FSCONFIG_CMD_CREATE, null(), null(), 0}, is);
    const File detached{
        .fd = 90, .path = "/", .fs_type = "tmpfs", .mount_id = 90, .mount_parent_id = 90, .detached = true};
    world_.calls(task, "fsmount", {fd, 0, 0}, [&](Call& call) {
      is(call);
      call.result = 90;
      call.returned_file = detached;
    });
    world_.calls(task, "move_mount", {90, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH}, [&](Call& call) {
      call.args[0].file = detached;
      if (attached) attached(call);
    });
  }
  void closes(const Task& task, int fd, uint32_t references) {
    world_.calls(task, "close", {fd}, [&](Call& call) { call.args[0].file = context(fd, references); });
  }
  std::string source_at_mnt(const Task& task) { return at_mnt(task).source; }
  const Filesystem& filesystem_at_mnt(const Task& task) {
    return *world_.state().filesystems.at(at_mnt(task).filesystem);
  }
  const Fact<std::string>& options_at_mnt(const Task& task) { return filesystem_at_mnt(task).options; }

  MountWorld world_;

 private:
  // The topmost one.
  Mount at_mnt(const Task& task) {
    const MountTree& tree = world_.tree(task);
    std::optional<Mount> found;
    for (const Slot slot : tree.in_tree_order())
      if (tree.path_of(slot) == "/mnt") found = tree.at(slot);
    if (!found) throw std::logic_error("nothing on /mnt");
    return *found;
  }
};

TEST_F(ModelFsContexts, ADuplicateIsTheSame) {
  opens(world_.host, 5);
  tells(world_.host, 5, "source", "a");
  tells(world_.host, 5, "size", "64k");
  closes(world_.host, 5, 2);
  tells(world_.host, 6, "mode", "0711");
  mounts(world_.host, 6);
  EXPECT_EQ(source_at_mnt(world_.host), "a");
  EXPECT_EQ(options_at_mnt(world_.host).value, "size=64k,mode=0711");
  EXPECT_TRUE(options_at_mnt(world_.host).known());
}

TEST_F(ModelFsContexts, OneThatWasPassedOnIsTheSameAlsoWhenItsSenderHasEnded) {
  const Task sender = world_.in_a_copy(world_.host, 50);
  opens(sender, 5);
  tells(sender, 5, "source", "a");
  world_.apply(TaskExit{.task = sender, .time_ns = world_.now(), .last_of_process = true});
  mounts(world_.host, 7);
  EXPECT_EQ(source_at_mnt(world_.host), "a");
}

TEST_F(ModelFsContexts, WhatOneWasToldUnseenIsNotKnown) {
  tells(world_.host, 7, "mode", "0711");
  mounts(world_.host, 7);
  EXPECT_EQ(options_at_mnt(world_.host).value, "mode=0711");
  EXPECT_FALSE(options_at_mnt(world_.host).known());
  EXPECT_EQ(source_at_mnt(world_.host), kUnknownSource);
  EXPECT_FALSE(filesystem_at_mnt(world_.host).read_only.known());
  EXPECT_EQ(filesystem_at_mnt(world_.host).type, "tmpfs");
  constexpr const char* kKernels =
      "20 1 0:20 / / rw - ext4 /dev/vda rw\n"
      "90 20 0:90 / /mnt rw,relatime - tmpfs passed ro\n";
  const std::vector<MountRow> rows = mount_rows(world_.state(), world_.ns(world_.host, CT_NS_MNT).mounts,
                                                world_.state().fs_of(world_.task(world_.host))->root);
  EXPECT_TRUE(differences(rows, *parse_mountinfo(kKernels)).empty());
}

TEST_F(ModelFsContexts, WhatItsSourceIsMayBeSeenWhereItIsAttached) {
  tells(world_.host, 7, "mode", "0711");
  mounts(world_.host, 7, [](Call& call) {
    call.after.newest_mount = File{.path = "/mnt", .fs_type = "tmpfs", .mount_id = 90, .mount_parent_id = 20};
    call.after.newest_mount->mount_ns = kHost[CT_NS_MNT];
    call.after.mount_root = "/", call.after.mount_source = "passed";
  });
  EXPECT_EQ(source_at_mnt(world_.host), "passed");
}

TEST_F(ModelFsContexts, OfAMountWhoseSourceCouldNotBeReadItIsNotKnown) {
  world_.calls(world_.host, "mount", {faulted(), "/mnt", "tmpfs", 0, null()});
  EXPECT_EQ(source_at_mnt(world_.host), kUnknownSource);
  world_.unmounts(world_.host, "/mnt");
  world_.calls(world_.host, "mount", {null(), "/mnt", "tmpfs", 0, null()});
  EXPECT_EQ(source_at_mnt(world_.host), "none");
}

TEST_F(ModelFsContexts, ANumberIsGivenAgain) {
  opens(world_.host, 5);
  tells(world_.host, 5, "source", "a");
  closes(world_.host, 5, 1);
  tells(world_.host, 6, "mode", "0711");  // opened by somebody whom nobody saw
  mounts(world_.host, 6);
  EXPECT_FALSE(options_at_mnt(world_.host).known());

  const Task other = world_.in_a_copy(world_.host, 50);
  opens(other, 5);
  tells(other, 5, "source", "b");
  const Task another = world_.in_a_copy(world_.host, 51);
  opens(another, 5);
  mounts(another, 5);
  EXPECT_EQ(source_at_mnt(another), "none");
}

TEST_F(ModelFsContexts, ThoseThatNobodyIsKnownToHaveAreBounded) {
  for (uint32_t tid = 100; tid < 400; ++tid) {
    const Task task = world_.forks(world_.host, tid);
    world_.calls(task, "fsopen", {"tmpfs", 0}, [](Call& call) { call.result = 5; });
    world_.apply(TaskExit{.task = task, .time_ns = world_.now(), .last_of_process = true});
  }
  EXPECT_LE(world_.state().mount_objects->contexts.size(), 64u);
}

}  // namespace
}  // namespace cttrace
