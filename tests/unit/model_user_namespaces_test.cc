// User namespaces: maps, setgroups, and what they do to who enters them.
#include <gtest/gtest.h>

#include "model_world.h"

namespace cttrace {
namespace {

File proc_file(const std::string& path) {
  File file{.kind = FileKind::kPlain, .fd = 4, .path = path, .fs_type = "proc"};
  file.dev_minor = 21;
  file.mount_ns = kHost[CT_NS_MNT];
  return file;
}

void writes(World& world, const Task& task, const std::string& path, const std::string& text) {
  world.calls(task, "write", {4, text, text.size()}, [&](Call& call) {
    call.args[0].file = proc_file(path);
    call.result = static_cast<int64_t>(text.size());
  });
}

using Rows = std::vector<std::vector<uint32_t>>;
Rows rows(const std::vector<IdExtent>& extents) {
  Rows rows;
  for (const IdExtent& extent : extents) rows.push_back({extent.first, extent.lower_first, extent.count});
  return rows;
}

struct ModelUserNamespaces : testing::Test {
  World world;
  Task runtime = world.found(10);
  Task init = world.forks(runtime, 11, CLONE_NEWUSER | CLONE_NEWPID, [](Fork& fork) { fork.child_pids = {11, 1}; });

  const Namespace& user() const { return world.ns(init, CT_NS_USER); }
};

TEST_F(ModelUserNamespaces, ANewOneMapsNothingAndGivesEveryCapability) {
  EXPECT_TRUE(user().uid_map.known());
  EXPECT_TRUE(user().uid_map.value.empty());
  EXPECT_TRUE(user().setgroups_allowed.value);
  const Identity::Capabilities& sets = world.identity(init).capabilities.value;
  EXPECT_EQ((std::array{sets.inheritable, sets.permitted, sets.effective, sets.bounding, sets.ambient}),
            (std::array<uint64_t, 5>{0, kAllCapabilities, kAllCapabilities, kAllCapabilities, 0}));
  EXPECT_EQ(world.identity(init).uids.value, (std::array<uint32_t, 4>{0, 0, 0, 0}));
}

TEST_F(ModelUserNamespaces, MapsAreReadAsTheKernelReadsThem) {
  writes(world, runtime, "/proc/11/uid_map", std::string("0 100000 65536\n \t70000  5 1\n\0", 29));
  EXPECT_EQ(rows(user().uid_map.value), (Rows{{0, 100000, 65536}, {70000, 5, 1}}));
  EXPECT_EQ(user().uid_map.evidence, Evidence::kInferred);
  ASSERT_EQ(world.all<IdMapSet>().size(), 1u);
  EXPECT_FALSE(world.all<IdMapSet>()[0].gids);
  writes(world, runtime, "/proc/11/gid_map", "0 200000 10");
  EXPECT_EQ(rows(user().gid_map.value), (Rows{{0, 200000, 10}}));
  EXPECT_TRUE(world.all<IdMapSet>()[0].gids);
}

TEST_F(ModelUserNamespaces, ThePidIsTheOneOfThatProcfs) {
  // A procfs of the container's, as who is in there sees it and as the host does.
  for (const char* const path : {"/proc/1/uid_map", "/run/rootfs/proc/1/uid_map"}) {
    World fresh;
    const Task task = fresh.found(10);
    const Task inside = fresh.forks(task, 11, CLONE_NEWUSER | CLONE_NEWPID, [](Fork& fork) {
      fork.child_pids = {11, 1};
    });
    fresh.calls(inside, "mount", {"proc", "/proc", "proc", 0, null()}, [](Call& call) {
      call.after.newest_mount = proc_file("/proc");
      call.after.newest_mount->dev_minor = 55;
    });
    fresh.calls(task, "write", {4, "0 7 1", 5}, [&](Call& call) {
      call.args[0].file = proc_file(path);
      call.args[0].file->dev_minor = 55;
      call.result = 5;
    });
    EXPECT_EQ(rows(fresh.ns(inside, CT_NS_USER).uid_map.value), (Rows{{0, 7, 1}})) << path;
  }
}

TEST_F(ModelUserNamespaces, WhoseItIsMayNotBeKnown) {
  writes(world, runtime, "/proc/12345/uid_map", "0 0 1");
  EXPECT_EQ(world.all<BecameUnknown>().size(), 1u);
  EXPECT_TRUE(user().uid_map.value.empty());
}

TEST_F(ModelUserNamespaces, NestedMapsLeadToTheHost) {
  writes(world, runtime, "/proc/11/uid_map", "0 100000 1000");
  const Task inner = world.forks(init, 12, CLONE_NEWUSER, [](Fork& fork) { fork.child_pids = {12, 2}; });
  writes(world, runtime, "/proc/12/uid_map", "0 500 10");
  EXPECT_EQ(rows(world.ns(inner, CT_NS_USER).uid_map.value), (Rows{{0, 100500, 10}}));
  world.calls(inner, "setuid", {3});
  EXPECT_EQ(world.identity(inner).uids.value, (std::array<uint32_t, 4>{100503, 100503, 100503, 100503}));
}

TEST_F(ModelUserNamespaces, WhatCouldNotBeReadIsNotKnown) {
  world.calls(runtime, "write", {4, truncated("0 0"), 9}, [](Call& call) {
    call.args[0].file = proc_file("/proc/11/uid_map");
    call.result = 9;
  });
  EXPECT_FALSE(user().uid_map.known());
  world.calls(init, "setuid", {0});
  EXPECT_FALSE(world.identity(init).uids.known());
}

TEST_F(ModelUserNamespaces, SetgroupsIsDenied) {
  writes(world, runtime, "/proc/11/setgroups", "deny");
  EXPECT_FALSE(user().setgroups_allowed.value);
  ASSERT_EQ(world.all<SetgroupsSet>().size(), 1u);
  EXPECT_FALSE(world.all<SetgroupsSet>()[0].allowed);
  // So it is in what is below.
  const Task inner = world.forks(init, 12, CLONE_NEWUSER);
  EXPECT_FALSE(world.ns(inner, CT_NS_USER).setgroups_allowed.value);
}

TEST_F(ModelUserNamespaces, TheKernelsMapIsTheModels) {
  writes(world, runtime, "/proc/11/uid_map", "0 100000 5\n10 200000 5\n20 300000 5\n30 0 1\n31 5 1\n5 1000 5");
  const auto in_user_namespace = [](Snapshot& snapshot) {
    snapshot.namespaces = with(kHost, {{CT_NS_USER, 209}, {CT_NS_PID, 205}, {CT_NS_PID_FOR_CHILDREN, 205}});
    snapshot.pids = {11, 1};
    // More than five are sorted by the kernel.
    snapshot.uid_map = {{0, 100000, 5}, {5, 1000, 5}, {10, 200000, 5}, {20, 300000, 5}, {30, 0, 1}, {31, 5, 1}};
    snapshot.gid_map.emplace();
  };
  world.executes(init, in_user_namespace);
  EXPECT_TRUE(world.all<Contradicted>().empty());
  EXPECT_EQ(world.agreements().at("uid map").confirmed, 1u);
  // One that could not be read says nothing.
  world.executes(init, [&](Snapshot& snapshot) {
    in_user_namespace(snapshot);
    snapshot.uid_map.reset();
  });
  EXPECT_TRUE(world.all<Contradicted>().empty());
  EXPECT_EQ(world.agreements().at("uid map").confirmed, 1u);
  // A map that somebody else has written is news; one that is another is a contradiction.
  world.executes(init, [&](Snapshot& snapshot) {
    in_user_namespace(snapshot);
    snapshot.gid_map = {{0, 9, 1}};
  });
  EXPECT_TRUE(world.all<Contradicted>().empty());
  ASSERT_EQ(world.all<IdMapSet>().size(), 1u);
  world.executes(init, [&](Snapshot& snapshot) {
    in_user_namespace(snapshot);
    snapshot.gid_map = {{0, 8, 1}};
  });
  ASSERT_EQ(world.all<Contradicted>().size(), 1u);
  EXPECT_EQ(world.all<Contradicted>()[0].model, "0 9 1");
}

TEST_F(ModelUserNamespaces, UnshareAndSetnsGiveEveryCapabilityToo) {
  const auto lessened = [](Snapshot& snapshot) {
    snapshot.cap_permitted = snapshot.cap_effective = 1;
    snapshot.securebits = 1;
  };
  for (const bool joins : {false, true}) {
    const Task task = world.found(joins ? 30 : 31, lessened);
    if (joins)
      world.calls(task, "setns", {3, 0}, [](Call& call) { call.args[0].file = namespace_file(CLONE_NEWUSER, 309); });
    else
      world.calls(task, "unshare", {CLONE_NEWUSER});
    EXPECT_EQ(world.identity(task).capabilities.value.effective, kAllCapabilities);
    EXPECT_EQ(world.identity(task).securebits.value, 0u);
  }
}

}  // namespace
}  // namespace cttrace
