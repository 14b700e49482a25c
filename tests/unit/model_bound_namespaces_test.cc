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

}  // namespace
}  // namespace cttrace
