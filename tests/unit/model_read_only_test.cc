// Filesystems that nobody can write to, though nobody asked for that.
#include <fcntl.h>
#include <gtest/gtest.h>

#include "mount_world.h"

namespace cttrace {
namespace {

class ModelReadOnly : public testing::Test {
 protected:
  void mounts(const std::string& type, const std::string& options, const World::EditCall& edit = {}) {
    world_.calls(world_.host, "mount", {"x", "/mnt", type, 0, options}, edit);
  }
  void configures(const std::string& type, const std::vector<std::pair<std::string, std::string>>& told) {
    const auto is = [](Call& call) { call.result = 5; };
    world_.calls(world_.host, "fsopen", {type, 0}, is);
    for (const auto& [key, value] : told)
      world_.calls(world_.host, "fsconfig", {5, FSCONFIG_SET_STRING, key, value, 0});
    world_.calls(world_.host, "fsconfig", {5, FSCONFIG_CMD_CREATE, null(), null(), 0});
    const File detached{.fd = 9, .path = "/", .fs_type = type, .mount_id = 90, .mount_parent_id = 90, .detached = true};
    world_.calls(world_.host, "fsmount", {5, 0, 0}, [&](Call& call) {
      call.result = 9;
      call.returned_file = detached;
    });
    world_.calls(world_.host, "move_mount", {9, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH},
                 [&](Call& call) { call.args[0].file = detached; });
  }
  // Of what came last: "ro", "rw" or "unknown".
  std::string at_mnt() const {
    const MountTree& tree = world_.tree(world_.host);
    Fact<bool> read_only;
    for (const Slot slot : tree.in_tree_order())
      if (tree.path_of(slot) == "/mnt") read_only = world_.state().filesystem(tree.filesystem_of(slot))->read_only;
    return !read_only.known() ? "unknown" : read_only.value ? "ro" : "rw";
  }

  MountWorld world_;
};

TEST_F(ModelReadOnly, AnOverlayWithoutAnUpperLayer) {
  mounts("overlay", "lowerdir=/a:/b");
  EXPECT_EQ(at_mnt(), "ro");
  mounts("overlay", "lowerdir=/a,workdir=/w,upperdir=/u");
  EXPECT_EQ(at_mnt(), "rw");
  mounts("overlay", R"(lowerdir=/a\,upperdir=/b)");  // one directory
  EXPECT_EQ(at_mnt(), "ro");
  mounts("tmpfs", "size=1m");
  EXPECT_EQ(at_mnt(), "rw");
}

TEST_F(ModelReadOnly, AnOverlayByFsconfig) {
  configures("overlay", {{"lowerdir+", "/a"}, {"lowerdir+", "/b"}});
  EXPECT_EQ(at_mnt(), "ro");
  configures("overlay", {{"lowerdir+", "/a"}, {"workdir", "/w"}, {"upperdir", "/u"}});
  EXPECT_EQ(at_mnt(), "rw");
}

TEST_F(ModelReadOnly, OptionsThatWereNotToldMayHaveAnUpperLayer) {
  mounts("overlay", "lowerdir=/a", [](Call& call) { call.args[4].reading = Reading::kTruncated; });
  EXPECT_EQ(at_mnt(), "unknown");
  mounts("overlay", "upperdir=/u,lowerdir=/a", [](Call& call) { call.args[4].reading = Reading::kTruncated; });
  EXPECT_EQ(at_mnt(), "rw");
}

TEST_F(ModelReadOnly, TypesThatCannotBeWritten) {
  for (const char* type : {"squashfs", "erofs", "iso9660", "romfs", "cramfs"}) {
    mounts(type, "");
    EXPECT_EQ(at_mnt(), "ro") << type;
    world_.calls(world_.host, "mount", {null(), "/mnt", null(), MS_REMOUNT, "rw"});
    EXPECT_EQ(at_mnt(), "ro") << type;
  }
  configures("erofs", {{"source", "/dev/loop0"}});
  EXPECT_EQ(at_mnt(), "ro");
  world_.calls(world_.host, "fsconfig", {5, FSCONFIG_SET_FLAG, "rw", null(), 0});
  world_.calls(world_.host, "fsconfig", {5, FSCONFIG_CMD_RECONFIGURE, null(), null(), 0});
  EXPECT_EQ(at_mnt(), "ro");
}

TEST_F(ModelReadOnly, WhatMayBeThereAlreadyStaysAsItIs) {
  mounts("debugfs", "ro");
  EXPECT_EQ(at_mnt(), "unknown");
  mounts("debugfs", "");
  EXPECT_EQ(at_mnt(), "rw");
  mounts("tmpfs", "ro");
  EXPECT_EQ(at_mnt(), "ro");
}

}  // namespace
}  // namespace cttrace
