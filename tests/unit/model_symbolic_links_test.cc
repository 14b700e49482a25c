// Paths that lead elsewhere than their words say: what the kernel says of the mount that came tells where.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "mount_world.h"

namespace cttrace {
namespace {

constexpr char kTable[] =
    "20 1 0:20 / / rw - ext4 /dev/vda rw\n"
    "21 20 0:21 / /srv rw - tmpfs srv rw\n"
    "22 20 0:21 /d /d rw - tmpfs srv rw\n";

class ModelSymbolicLinks : public testing::Test {
 protected:
  static File root_at(const std::string& path, const std::string& type, uint32_t minor) {
    File file{.path = path};
    file.fs_type = type;
    file.dev_minor = minor;
    file.mount_id = 40;
    file.mount_parent_id = 20;
    file.mount_ns = kHost[CT_NS_MNT];
    return file;
  }
  void binds(const std::string& source, const File& newest, const std::string& root, uint64_t flags = MS_BIND) {
    world_.mounts(world_.host, source, "/mnt", "", flags, [&](Call& call) {
      call.after.newest_mount = newest;
      call.after.mount_root = root;
    });
  }
  void deep_on(const std::string& path) {
    world_.mounts(world_.host, "deep", path, "tmpfs", 0, [&](Call& call) {
      call.after.newest_mount = root_at(path, "tmpfs", 50);
      call.after.mount_root = "/";
      call.after.mount_source = "deep";
      call.after.newest_mount->mount_id = 39;
    });
  }
  // Of what came to /mnt: "SOURCE ROOT".
  std::string at_mnt() const {
    const MountTree& tree = world_.tree(world_.host);
    for (const Slot slot : tree.in_tree_order())
      if (tree.path_of(slot) == "/mnt") return tree.at(slot).source + " " + tree.at(slot).root;
    return "nothing";
  }
  Evidence evidence_at_mnt() const {
    const MountTree& tree = world_.tree(world_.host);
    for (const Slot slot : tree.in_tree_order())
      if (tree.path_of(slot) == "/mnt") return tree.at(slot).evidence;
    return Evidence::kUnknown;
  }
  bool doubts() const { return !world_.all<BecameUnknown>().empty(); }

