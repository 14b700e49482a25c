// Roots and working directories in mounts that have left every tree.
#include <gtest/gtest.h>

#include "mount_world.h"

namespace cttrace {
namespace {

constexpr uint32_t kDetached = 77;  // the kernel's id of a mount

class ModelRoots : public testing::Test {
 protected:
  // A task whose root has been taken out of its namespace goes to "/", of which the tracer says this.
  const FsStruct& goes_to_root(const World::EditCall& edit) {
    child_ = world_.in_a_copy(world_.host, 11);
    world_.unmounts(child_, "/", MNT_DETACH);
    world_.calls(child_, "chdir", {"/"}, edit);
    return *world_.state().fs_of(world_.task(child_));
  }
  static File root(uint32_t mount_ns, bool detached) {
    File file{.path = "/"};
    file.fs_type = "ext4";
    file.dev_minor = 20;
    file.mount_id = kDetached;
    file.mount_ns = mount_ns;
    file.detached = detached;
    return file;
  }
  static World::EditCall says(const File& file) {
    return [file](Call& call) { call.args[0].base = call.after.cwd = file; };
  }

  MountWorld world_{"20 1 0:20 / / rw - ext4 /dev/vda rw\n21 20 0:21 / /srv rw - tmpfs srv rw\n"};
  Task child_;
};

// A thread of the host's process that was there when tracing began.
Task thread_of_host(MountWorld& world, uint32_t mount_ns, const std::string& cwd) {
  return world.found(
      11,
      [&](Snapshot& there) {
        there.namespaces[CT_NS_MNT] = mount_ns;
        File root{.path = "/"};
        root.fs_type = "ext4", root.dev_minor = 20, root.mount_id = 20, root.mount_parent_id = 1,
        root.mount_ns = mount_ns;
        there.root = there.cwd = root;
        there.cwd->path = cwd;
      },
      world.host.tid);
}

TEST(ModelRootsOfThreads, TheyShareThemUntilTheyLeaveThem) {
  MountWorld world;
  const uint32_t fs = world.task(world.host).fs;
  EXPECT_EQ(world.task(thread_of_host(world, kHost[CT_NS_MNT], "/")).fs, fs);
}

TEST(ModelRootsOfThreads, WhoIsElsewhereHasItsOwn) {
  for (const auto& [mount_ns, cwd] : {std::pair(kHost[CT_NS_MNT], "/srv"), std::pair(900u, "/")}) {
    MountWorld world;
    const Task thread = thread_of_host(world, mount_ns, cwd);
    world.apply(Mounts{.mount_ns = 900, .time_ns = world.now(), .mountinfo = "20 1 0:20 / / rw - ext4 /dev/vda rw\n"});
    const FsStruct& own = *world.state().fs_of(world.task(thread));
    EXPECT_EQ(own.cwd.path, cwd);
    EXPECT_EQ(own.root.mount.tree, world.ns(thread, CT_NS_MNT).mounts);
    const FsStruct& hosts = *world.state().fs_of(world.task(world.host));
    EXPECT_EQ(hosts.cwd.path, "/");
    EXPECT_EQ(hosts.root.mount.tree, world.ns(world.host, CT_NS_MNT).mounts);
  }
}

TEST_F(ModelRoots, NobodySaysAnything) { EXPECT_TRUE(goes_to_root({}).root.detached); }

TEST_F(ModelRoots, WhoSaysThatItIsDetachedIsBelieved) { EXPECT_TRUE(goes_to_root(says(root(0, true))).cwd.detached); }

TEST_F(ModelRoots, WhoDoesNotKnowWhereItIsContradictsNothing) {
  EXPECT_TRUE(goes_to_root(says(root(0, false))).cwd.detached);
}

TEST_F(ModelRoots, WhoSeesItInAnotherNamespaceIsBelieved) {
  EXPECT_FALSE(goes_to_root(says(root(4026539999, false))).cwd.detached);
}

TEST_F(ModelRoots, WhoSaysOnlyWhatItIsLeavesItWhereTheModelHasIt) {
  const Task child = world_.in_a_copy(world_.host, 11);
  world_.calls(child, "chdir", {"/srv"}, [](Call& call) {
    File srv = root(kHost[CT_NS_MNT], false);
    srv.path = "/srv", srv.dev_minor = 21, srv.mount_id = 21, srv.mount_parent_id = 20, srv.mount_ns = 0;
    call.after.cwd = srv;
  });
  const FsStruct& fs = *world_.state().fs_of(world_.task(child));
  EXPECT_EQ(fs.cwd.evidence, Evidence::kInferred);
  EXPECT_EQ(world_.tree(child).path_of(fs.cwd.mount.slot), "/srv");
}

}  // namespace
}  // namespace cttrace
