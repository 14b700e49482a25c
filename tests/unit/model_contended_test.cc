// What the kernel says after calls that went on at the same time as others.
#include <gtest/gtest.h>

#include "mount_world.h"

namespace cttrace {
namespace {

class ModelContended : public testing::Test {
 protected:
  struct Answer {
    std::string path;
    std::string root = "/share";
    uint32_t duration_ns = 1;
  };

  // To the path that is written; with what the kernel says came last in the namespace of `task`.
  void binds(const Task& task, const std::string& target, const Answer& answer) {
    world_.mounts(task, "/share", target, "", MS_BIND, [&](Call& call) {
      File newest{.path = answer.path};
      newest.fs_type = "ext4";
      newest.dev_minor = 20;
      newest.mount_id = 41;
      newest.mount_parent_id = 20;
      newest.mount_ns = world_.ns(task, CT_NS_MNT).inode;
      call.after.newest_mount = newest;
      call.after.mount_root = answer.root;
      call.after.mount_source = "/dev/vda";
      call.after.contended = true;
      call.duration_ns = answer.duration_ns;
    });
    doubted_ = doubted_ || !world_.all<BecameUnknown>().empty();
  }
  void goes_on() {
    world_.goes_on(world_.host);
    for (const BecameUnknown& unknown : world_.all<BecameUnknown>()) why_ = unknown.what;
    doubted_ = doubted_ || !world_.all<BecameUnknown>().empty();
  }
  Task alone() {
    return world_.forks(world_.host, 50, CLONE_NEWNS, [](Fork& fork) {
      fork.child_namespaces = with(kHost, {{CT_NS_MNT, 200}});
    });
  }

  MountWorld world_;
  bool doubted_ = false;
  std::string why_;
};

TEST_F(ModelContended, WhoIsAloneInANamespaceMadeWhatCameThere) {
  const Task task = alone();
  binds(task, "/dev/fd/3", {.path = "/m1"});
  goes_on();
  EXPECT_FALSE(doubted_);
  EXPECT_EQ(world_.table(task), "/ , / /dev/vda, /m1 /dev/vda[/share]");
}

TEST_F(ModelContended, WhatNobodyExplainsIsDoubted) {
  world_.forks(world_.host, 11);
  binds(world_.host, "/dev/fd/3", {.path = "/m1"});
  EXPECT_FALSE(doubted_);
  goes_on();
  EXPECT_EQ(why_,
            "where a mount came to: other calls went on, and the kernel has one on /m1: a symbolic link may have led "
            "elsewhere than /dev/fd/3");
}

TEST_F(ModelContended, AnotherSourceThanThatOfTheWordsIsDoubted) {
  world_.forks(world_.host, 11);
  binds(world_.host, "/m1", {.path = "/m1", .root = "/elsewhere"});
  goes_on();
  EXPECT_EQ(why_,
            "what is mounted on /m1: other calls went on, and the kernel shows /elsewhere of a filesystem there, not "
            "/share: a symbolic link may have led to that");
}

TEST_F(ModelContended, WhatAnotherCallMadeIsNoReason) {
  const Task other = world_.forks(world_.host, 11);
  // Before, and after.
  binds(other, "/m1", {.path = "/m1", .duration_ns = 100});
  binds(world_.host, "/m2", {.path = "/m1"});
  binds(world_.host, "/m3", {.path = "/m4", .duration_ns = 100});
  binds(other, "/m4", {.path = "/m4"});
  world_.passes(1000);
  goes_on();
  // Of another kind.
  binds(world_.host, "/m5", {.path = "/m6", .root = "/other"});
  goes_on();
  EXPECT_FALSE(doubted_);
}

// A table shows by other words what had been deleted before tracing began.
TEST(ModelContendedTables, WhatWasDeletedIsTheSameAsIsToldOfIt) {
  const auto doubts = [](const std::vector<std::string>& others, const std::string& told_at) {
    MountWorld world(
        "20 1 0:20 / / rw - ext4 /dev/vda rw\n"
        "21 20 0:20 /gone//deleted /share rw - ext4 /dev/vda rw\n");
    const Task other = world.forks(world.host, 11);
    bool doubted = false;
    const auto binds = [&](const Task& task, const std::string& target, const std::string& newest_at) {
      world.mounts(task, "/share", target, "", MS_BIND, [&](Call& call) {
        File newest{.path = newest_at};
        newest.fs_type = "ext4";
        newest.dev_minor = 20;
        newest.mount_id = 41;
        newest.mount_parent_id = 20;
        newest.mount_ns = kHost[CT_NS_MNT];
        call.after.newest_mount = newest;
        call.after.mount_root = "/gone";
        call.after.mount_source = "/dev/vda";
        call.after.contended = true;
        call.duration_ns = 1;
      });
      doubted = doubted || !world.all<BecameUnknown>().empty();
    };
    for (const std::string& target : others) binds(other, target, target);
    binds(world.host, "/m1", told_at);
    world.passes(1000);
    world.goes_on(world.host);
    return doubted || !world.all<BecameUnknown>().empty();
  };
  EXPECT_FALSE(doubts({}, "/m1"));
  EXPECT_FALSE(doubts({"/m2"}, "/m2"));  // that of somebody else
  EXPECT_TRUE(doubts({}, "/m2"));
}

TEST_F(ModelContended, WhoReceivesMayHaveItFromElsewhere) {
  world_.makes(world_.host, "/", MS_SHARED | MS_REC);
  const Task task = alone();
  binds(task, "/m2", {.path = "/m1"});
  EXPECT_EQ(world_.table(task), "/ , / /dev/vda shared:1, /m2 /dev/vda[/share] shared:1");
  goes_on();
  EXPECT_TRUE(doubted_);
}

}  // namespace
}  // namespace cttrace