  MountWorld world_{kTable};
};

TEST_F(ModelSymbolicLinks, ABindShowsWhatItsSourceLedTo) {
  binds("/link/b", root_at("/mnt", "ext4", 20), "/a/b");
  EXPECT_EQ(at_mnt(), "/dev/vda /a/b");
  EXPECT_FALSE(doubts());
}

TEST_F(ModelSymbolicLinks, IntoAnotherFilesystem) {
  binds("/link", root_at("/mnt", "tmpfs", 21), "/x");
  EXPECT_EQ(at_mnt(), "srv /x");
  EXPECT_FALSE(doubts());
}

TEST_F(ModelSymbolicLinks, IntoAnotherFilesystemToTheSamePathInIt) {
  binds("/srv/x", root_at("/mnt", "ext4", 20), "/x");
  EXPECT_EQ(at_mnt(), "/dev/vda /x");
  EXPECT_FALSE(doubts());
}

// What was mounted while nobody told its number.
TEST_F(ModelSymbolicLinks, InAFilesystemWhoseDeviceIsNotKnown) {
  world_.mounts(world_.host, "new", "/n", "tmpfs");
  binds("/n/link", root_at("/mnt", "tmpfs", 77), "/real");
  EXPECT_EQ(at_mnt(), "new /real");
  EXPECT_FALSE(doubts());
}

TEST_F(ModelSymbolicLinks, NoLinkLeadsBelowWhatLiesOnIt) {
  world_.mounts(world_.host, "cover", "/srv", "tmpfs");
  binds("/link", root_at("/mnt", "tmpfs", 21), "/y");
  EXPECT_TRUE(doubts());
}

// As a runtime binds a root filesystem on itself that a daemon has mounted.
TEST_F(ModelSymbolicLinks, WhatSomebodyMountedWhoIsNotTracedIsSeenWhenItIsBound) {
  world_.mounts(world_.host, "/merged", "/merged", "", MS_BIND | MS_REC, [](Call& call) {
    call.after.newest_mount = root_at("/merged", "overlay", 60);
    call.after.newest_mount->mount_parent_id = 39;
    call.after.mount_root = "/";
    call.after.mount_source = "merged";
  });
  EXPECT_EQ(world_.table(world_.host), "/ , / /dev/vda, /d srv[/d], /merged merged, /merged merged, /srv srv");
  const MountTree& tree = world_.tree(world_.host);
  const Slot bound = tree.with_kernel_id(40);
  ASSERT_NE(bound, kNoSlot);
  EXPECT_EQ(tree.kernel_id_of(tree.parent_of(bound)), 39u);
  EXPECT_EQ(world_.state().filesystems.at(tree.filesystem_of(bound))->type, "overlay");
  ASSERT_EQ(world_.all<BecameUnknown>().size(), 1u);
  EXPECT_NE(world_.all<BecameUnknown>()[0].what.find("/merged led to a mount of somebody who is not traced (overlay)"),
            std::string::npos);
}

TEST_F(ModelSymbolicLinks, WhereTheKernelSaysThatItCameToSomebodysMountThatIsFound) {
  File on = root_at("/merged", "overlay", 60);
  on.mount_id = 39;
  world_.mounts(world_.host, "/merged", "/merged", "", MS_BIND | MS_REC, [&](Call& call) {
    call.after.newest_mount = root_at("/merged", "overlay", 60);
    call.after.newest_mount->mount_parent_id = 39;
    call.after.mount_root = "/";
    call.after.target = on;
  });
  const MountTree& tree = world_.tree(world_.host);
  EXPECT_EQ(tree.path_of(tree.with_kernel_id(39)), "/merged");
  EXPECT_EQ(tree.parent_of(tree.with_kernel_id(40)), tree.with_kernel_id(39));
}

TEST_F(ModelSymbolicLinks, WhatIsClonedOfSomebodysMountIsSeen) {
  world_.calls(world_.host, "open_tree", {AT_FDCWD, "/merged", OPEN_TREE_CLONE}, [](Call& call) {
    call.result = 5;
    call.returned_file = File{.fd = 5, .path = "/", .fs_type = "overlay", .dev_minor = 60, .mount_id = 40};
    call.after.mount_root = "/";
    call.after.mount_source = "merged";
  });
  EXPECT_EQ(world_.table(world_.host), "/ , / /dev/vda, /d srv[/d], /merged merged, /srv srv");
  const auto& trees = world_.state().trees;
  EXPECT_TRUE(std::ranges::any_of(trees, [](const auto& tree) {
    return tree.second.size() == 1 && tree.second.at(tree.second.root()).source == "merged";
  }));
  EXPECT_TRUE(doubts());
}

TEST_F(ModelSymbolicLinks, WhereSomebodysMountIsMustBeCertain) {
  const auto is_found = [&] {
    return std::ranges::any_of(world_.state().filesystems,
                               [](const auto& filesystem) { return filesystem.second->type == "overlay"; });
  };
  // Of several that came, it may be any.
  binds("/merged", root_at("/mnt/more", "overlay", 60), "/", MS_BIND | MS_REC);
  EXPECT_FALSE(is_found());
  // A folder of it: it may be mounted on any above that.
  binds("/merged", root_at("/mnt", "overlay", 60), "/folder");
  EXPECT_FALSE(is_found());
  binds("/merged", root_at("/mnt", "overlay", 60), "/");
  EXPECT_TRUE(is_found());
}

TEST_F(ModelSymbolicLinks, WhatIsAlikeInSeveralPlacesIsBelieved) {
  binds("/link", root_at("/mnt", "tmpfs", 21), "/d/x");  // as /srv/d/x and as /d/x
  EXPECT_EQ(at_mnt(), "srv /d/x");
  EXPECT_EQ(evidence_at_mnt(), Evidence::kObserved);
  EXPECT_FALSE(doubts());
}

TEST_F(ModelSymbolicLinks, WhatDiffersInSeveralPlacesIsDoubted) {
  world_.mounts(world_.host, "/d", "/e", "", MS_BIND);
  world_.mounts(world_.host, "none", "/e", "", MS_BIND | MS_REMOUNT | MS_NOSUID);
  binds("/link", root_at("/mnt", "tmpfs", 21), "/d/x");  // as /d/x and as /e/x
  EXPECT_TRUE(doubts());
}

TEST_F(ModelSymbolicLinks, OfWhatDiffersTheShortestLinkIsBelieved) {
  world_.mounts(world_.host, "/d", "/v/1", "", MS_BIND);
  world_.mounts(world_.host, "none", "/v/1", "", MS_BIND | MS_REMOUNT | MS_NOSUID);
  binds("/v/current/x", root_at("/mnt", "tmpfs", 21), "/d/x");
  const MountTree& tree = world_.tree(world_.host);
  for (const Slot slot : tree.in_tree_order())
    if (tree.path_of(slot) == "/mnt") {
      EXPECT_EQ(tree.at(slot).root, "/d/x");
      EXPECT_EQ(tree.at(slot).attributes & MOUNT_ATTR_NOSUID, uint64_t{MOUNT_ATTR_NOSUID});
      EXPECT_EQ(tree.at(slot).evidence, Evidence::kInferred);
    }
  EXPECT_FALSE(doubts());
}

// More of them stay in their mount than leave it.
TEST_F(ModelSymbolicLinks, OfWhatDiffersALinkThatStaysInItsMountIsBelieved) {
  world_.mounts(world_.host, "/p", "/b", "", MS_BIND);
  world_.mounts(world_.host, "none", "/b", "", MS_BIND | MS_REMOUNT | MS_NOSUID);
  binds("/one/two/link", root_at("/mnt", "ext4", 20), "/p/x");  // as /p/x and as /b/x
  EXPECT_EQ(at_mnt(), "/dev/vda /p/x");
  EXPECT_EQ(evidence_at_mnt(), Evidence::kInferred);
  EXPECT_FALSE(doubts());
}

// Names behind the link stay, too: /l -> /d.
TEST_F(ModelSymbolicLinks, ALinkIsShortThatKeepsTheNamesBehindIt) {
  world_.mounts(world_.host, "/d/x/y", "/s", "", MS_BIND);
  world_.mounts(world_.host, "none", "/s", "", MS_BIND | MS_REMOUNT | MS_NOSUID);
  binds("/l/x/y", root_at("/mnt", "tmpfs", 21), "/d/x/y");
  const MountTree& tree = world_.tree(world_.host);
  for (const Slot slot : tree.in_tree_order())
    if (tree.path_of(slot) == "/mnt") {
      EXPECT_EQ(tree.at(slot).attributes & MOUNT_ATTR_NOSUID, 0u);
    }
  EXPECT_EQ(at_mnt(), "srv /d/x/y");
  EXPECT_FALSE(doubts());
}

TEST_F(ModelSymbolicLinks, OfARecursiveBindTheNewestIsWhereOneOfThemCanBe) {
  deep_on("/a/b/c");
  binds("/link", root_at("/mnt/elsewhere/c", "tmpfs", 50), "/", MS_BIND | MS_REC);
  EXPECT_TRUE(doubts());
}

// Where nobody tells how many came.
TEST_F(ModelSymbolicLinks, WhatBringsMoreIsNotAlike) {
  world_.mounts(world_.host, "/a", "/b", "", MS_BIND);
  deep_on("/b/x/c");
  binds("/link", root_at("/mnt", "ext4", 20), "/a/x", MS_BIND | MS_REC);  // as /a/x, and as /b/x with what is on it
  EXPECT_EQ(world_.table(world_.host),
            "/ , / /dev/vda, /b /dev/vda[/a], /b/x/c deep, /d srv[/d], /mnt /dev/vda[/a/x], /srv srv");
  EXPECT_EQ(evidence_at_mnt(), Evidence::kInferred);
}

TEST_F(ModelSymbolicLinks, ACloneShowsWhatItsPathLedTo) {
  const auto cloned_from = [&](const char* path, const char* type, uint32_t minor, const char* root) {
    world_.calls(world_.host, "open_tree", {AT_FDCWD, path, OPEN_TREE_CLONE}, [&](Call& call) {
      call.result = 5;
      call.returned_file = root_at("/", type, minor);
      call.returned_file->fd = 5;
      call.returned_file->detached = true;
      call.after.mount_root = root;
    });
    return !doubts();
  };
  EXPECT_TRUE(cloned_from("/link", "tmpfs", 21, "/x"));
  EXPECT_FALSE(cloned_from("/link", "tmpfs", 99, "/x"));  // nobody knows where that is
}

TEST_F(ModelSymbolicLinks, ARecursiveBindShowsWhatItsSourceLedTo) {
  binds("/srv/link", root_at("/mnt", "tmpfs", 21), "/d/x", MS_BIND | MS_REC);  // as /srv/d/x and as /d/x
  EXPECT_EQ(at_mnt(), "srv /d/x");
  EXPECT_FALSE(doubts());
}

TEST_F(ModelSymbolicLinks, OfSeveralMountsTheNewestMayBeAny) {
  deep_on("/a/b/c");
  binds("/link", root_at("/mnt/b/c", "tmpfs", 50), "/", MS_BIND | MS_REC);
  EXPECT_EQ(world_.table(world_.host),
            "/ , / /dev/vda, /a/b/c deep, /d srv[/d], /mnt /dev/vda[/a], /mnt/b/c deep, /srv srv");
  EXPECT_FALSE(doubts());
}

TEST_F(ModelSymbolicLinks, OfSeveralMountsTheNewestMayBeTheFirst) {
  deep_on("/a/b/c");
  binds("/link", root_at("/mnt", "ext4", 20), "/a/b", MS_BIND | MS_REC);
  EXPECT_EQ(world_.table(world_.host),
            "/ , / /dev/vda, /a/b/c deep, /d srv[/d], /mnt /dev/vda[/a/b], /mnt/c deep, /srv srv");
  EXPECT_FALSE(doubts());
}

TEST_F(ModelSymbolicLinks, OfSeveralMountsTheNewestMayBeACopy) {
  deep_on("/a/b/c");
  world_.makes(world_.host, "/", MS_SHARED);
  world_.mounts(world_.host, "/x", "/y", "", MS_BIND);
  world_.mounts(world_.host, "/link", "/x/mnt", "", MS_BIND | MS_REC, [&](Call& call) {
    call.after.newest_mount = root_at("/y/mnt/c", "tmpfs", 50);
    call.after.mount_root = "/";
  });
  EXPECT_EQ(world_.table(world_.host),
            "/ , / /dev/vda shared:1, /a/b/c deep, /d srv[/d], /srv srv, /x/mnt /dev/vda[/a/b] shared:1, "
            "/x/mnt/c deep shared:2, /y /dev/vda[/x] shared:1, /y/mnt /dev/vda[/a/b] shared:1, /y/mnt/c deep shared:2");
  EXPECT_FALSE(doubts());
}

TEST_F(ModelSymbolicLinks, HowManyCameTellsWhatWasBound) {
  world_.mounts(world_.host, "/a", "/b", "", MS_BIND, [](Call& call) { call.after.mounts = 5; });
  deep_on("/b/x/c");
  const auto bound = [&](uint32_t mounts) {
    world_.mounts(world_.host, "/link", "/mnt", "", MS_BIND | MS_REC, [&](Call& call) {
      call.after.newest_mount = root_at("/mnt", "ext4", 20);
      call.after.mount_root = "/a/x";
      call.after.mounts = mounts;
    });
    const bool known = !doubts();
    const std::string table = world_.table(world_.host);
    world_.unmounts(world_.host, "/mnt", MNT_DETACH);
    return known ? table : "doubted";
  };
  EXPECT_EQ(bound(7), "/ , / /dev/vda, /b /dev/vda[/a], /b/x/c deep, /d srv[/d], /mnt /dev/vda[/a/x], /srv srv");
  EXPECT_EQ(bound(8),
            "/ , / /dev/vda, /b /dev/vda[/a], /b/x/c deep, /d srv[/d], /mnt /dev/vda[/a/x], /mnt/c deep, /srv srv");
}

TEST_F(ModelSymbolicLinks, OfSeveralMountsTheNewestIsWhereOneOfThemIs) {
  world_.mounts(world_.host, "deep", "/a/b", "tmpfs");
  binds("/a", root_at("/mnt/b", "tmpfs", 50), "/", MS_BIND | MS_REC);
  EXPECT_FALSE(doubts());
  world_.unmounts(world_.host, "/mnt", MNT_DETACH);
  binds("/a", root_at("/elsewhere/b", "tmpfs", 50), "/", MS_BIND | MS_REC);
  EXPECT_TRUE(doubts());
}

TEST_F(ModelSymbolicLinks, AFilesystemThatIsPickedIsTheOneThatTheKernelSays) {
  const auto read_only = [&](const char* source) {
    const MountTree& tree = world_.tree(world_.host);
    for (const Slot slot : tree.in_tree_order())
      if (tree.at(slot).source == source) return world_.state().filesystem(tree.at(slot).filesystem)->read_only.value;
    return false;
  };
  const auto picked_by = [&](const char* path, uint32_t device) {
    world_.calls(world_.host, "fspick", {AT_FDCWD, path, 0}, [&](Call& call) {
      call.result = 4;
      call.returned_file = File{.kind = FileKind::kFsContext, .fd = 4};
      call.returned_file->target = device;
    });
    world_.calls(world_.host, "fsconfig", {4, 0, "ro", null(), 0});
    world_.calls(world_.host, "fsconfig", {4, 7, null(), null(), 0});
    world_.calls(world_.host, "close", {4});
  };
  picked_by("/link", 21);
  EXPECT_TRUE(read_only("srv"));
  EXPECT_FALSE(read_only("/dev/vda"));
  picked_by("/link", 99);  // of no mount that is known
  EXPECT_FALSE(read_only("/dev/vda"));
  picked_by("/link", 0);  // it is not told
  EXPECT_TRUE(read_only("/dev/vda"));
}

// --- The kernel says where a path led.

TEST_F(ModelSymbolicLinks, WhatIsChangedIsWhereThePathLed) {
  File target = root_at("/srv", "tmpfs", 21);
  target.mount_id = 21;
  const auto led_there = [&](Call& call) { call.after.target = target; };
  const auto at_srv = [&] {
    const MountTree& tree = world_.tree(world_.host);
    return tree.at(tree.with_kernel_id(21));
  };
  world_.mounts(world_.host, "none", "/link", "", MS_UNBINDABLE, led_there);
  EXPECT_TRUE(at_srv().unbindable);
  world_.mounts(world_.host, "none", "/link", "", MS_REMOUNT | MS_BIND | MS_NOEXEC, led_there);
  EXPECT_EQ(at_srv().attributes & MOUNT_ATTR_NOEXEC, uint64_t{MOUNT_ATTR_NOEXEC});
  world_.mounts(world_.host, "new", "/link", "tmpfs", 0, led_there);
  EXPECT_EQ(world_.table(world_.host), "/ , / /dev/vda, /d srv[/d], /srv srv unbindable, /srv new");
  target.mount_id = 61;
  target.mount_parent_id = 21;
  target.dev_minor = 60;
  world_.calls(world_.host, "umount2", {"/link", 0}, led_there);
  EXPECT_EQ(world_.table(world_.host), "/ , / /dev/vda, /d srv[/d], /srv srv unbindable");
  EXPECT_FALSE(doubts());
}

// Who is not traced, and is met as it binds its own program to protect it; its child has the same program.
TEST_F(ModelSymbolicLinks, TheProgramOfWhoWasMetIsKnown) {
  world_.mounts(world_.host, "proc", "/proc", "proc");
  const Task met{.tid = 50, .tgid = 50, .start_ns = 5, .stranger = true};
  world_.apply(world_.snapshot(met, [](Snapshot& snapshot) {
    snapshot.at_start = true;
    snapshot.root = root_at("/", "ext4", 20);
    snapshot.root->mount_id = 20;
    snapshot.root->mount_parent_id = 1;
    snapshot.cwd = snapshot.exe = snapshot.root;
    snapshot.exe->path = "/usr/bin/made-up";
  }));
  const Task child = world_.forks(met, 51);
  for (const Task& who : {met, child}) {
    world_.binds(who, "/proc/self/exe", "/mnt");
    EXPECT_FALSE(doubts());
    EXPECT_EQ(at_mnt(), "/dev/vda /usr/bin/made-up");
    world_.unmounts(world_.host, "/mnt");
    EXPECT_TRUE(world_.task(who).programs.empty());
  }
}

TEST_F(ModelSymbolicLinks, WhatNobodyKnowsIsWhatTheKernelShows) {
  world_.mounts(world_.host, "proc", "/proc", "proc");
  binds("/proc/777/exe", root_at("/mnt", "ext4", 20), "/usr/bin/made-up");
  EXPECT_EQ(at_mnt(), "/dev/vda /usr/bin/made-up");
  EXPECT_FALSE(doubts());
}

TEST_F(ModelSymbolicLinks, WhatNobodyKnowsIsDoubtedWhereTheKernelShowsSomethingElse) {
  world_.mounts(world_.host, "proc", "/proc", "proc");
  binds("/proc/777/exe", root_at("/elsewhere", "ext4", 20), "/usr/bin/made-up");
  EXPECT_EQ(at_mnt(), "nothing");
  EXPECT_TRUE(doubts());
}

TEST_F(ModelSymbolicLinks, WhatNobodyKnowsIsDoubtedWhereItMayBeSeveralThings) {
  world_.mounts(world_.host, "proc", "/proc", "proc");
  world_.calls(world_.host, "mount", {null(), "/d", null(), MS_REMOUNT | MS_BIND | MS_RDONLY, null()});
  binds("/proc/777/root/x", root_at("/mnt", "tmpfs", 21), "/d/x");
  EXPECT_EQ(at_mnt(), "nothing");
  EXPECT_TRUE(doubts());
}

TEST_F(ModelSymbolicLinks, WhereNobodyHasBeenIsDoubted) {
  File target = root_at("/x", "xfs", 99);
  world_.mounts(world_.host, "none", "/srv", "", MS_SHARED, [&](Call& call) { call.after.target = target; });
  EXPECT_TRUE(doubts());
}

TEST_F(ModelSymbolicLinks, WhatIsAsTheCallSaidIsBelieved) {
  binds("/srv/x", root_at("/mnt", "tmpfs", 21), "/x");
  EXPECT_EQ(at_mnt(), "srv /x");
  EXPECT_FALSE(doubts());
}

TEST_F(ModelSymbolicLinks, DeletedFilesAreShownByOtherWords) {
  File deleted = root_at("/mnt", "tmpfs", 21);
  deleted.deleted = true;
  binds("/srv/x", deleted, "/y");
  EXPECT_EQ(at_mnt(), "srv /x");
  EXPECT_FALSE(doubts());
}

TEST_F(ModelSymbolicLinks, WhatWasDeletedBeforeIsShownByOtherWordsInATable) {
  MountWorld world(std::string(kTable) + "23 20 0:21 /gone//deleted /a/x rw - tmpfs srv rw\n");
  world.mounts(world.host, "/a", "/mnt", "", MS_BIND | MS_REC, [](Call& call) {
    call.after.newest_mount = root_at("/mnt/x", "tmpfs", 21);
    call.after.mount_root = "/gone";
  });
  EXPECT_TRUE(world.all<BecameUnknown>().empty());
  EXPECT_EQ(world.table(world.host),
            "/ , / /dev/vda, /a/x srv[/gone//deleted], /d srv[/d], /mnt /dev/vda[/a], /mnt/x srv[/gone//deleted], "
            "/srv srv");
}

// Both have a pid 2, each in a pid namespace of its own.
TEST_F(ModelSymbolicLinks, APidIsOneOfThePidNamespaceOfWhoSaysIt) {
  const auto with_pids = [](std::vector<uint32_t> pids) { return [pids](Fork& fork) { fork.child_pids = pids; }; };
  world_.mounts(world_.host, "proc", "/proc", "proc");
  const Task first = world_.forks(world_.host, 51, CLONE_NEWPID, with_pids({51, 1}));
  const Task elsewhere = world_.forks(first, 52, 0, with_pids({52, 2}));
  world_.calls(elsewhere, "chroot", {"/srv"});
  const Task second = world_.forks(world_.host, 61, CLONE_NEWPID, with_pids({61, 1}));
  world_.forks(second, 62, 0, with_pids({62, 2}));
  world_.binds(second, "/proc/2/root/x", "/mnt");
  EXPECT_EQ(at_mnt(), "/dev/vda /x");
  world_.unmounts(world_.host, "/mnt");
  world_.binds(first, "/proc/2/root/x", "/mnt");
  EXPECT_EQ(at_mnt(), "srv /x");
}

TEST_F(ModelSymbolicLinks, ACallAtTheSameTimeSaysNothing) {
  world_.forks(world_.host, 11);
  world_.mounts(world_.host, "/srv/x", "/mnt", "", MS_BIND, [&](Call& call) {
    call.after.newest_mount = root_at("/elsewhere", "ext4", 20);
    call.after.mount_root = "/y";
    call.after.contended = true;
  });
  EXPECT_EQ(at_mnt(), "srv /x");
  EXPECT_FALSE(doubts());
}

TEST_F(ModelSymbolicLinks, ANewMountShowsWhatTheKernelSays) {
  world_.mounts(world_.host, "given", "/mnt", "cgroup2", 0, [&](Call& call) {
    call.after.newest_mount = root_at("/mnt", "cgroup2", 60);
    call.after.mount_root = "/pod/web";
    call.after.mount_source = "cgroup";
  });
  EXPECT_EQ(at_mnt(), "cgroup /pod/web");
  // That of another type is not the one that came.
  world_.unmounts(world_.host, "/mnt");
  world_.mounts(world_.host, "given", "/mnt", "ramfs", 0, [&](Call& call) {
    call.after.newest_mount = root_at("/mnt", "tmpfs", 61);
    call.after.mount_root = "/z";
    call.after.mount_source = "other";
  });
  EXPECT_EQ(at_mnt(), "given /");
}

TEST_F(ModelSymbolicLinks, AMovedDescriptorIsWhereItsMountIs) {
  File detached{.fd = 5, .path = "/"};
  detached.fs_type = "tmpfs";
  detached.dev_minor = 70;
  detached.mount_id = detached.mount_parent_id = 41;
  detached.detached = true;
  world_.calls(world_.host, "fsopen", {"tmpfs", 0}, [](Call& call) { call.result = 4; });
  world_.calls(world_.host, "fsmount", {4, 0, 0}, [&](Call& call) {
    call.result = 5;
    call.returned_file = detached;
  });
  world_.calls(world_.host, "move_mount", {5, "", AT_FDCWD, "/link", MOVE_MOUNT_F_EMPTY_PATH}, [&](Call& call) {
    call.args[0].file = detached;
    call.after.moved = root_at("/a", "tmpfs", 70);
  });
  EXPECT_EQ(world_.table(world_.host), "/ , / /dev/vda, /a none, /d srv[/d], /srv srv");
  EXPECT_FALSE(doubts());
}

}  // namespace
}  // namespace cttrace
