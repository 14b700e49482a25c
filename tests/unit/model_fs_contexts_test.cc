// Filesystem contexts: which one a descriptor is, however it came to whoever uses it, and for how long it is there.
#include <gtest/gtest.h>
#include <linux/mount.h>

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
  void mounts(const Task& task, int fd) {
    const auto is = [&](Call& call) { call.args[0].file = context(fd); };
    world_.calls(task, "fsconfig", {fd, FSCONFIG_CMD_CREATE, null(), null(), 0}, is);
    const File detached{
        .fd = 90, .path = "/", .fs_type = "tmpfs", .mount_id = 90, .mount_parent_id = 90, .detached = true};
    world_.calls(task, "fsmount", {fd, 0, 0}, [&](Call& call) {
      is(call);
      call.result = 90;
      call.returned_file = detached;
    });
    world_.calls(task, "move_mount", {90, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH},
                 [&](Call& call) { call.args[0].file = detached; });
  }
  void closes(const Task& task, int fd, uint32_t references) {
    world_.calls(task, "close", {fd}, [&](Call& call) { call.args[0].file = context(fd, references); });
  }
  std::string source_at_mnt(const Task& task) { return at_mnt(task).source; }
  const Fact<std::string>& options_at_mnt(const Task& task) {
    return world_.state().filesystems.at(at_mnt(task).filesystem)->options;
  }

  MountWorld world_;

 private:
  Mount at_mnt(const Task& task) {
    const MountTree& tree = world_.tree(task);
    for (const Slot slot : tree.in_tree_order())
      if (tree.path_of(slot) == "/mnt") return tree.at(slot);
    throw std::logic_error("nothing on /mnt");
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
