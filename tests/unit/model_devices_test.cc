// Device nodes: made, given away, bound, seen in a tree.
#include <gtest/gtest.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "model/devices.h"
#include "model_world.h"
#include "render/telling.h"

namespace cttrace {
namespace {

File file_at(const std::string& path, uint32_t mount_id, const std::string& fs_type, uint32_t dev_minor,
             uint32_t mode = 040755) {
  File file{.path = path, .fs_type = fs_type, .mode = mode, .mount_id = mount_id, .mount_ns = kHost[CT_NS_MNT]};
  file.dev_minor = dev_minor;
  return file;
}

struct ModelDevices : testing::Test {
  World world;
  File root = file_at("/", 21, "ext4", 1);
  Task task = begin();

  Task begin() {
    const Task found = world.found(10, [&](Snapshot& snapshot) { snapshot.root = snapshot.cwd = root; });
    world.apply(Mounts{.mount_ns = kHost[CT_NS_MNT],
                       .mountinfo = "21 1 0:1 / / rw - ext4 /dev/vda rw\n"
                                    "22 21 0:5 / /dev rw - devtmpfs udev rw\n"
                                    "23 21 0:30 / /run rw - tmpfs tmpfs rw\n"
                                    "24 21 0:30 /dev /srv rw - tmpfs tmpfs rw\n"});
    return found;
  }
  void makes(const std::string& path, uint32_t mode, dev_t device) {
    world.calls(task, "mknod",
                {path, mode, (minor(device) & 0xff) | major(device) << 8 | (minor(device) & ~0xffu) << 12},
                [&](Call& call) {
                  call.args[0].base = root;
                  call.args[0].resolved = path;
                });
  }
  std::map<std::string, const Device*> seen() const {
    return devices_below(world.state(), world.state().fs_of(world.task(task))->root);
  }
};

TEST_F(ModelDevices, ANodeLivesInItsFilesystemAndIsSeenWhereverThatIs) {
  makes("/run/dev/null", S_IFCHR | 0666, makedev(1, 3));
  ASSERT_EQ(world.all<DeviceMade>().size(), 1u);
  const Device made = world.all<DeviceMade>()[0].device;
  EXPECT_EQ(made.node, "/dev/null");
  EXPECT_EQ(made.path, "/run/dev/null");
  EXPECT_EQ(world.state().filesystem(made.filesystem)->type, "tmpfs");
  EXPECT_EQ((std::array{made.type, made.major, made.minor}), (std::array<uint32_t, 3>{S_IFCHR, 1, 3}));
  EXPECT_EQ(made.made_by, 3u);
  // The umask may have taken some of it away.
  EXPECT_EQ(made.permissions.value, 0666u);
  EXPECT_FALSE(made.permissions.known());
  EXPECT_EQ(made.uid.evidence, Evidence::kInferred);
  EXPECT_FALSE(made.gid.known());
  const auto found = seen();
  EXPECT_EQ(found.size(), 2u);
  EXPECT_TRUE(found.contains("/run/dev/null"));
  EXPECT_TRUE(found.contains("/srv/null"));
}

TEST_F(ModelDevices, BigNumbersAreSplitAsTheKernelDoes) {
  makes("/run/big", S_IFBLK | 0600, makedev(259, 1048575));
  const Device made = world.all<DeviceMade>().at(0).device;
  EXPECT_EQ((std::array{made.type, made.major, made.minor}), (std::array<uint32_t, 3>{S_IFBLK, 259, 1048575}));
}

TEST_F(ModelDevices, WhatIsNoDeviceIsNone) {
  makes("/run/fifo", S_IFIFO | 0600, 0);
  makes("/run/file", 0600, 0);
  makes("/run/whiteout", S_IFCHR, 0);  // of overlayfs
  EXPECT_TRUE(world.state().devices.empty());
}

TEST_F(ModelDevices, ItIsGivenToSomebody) {
  makes("/run/null", S_IFCHR | 0666, makedev(1, 3));
  world.calls(task, "lchown", {"/run/null", 1000, UINT32_MAX}, [&](Call& call) { call.args[0].base = root; });
  ASSERT_EQ(world.all<DeviceOwned>().size(), 1u);
  EXPECT_EQ(world.all<DeviceOwned>()[0].device.uid.value, 1000u);
  EXPECT_FALSE(world.all<DeviceOwned>()[0].device.gid.known());
  File opened = file_at("/run/null", 23, "tmpfs", 30, S_IFCHR | 0640);
  opened.fd = 5;
  world.calls(task, "fchown", {5, UINT32_MAX, 7}, [&](Call& call) { call.args[0].file = opened; });
  const Device given = world.all<DeviceOwned>().at(0).device;
  EXPECT_EQ((std::array{given.uid.value, given.gid.value}), (std::array{1000u, 7u}));
  EXPECT_EQ(given.permissions.value, 0640u);
  EXPECT_EQ(given.permissions.evidence, Evidence::kObserved);
  // Of anything else it is nobody's business here.
  world.calls(task, "lchown", {"/run/other", 1, 1}, [&](Call& call) { call.args[0].base = root; });
  EXPECT_TRUE(world.changes.empty());
}

TEST_F(ModelDevices, ABoundNodeIsSeenWhereItIsBound) {
  world.calls(task, "mount", {"/dev/null", "/run/null", null(), MS_BIND, null()}, [&](Call& call) {
    call.args[0].base = call.args[1].base = root;
    call.after.newest_mount = file_at("/run/null", 50, "devtmpfs", 5, S_IFCHR | 0666);
    call.after.newest_mount->mount_parent_id = 23;
    call.after.newest_mount->rdev_major = 1;
    call.after.newest_mount->rdev_minor = 3;
  });
  const auto found = seen();
  EXPECT_EQ(found.size(), 2u);
  EXPECT_TRUE(found.contains("/dev/null"));
  ASSERT_TRUE(found.contains("/run/null"));
  EXPECT_EQ(found.at("/run/null")->permissions.evidence, Evidence::kObserved);
  EXPECT_EQ(found.at("/run/null")->made_by, 0u);
}

TEST_F(ModelDevices, WhereNobodyKnowsTheyAreKeptByName) {
  const Task stranger{.tid = 50, .tgid = 50, .start_ns = 5};
  world.calls(stranger, "mknodat", {7, "x", S_IFCHR | 0600, 0x0103});
  EXPECT_EQ(world.all<DeviceMade>().at(0).device.filesystem, 0u);
  EXPECT_EQ(world.state().devices.at(0)->at("x").major, 1u);
}

TEST_F(ModelDevices, TheyAreBounded) {
  for (int i = 0; i < 5000; ++i) makes("/run/" + std::to_string(i), S_IFCHR | 0600, makedev(1, 3));
  size_t kept = 0;
  for (const auto& [filesystem, devices] : world.state().devices) kept += devices->size();
  EXPECT_LE(kept, 4096u);
  EXPECT_TRUE(seen().contains("/run/4999"));
}

TEST_F(ModelDevices, TheyGoWithTheirFilesystem) {
  for (int i = 0; i < 5000; ++i) {
    const uint32_t minor = 100 + i, id = 1000 + i;
    world.calls(task, "mount", {"tmpfs", "/run/dev", "tmpfs", 0, null()}, [&](Call& call) {
      call.args[1].base = root;
      call.after.newest_mount = file_at("/run/dev", id, "tmpfs", minor);
      call.after.newest_mount->mount_parent_id = 23;
    });
    makes("/run/dev/null", S_IFCHR | 0666, makedev(1, 3));
    world.calls(task, "umount2", {"/run/dev", 0}, [&](Call& call) { call.args[0].base = root; });
  }
  EXPECT_LT(world.state().devices.size(), 2500u);  // filesystems are swept by the thousand
}

}  // namespace
}  // namespace cttrace
