// Namespaces that nobody is in, kept by mounts of their files: as `ip netns add` and docker make them.
#include <gtest/gtest.h>
#include <linux/sched.h>
#include <sys/mount.h>

#include "mount_world.h"

namespace cttrace {
namespace {

constexpr char kTable[] = "20 1 0:20 / / rw - ext4 /dev/vda rw\n21 20 0:21 / /proc rw - proc proc rw\n";

Task in_new_net(World& world, const Task& creator, uint32_t tid) {
  return world.forks(creator, tid, CLONE_NEWNET, [](Fork& fork) {
    fork.child_namespaces = with(kHost, {{CT_NS_NET, 203}});
  });
}

void joins(World& world, const Task& task, uint32_t inode) {
  world.calls(task, "setns", {3, 0}, [&](Call& call) { call.args[0].file = namespace_file(CLONE_NEWNET, inode); });
}

TEST(ModelBoundNamespaces, AreThereForAsLongAsTheirFileIsMounted) {
  MountWorld world(kTable);
  const Task maker = in_new_net(world, world.host, 11);
  const NamespaceId bound = world.ns_id(maker, CT_NS_NET);
  world.binds(maker, "/proc/self/ns/net", "/run/one");
  world.ends(maker);
  for (int visit = 0; visit < 2; ++visit) {
    joins(world, world.host, 203);
    EXPECT_EQ(world.ns_id(world.host, CT_NS_NET), bound);
    EXPECT_EQ(world.ns(world.host, CT_NS_NET).origin, Namespace::Origin::kCreated);
    EXPECT_EQ(world.ns(world.host, CT_NS_NET).creator, id_of(world.host));
    joins(world, world.host, 103);
  }
  world.unmounts(world.host, "/run/one");
  world.goes_on(world.host);
  EXPECT_EQ(world.state().ns(bound), nullptr);
  joins(world, world.host, 203);
  EXPECT_EQ(world.ns(world.host, CT_NS_NET).origin, Namespace::Origin::kJoined);
}

TEST(ModelBoundNamespaces, GoWithTheLastMountOfTheirFile) {
  MountWorld world(kTable);
  world.mounts(world.host, "kept", "/run", "tmpfs");
  const Task maker = in_new_net(world, world.host, 11);
  const Task other = world.forks(world.host, 12, CLONE_NEWNET, [](Fork& fork) {
    fork.child_namespaces = with(kHost, {{CT_NS_NET, 204}});
  });
  const NamespaceId first = world.ns_id(maker, CT_NS_NET), second = world.ns_id(other, CT_NS_NET);
  world.binds(maker, "/proc/self/ns/net", "/run/one");
  world.binds(maker, "/proc/self/ns/net", "/run/again");
  world.binds(other, "/proc/self/ns/net", "/run/two");
  world.ends(maker);
  world.ends(other);
  world.unmounts(world.host, "/run/one");
  world.goes_on(world.host);
  EXPECT_NE(world.state().ns(first), nullptr);
  world.unmounts(world.host, "/run/again");
  world.goes_on(world.host);
  EXPECT_EQ(world.state().ns(first), nullptr);
  EXPECT_NE(world.state().ns(second), nullptr);
  world.unmounts(world.host, "/run", MNT_DETACH);
  world.goes_on(world.host);
  EXPECT_EQ(world.state().ns(second), nullptr);
}

TEST(ModelBoundNamespaces, WhereverProcIsMounted) {
  MountWorld world(std::string(kTable) +
                   "22 20 0:22 / /old rw - tmpfs tmpfs rw\n23 22 0:23 / /old/p rw - proc proc rw\n");
  const Task maker = in_new_net(world, world.host, 11);
  world.binds(maker, "/old/p/self/ns/net", "/run/one");
  world.calls(maker, "chdir", {"/old/p"}, [](Call& call) { call.result = 0; });
  world.binds(maker, "self/ns/user", "/run/two");
  const std::string table = world.table(world.host);
  EXPECT_NE(table.find("/run/one nsfs"), std::string::npos) << table;
  EXPECT_NE(table.find("/run/two nsfs"), std::string::npos) << table;
  EXPECT_EQ(world.state().doubt_of(world.ns(world.host, CT_NS_MNT).mounts), "");
}

TEST(ModelBoundNamespaces, AlsoWhereTheKernelOnlyKnowsThatTheSourceIsOne) {
  MountWorld world(kTable);
  world.calls(world.host, "mount", {"/link", "/run/one", null(), MS_BIND, null()}, [](Call& call) {
    call.after.newest_mount = namespace_file(CLONE_NEWNET, 103);
    call.after.newest_mount->path = "/run/one";
  });
  const std::string table = world.table(world.host);
  EXPECT_NE(table.find("/run/one nsfs"), std::string::npos) << table;
}

TEST(ModelBoundNamespaces, GoWithTheMountNamespaceThatTheyAreBoundIn) {
  MountWorld world(kTable);
  const Task maker = world.forks(world.host, 11, CLONE_NEWNET | CLONE_NEWNS, [](Fork& fork) {
    fork.child_namespaces = with(kHost, {{CT_NS_NET, 203}, {CT_NS_MNT, 200}});
  });
  const Task other = world.forks(maker, 12, 0);
  const NamespaceId bound = world.ns_id(maker, CT_NS_NET);
  world.binds(maker, "/proc/self/ns/net", "/run/one");
  world.ends(maker);
  joins(world, other, 103);
  world.goes_on(other);
  EXPECT_NE(world.state().ns(bound), nullptr);
  world.ends(other);
  world.goes_on(world.host);
  EXPECT_EQ(world.state().ns(bound), nullptr);
}

TEST(ModelBoundNamespaces, KeepTheirMountTable) {
  MountWorld world(kTable);
  const Task maker = world.forks(world.host, 11, CLONE_NEWNS, [](Fork& fork) {
    fork.child_namespaces = with(kHost, {{CT_NS_MNT, 200}});
  });
  world.mounts(maker, "kept", "/kept", "tmpfs");
  world.calls(world.host, "mount", {std::string("/proc/11/ns/mnt"), std::string("/run/one"), null(), MS_BIND, null()});
  world.ends(maker);
  world.goes_on(world.host);
  const Task visitor = world.forks(world.host, 12, 0);
  world.calls(visitor, "setns", {3, 0}, [](Call& call) { call.args[0].file = namespace_file(CLONE_NEWNS, 200); });
  EXPECT_EQ(world.table(visitor), "/ , / /dev/vda, /kept kept, /proc proc");
}

// --- Kept by a descriptor, which nobody saw being opened

constexpr uint32_t kOwn = 200, kRootThere = 30;

struct ModelKeptNamespaces : testing::Test {
  MountWorld world = MountWorld(kTable);

  static File root_there(uint32_t mount_id) {
    File file{.path = "/"};
    file.fs_type = "ext4";
    file.mount_id = mount_id;
    file.mount_parent_id = mount_id;
    file.dev_minor = 20;
    file.mount_ns = kOwn;
    return file;
  }
  Task makes(uint32_t tid) {
    return world.forks(world.host, tid, CLONE_NEWNS, [](Fork& fork) {
      fork.child_namespaces = with(kHost, {{CT_NS_MNT, kOwn}});
    });
  }
  // The kernel says on which mount it is.
  void mounts(const Task& task) {
    world.mounts(task, "kept", "/kept", "tmpfs", 0, [](Call& call) {
      File newest{.path = "/kept"};
      newest.fs_type = "tmpfs";
      newest.mount_id = kRootThere + 1;
      newest.mount_parent_id = kRootThere;
      newest.dev_minor = 77;
      newest.mount_ns = kOwn;
      call.after.newest_mount = newest;
    });
  }
  void leaves() {
    const Task maker = makes(11);
    mounts(maker);
    world.ends(maker);
    world.goes_on(world.host);
    for (const auto& [id, ns] : world.state().namespaces) EXPECT_NE(ns->inode, kOwn);
  }
  // Somebody comes there: what the table is then.
  const MountTree* seen_by(uint32_t tid, uint32_t mount_id) {
    visitor = world.forks(world.host, tid, 0);
    world.calls(visitor, "setns", {3, 0}, [&](Call& call) {
      call.args[0].file = namespace_file(CLONE_NEWNS, kOwn);
      call.after.root = call.after.cwd = root_there(mount_id);
    });
    const TreeInfo& info = world.state().mount_objects->trees.at(world.ns(visitor, CT_NS_MNT).mounts);
    return info.unknown ? nullptr : &world.tree(visitor);
  }
  Task visitor = {};
};

TEST_F(ModelKeptNamespaces, HaveTheirMountTable) {
  leaves();
  ASSERT_TRUE(seen_by(12, kRootThere));
  EXPECT_EQ(world.table(visitor), "/ , / /dev/vda, /kept kept, /proc proc");
  EXPECT_EQ(world.state().doubt_of(world.ns(visitor, CT_NS_MNT).mounts), "");
  EXPECT_EQ(world.ns(visitor, CT_NS_MNT).creator, id_of(world.host));
  EXPECT_EQ(world.ns(visitor, CT_NS_MNT).origin, Namespace::Origin::kCreated);
  const Slot slot = world.tree(visitor).with_kernel_id(kRootThere + 1);
  const Mount kept = world.tree(visitor).at(slot);
  EXPECT_EQ(world.state().filesystems.at(kept.filesystem)->type, "tmpfs");
  // And again, once that one has left.
  world.ends(visitor);
  world.goes_on(world.host);
  EXPECT_TRUE(seen_by(13, kRootThere));
}

TEST_F(ModelKeptNamespaces, AreOthersWhereTheirRootIsAnotherMount) {
  leaves();
  EXPECT_FALSE(seen_by(12, 99));
  EXPECT_FALSE(seen_by(13, kRootThere));
}

TEST_F(ModelKeptNamespaces, AreGoneWhereAnotherHasTheirNumber) {
  leaves();
  world.ends(makes(12));
  world.goes_on(world.host);
  EXPECT_FALSE(seen_by(13, kRootThere));
}

// It comes to the other mounts of its group without being counted.
TEST_F(ModelKeptNamespaces, AreDoubtfulWhereOthersMayHaveMountedThere) {
  world.makes(world.host, "/", MS_SHARED);
  leaves();
  ASSERT_TRUE(seen_by(12, kRootThere));
  EXPECT_NE(world.state().doubt_of(world.ns(visitor, CT_NS_MNT).mounts), "");
}

}  // namespace
}  // namespace cttrace
