// Containers are found by what happens, and what belongs together is told together.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/mount.h>
#include <signal.h>
#include <sys/stat.h>

#include <functional>
#include <set>

#include "story_world.h"

namespace cttrace {
namespace {

using Words = StoryWorld::Words;

using How = ContainerNamespace::How;

// What became of the namespaces of this type.
How how(const SetUpStory& story, uint32_t type) {
  for (const ContainerNamespace& each : story.namespaces)
    if (each.type == type) return each.how;
  throw std::logic_error("no such namespace");
}

struct StoryContainers : testing::Test {
  StoryWorld world;

  // A runtime that makes a container with one clone, and hands over to /bin/app as its pid 1.
  Task container(uint32_t tid, const std::vector<std::string>& argv, const NamespaceInodes& namespaces = kInside) {
    const Task runtime = world.starts(tid, argv);
    const Task init = world.clones(runtime, tid + 1, kMountsAndPids, {tid + 1, 1}, namespaces);
    world.pivots(init, "/bundle/rootfs");
    world.runs_in(init, {"/bin/app", "x"}, namespaces, {tid + 1, 1});
    return init;
  }
  // The runtime's file, which was the second that was executed, in the container's namespaces.
  void executes_itself(const Task& task, const std::vector<std::string>& argv) {
    world.calls(task, "execve", {"/proc/self/exe", argv});
    world.apply(world.snapshot(task, [](Snapshot& snapshot) {
      snapshot.exe = File{.path = "/usr/bin/made-up", .inode = 101, .mode = 0100755};
      snapshot.namespaces = kInside;
      snapshot.pids = {51, 1};
    }));
  }
};

TEST_F(StoryContainers, APidOneInNamespacesOfItsOwn) {
  const Task init = container(50, {"/usr/bin/made-up", "run", "web"});
  const Container told = world.container();
  EXPECT_EQ(told.set_up.ending, Ending::kHandedOver);
  EXPECT_EQ(told.isolation, Isolation::kContainer);
  EXPECT_EQ(told.number, 1u);
  EXPECT_EQ(told.name, "web");
  EXPECT_EQ(told.set_up.runtime.name, "made-up");
  EXPECT_EQ(told.set_up.argv, (std::vector<std::string>{"/bin/app", "x"}));
  EXPECT_EQ(told.init, id_of(init));
  EXPECT_EQ(told.set_up.program, id_of(init));
  EXPECT_EQ(told.rootfs, "/bundle/rootfs");
  EXPECT_EQ(how(told.set_up, CLONE_NEWNS), How::kMade);
  EXPECT_EQ(how(told.set_up, CLONE_NEWPID), How::kMade);
  EXPECT_EQ(how(told.set_up, CLONE_NEWNET), How::kStarters);
  ASSERT_EQ(told.set_up.stages.size(), 2u);
  EXPECT_EQ(told.set_up.stages[1].made_by, 0u);
}

// A word of the command line that became the hostname need not mean anything else.
TEST_F(StoryContainers, WhetherTheHostnameAloneSaysItsName) {
  const auto told = [](const std::vector<std::string>& argv) {
    StoryWorld world;
    const Task runtime = world.starts(50, argv);
    const NamespaceInodes inside = with(kInside, {{CT_NS_UTS, 701}});
    const Task init = world.clones(runtime, 51, kMountsAndPids | CLONE_NEWUTS, {51, 1}, inside);
    world.calls(init, "sethostname", {std::string("web"), 3});
    world.runs_in(init, {"/bin/app"}, inside, {51, 1});
    return world.container();
  };
  for (const auto& [argv, by_hostname] :
       std::vector<std::pair<Words, bool>>{{{"/usr/bin/made-up", "--hostname", "web", "/bin/app"}, true},
                                           {{"/usr/bin/made-up", "/bin/app"}, true},
                                           {{"/usr/bin/made-up", "run", "web"}, false},
                                           {{"/usr/bin/made-up", "-M", "web", "/bin/app"}, false},
                                           {{"/usr/bin/made-up", "--machine", "web", "/bin/app"}, false}}) {
    EXPECT_EQ(told(argv).name, "web");
    EXPECT_EQ(told(argv).name_is_hostname, by_hostname) << argv[1];
  }
}

TEST_F(StoryContainers, AVersionIsWhatTheFileSaysOrElseItsPath) {
  const auto version = [](const std::string& path, const std::string& said) {
    StoryWorld world;
    const Task runtime =
        world.starts(50, {path, "run", "web"}, [&](Snapshot& snapshot) { snapshot.exe_version = said; });
    const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
    world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
    return world.container().set_up.runtime.version;
  };
  EXPECT_EQ(version("/usr/sbin/runc", "1.1.5+ds1"), "1.1.5+ds1");
  EXPECT_EQ(version("/opt/runc-1.1.15/runc", ""), "1.1.15");
  EXPECT_EQ(version("/opt/runc-1.1.15/runc", "1.2.0"), "1.2.0");
  EXPECT_EQ(version("/usr/sbin/runc", ""), "");
}

TEST_F(StoryContainers, WhoKeepsItsPidAfterUnshare) {
  const NamespaceInodes own = with(kHost, {{CT_NS_MNT, 500}});
  const Task task = world.starts(50, {"/usr/bin/unshare", "-m", "/bin/app"});
  world.unshares(task, CLONE_NEWNS, own);
  world.runs_in(task, {"/bin/app"}, own, {50});
  const Container told = world.container();
  EXPECT_EQ(told.isolation, Isolation::kMounts);
  EXPECT_EQ(told.kind, "mounts of its own, the starter's pids");
  EXPECT_EQ(told.set_up.runtime.name, "unshare");
  EXPECT_EQ(told.init, id_of(task));
}

TEST_F(StoryContainers, AChrootAloneIsNamedForWhatItIs) {
  const Task task = world.starts(50, {"/usr/sbin/chroot", "/srv/root", "/bin/app"},
                                 [](Snapshot& snapshot) { snapshot.root = File{.path = "/", .inode = 2}; });
  world.calls(task, "chroot", {"/srv/root"}, [](Call& call) { call.args[0].resolved = "/srv/root"; });
  world.runs(task, {"/bin/app"}, [](Snapshot& snapshot) { snapshot.root = File{.path = "/srv/root", .inode = 77}; });
  const Container told = world.container();
  EXPECT_EQ(told.isolation, Isolation::kChroot);
  EXPECT_EQ(told.kind, "chroot only: not isolated by namespaces");
  EXPECT_EQ(told.rootfs, "/srv/root");
}

// CLONE_FS: the root is its maker's, too, who goes on with it.
TEST_F(StoryContainers, WhoHasItsRootInCommonWithAHelperHandsOver) {
  const Task runtime =
      world.starts(50, {"/usr/bin/made-up"}, [](Snapshot& snapshot) { snapshot.root = File{.path = "/", .inode = 2}; });
  const Task helper = world.clones(runtime, 51, CLONE_FS, {51});
  world.calls(helper, "chroot", {"/srv/root"}, [](Call& call) { call.args[0].resolved = "/srv/root"; });
  world.ends(helper);
  world.runs(runtime, {"/bin/app"}, [](Snapshot& snapshot) { snapshot.root = File{.path = "/srv/root", .inode = 77}; });
  const Container told = world.container();
  EXPECT_EQ(told.init, id_of(runtime));
  EXPECT_EQ(told.kind, "chroot only: not isolated by namespaces");
  EXPECT_EQ(told.rootfs, "/srv/root");
}

// Its children would have pids of their own.
TEST_F(StoryContainers, WhoIsInItsStartersMountsAndPidsIsNamedForThat) {
  const NamespaceInodes for_children = with(kHost, {{CT_NS_PID_FOR_CHILDREN, 600}});
  const Task task = world.starts(50, {"/usr/bin/unshare", "--pid", "/bin/app"});
  world.unshares(task, CLONE_NEWPID, for_children);
  world.runs_in(task, {"/bin/app"}, for_children, {50});
  EXPECT_EQ(world.container().kind, "the starter's mounts and pids");
}

// unshare has no bundle: the option is the one of what it runs.
TEST_F(StoryContainers, OptionsOfTheCommandThatIsRunAreItsOwn) {
  const NamespaceInodes own = with(kHost, {{CT_NS_MNT, 500}});
  const std::vector<std::string> command = {"/usr/bin/made-up", "run", "--bundle", "/b", "web"};
  std::vector<std::string> words = {"/usr/bin/unshare", "-m"};
  words.insert(words.end(), command.begin(), command.end());
  const Task task = world.starts(50, words);
  world.unshares(task, CLONE_NEWNS, own);
  world.runs_in(task, command, own, {50});
  const Task init = world.clones(task, 51, kMountsAndPids, {51, 1}, kInside);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ((std::array{told[0].bundle, told[1].bundle}), (std::array<std::string, 2>{"", "/b"}));
  EXPECT_EQ(told[1].name, "web");
}

// ch-run binds with -b, and whoever changes its root is not in a bundle for that.
TEST_F(StoryContainers, ItsNameIsNoPartOfTheCommand) {
  const auto name_of = [](const Words& argv, const Words& program) {
    StoryWorld world;
    const Task runtime = world.starts(50, argv);
    const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
    world.runs_in(init, program, kInside, {51, 1});
    return world.container().name;
  };
  const Words shell = {"/bin/sh", "-c", "id; sleep 1"};
  EXPECT_EQ(name_of({"/usr/bin/made-up", "run", "web", "--", "sh", "-c", "id; sleep 1"}, shell), "web");
  EXPECT_EQ(name_of({"/usr/bin/made-up", "run", "web", "sh", "-c", "id; sleep 1"}, shell), "web");
  EXPECT_EQ(name_of({"/usr/bin/made-up", "run", "--", "web"}, shell), "web");
  // That another program is given the same does not make its words the command.
  EXPECT_EQ(name_of({"/usr/bin/made-up", "run", "-b", "/bundle", "web"}, {"/sbin/init", "web"}), "web");
}

TEST_F(StoryContainers, OnlyARuntimeHasABundleThatNoOptionNames) {
  const auto bundle_of_run = [](std::vector<std::string> words) {
    StoryWorld one;
    const Task task = one.starts(50, std::move(words),
                                 [](Snapshot& snapshot) { snapshot.cwd = File{.path = "/bundle", .inode = 3}; });
    const Task init = one.clones(task, 51, kMountsAndPids, {51, 1}, kInside);
    one.pivots(init, "/bundle/rootfs");
    one.runs_in(init, {"/bin/app"}, kInside, {51, 1});
    return one.container().bundle;
  };
  EXPECT_EQ(bundle_of_run({"/usr/bin/ch-run", "-b", "/x:/var", "/bundle/rootfs"}), "");
  EXPECT_EQ(bundle_of_run({"/usr/bin/unshare", "--root", "rootfs"}), "");
  EXPECT_EQ(bundle_of_run({"/usr/bin/runc", "run", "web"}), "/bundle");
  EXPECT_EQ(bundle_of_run({"/usr/bin/runc", "run", "-b", "/other/", "web"}), "/other");
  EXPECT_EQ(bundle_of_run({"/usr/bin/runc", "restore", "--bundle=/other", "web"}), "/other");
}

TEST_F(StoryContainers, ProgramsThatChangeNothingAreNone) {
  const Task make = world.starts(50, {"/usr/bin/make"});
  const Task compiler = world.forks(make, 51);
  world.runs(compiler, {"/usr/bin/cc"});
  // A network namespace alone is none, either.
  const NamespaceInodes own = with(kHost, {{CT_NS_NET, 500}});
  world.unshares(make, CLONE_NEWNET, own);
  world.runs_in(make, {"/usr/bin/ip"}, own, {50});
  EXPECT_TRUE(world.told().empty());
}

TEST_F(StoryContainers, AProgramThatExecutesItselfAgainIsStillTheRuntime) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  executes_itself(init, {"made-up", "init"});
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const Container told = world.container();
  EXPECT_EQ(told.set_up.argv, std::vector<std::string>{"/bin/app"});
}

TEST_F(StoryContainers, OneInAnother) {
  const Task outer = container(50, {"/usr/bin/made-up", "run", "outer"});
  const NamespaceInodes within = with(kInside, {{CT_NS_MNT, 600}, {CT_NS_PID, 605}, {CT_NS_PID_FOR_CHILDREN, 605}});
  const Task runtime = world.clones(outer, 60, 0, {60, 2});
  world.runs_in(runtime, {"/usr/bin/made-up", "run", "inner"}, kInside, {60, 2});
  const Task inner = world.clones(runtime, 61, kMountsAndPids, {61, 3, 1}, within);
  world.runs_in(inner, {"/bin/app"}, within, {61, 3, 1});
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].parent, 0u);
  EXPECT_EQ(told[1].name, "inner");
  EXPECT_EQ(told[1].parent, told[0].number);
  EXPECT_EQ(told[1].parent_name, "outer");
}

TEST_F(StoryContainers, WhoEntersOneIsTold) {
  const Task init = container(50, {"/usr/bin/made-up", "run", "web"});
  const Task second = world.starts(70, {"/usr/bin/made-up", "exec", "web", "/bin/ls"});
  world.joins(second, CLONE_NEWPID, 505, with(kHost, {{CT_NS_PID_FOR_CHILDREN, 505}}));
  world.joins(second, CLONE_NEWNS, 500, with(kHost, {{CT_NS_PID_FOR_CHILDREN, 505}, {CT_NS_MNT, 500}}));
  const Task inside = world.clones(second, 71, 0, {71, 9}, kInside);
  world.runs_in(inside, {"/bin/ls"}, kInside, {71, 9});
  EXPECT_EQ(world.container().name, "web");
  const std::vector<EntryMade> entries = world.told_of<EntryMade>();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].container, 1u);
  EXPECT_EQ(entries[0].number, 1u);
  EXPECT_EQ(entries[0].container_name, "web");
  EXPECT_EQ(entries[0].set_up.argv, std::vector<std::string>{"/bin/ls"});
  EXPECT_EQ(how(entries[0].set_up, CLONE_NEWNS), How::kJoined);
  world.ends(init, 3 << 8);
  const std::vector<ContainerWentOn> later = world.told_of<ContainerWentOn>();
  ASSERT_EQ(later.size(), 1u);
  EXPECT_EQ(later[0].exit_code, 3u << 8);
  EXPECT_EQ(later[0].entries, 1u);
}

TEST_F(StoryContainers, WhatWasThereBeforeIsEnteredWithoutANumber) {
  const Task second = world.starts(70, {"/usr/bin/nsenter", "/bin/ls"});
  const NamespaceInodes there = with(kHost, {{CT_NS_MNT, 900}});
  world.joins(second, CLONE_NEWNS, 900, there);
  world.runs_in(second, {"/bin/ls"}, there, {70});
  EXPECT_TRUE(world.told_of<Container>().empty());
  const std::vector<EntryMade> entries = world.told_of<EntryMade>();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].container, 0u);
  EXPECT_TRUE(entries[0].there_before);
}

// create makes it, start lets it go on, delete ends it: three processes of one runtime, and one container.
TEST_F(StoryContainers, SeveralProcessesOfOneRuntimeAreOne) {
  const std::string id = "0123456789abcdef0123456789abcdef";
  const Task create = world.starts(50, {"/usr/bin/made-up", "create", id});
  const Task init = world.clones(create, 51, kMountsAndPids, {51, 1}, kInside);
  world.calls(create, "sethostname", {std::string("from-create"), 11});
  world.ends(create);
  const Task start = world.starts(60, {"/usr/bin/made-up", "start", id});
  world.calls(start, "mknodat", {AT_FDCWD, "/run/" + id, S_IFIFO | 0600, 0});
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  world.ends(start);
  world.ends(init);
  const Task last = world.starts(70, {"/usr/bin/made-up", "delete", id});
  world.ends(last);
  const Container told = world.container();
  EXPECT_EQ(told.name, id);
  EXPECT_EQ(told.short_name, "0123456789ab");
  std::vector<uint32_t> pids;
  for (const Stage& stage : told.set_up.stages) pids.push_back(stage.task.tid);
  EXPECT_EQ(pids, (std::vector<uint32_t>{50, 51, 60}));
  const std::vector<ContainerWentOn> later = world.told_of<ContainerWentOn>();
  ASSERT_EQ(later.size(), 2u);
  EXPECT_TRUE(later[0].exit_code);
  ASSERT_TRUE(later[1].service);
  EXPECT_EQ(later[1].service->runtime.argv, (std::vector<std::string>{"/usr/bin/made-up", "delete", id}));
}

TEST_F(StoryContainers, TwoAtATimeAreKeptApart) {
  const NamespaceInodes other = with(kHost, {{CT_NS_MNT, 700}, {CT_NS_PID, 705}, {CT_NS_PID_FOR_CHILDREN, 705}});
  const Task one = world.starts(50, {"/usr/bin/made-up", "run", "one"});
  const Task two = world.starts(60, {"/usr/bin/made-up", "run", "two"});
  const Task first = world.clones(one, 51, kMountsAndPids, {51, 1}, kInside);
  const Task second = world.clones(two, 61, kMountsAndPids, {61, 1}, other);
  world.calls(first, "sethostname", {std::string("first"), 5});
  world.calls(second, "sethostname", {std::string("second"), 6});
  world.runs_in(second, {"/bin/app"}, other, {61, 1});
  world.runs_in(first, {"/bin/app"}, kInside, {51, 1});
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ((std::array{told[0].name, told[1].name}), (std::array<std::string, 2>{"two", "one"}));
  EXPECT_EQ((std::array{told[0].hostname, told[1].hostname}), (std::array<std::string, 2>{"second", "first"}));
  for (const Container& each : told) EXPECT_EQ(each.set_up.stages.size(), 2u);
}

// A helper gives one to a UTS namespace of its own.
TEST_F(StoryContainers, AHostnameInAnotherNamespaceIsNotTheContainers) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  const Task helper = world.forks(init, 52, 0, [](Fork& fork) { fork.child_pids = {52, 2}; });
  world.unshares(helper, CLONE_NEWUTS, with(kInside, {{CT_NS_UTS, 900}}));
  world.calls(helper, "sethostname", {std::string("helper"), 6});
  world.ends(helper);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  EXPECT_EQ(world.container().hostname, "");
  EXPECT_EQ(world.container().name, "app");
}

// As getuid(2) there says it. That a map could not be read does not mean that there is none.
TEST_F(StoryContainers, IdsThatAreNotMappedAreTheOverflowIdInside) {
  using Map = std::optional<std::vector<IdExtent>>;
  const auto handed = [](const Map& uids, const Map& gids) {
    StoryWorld other;
    const Task init = other.clones(other.starts(50, {"/usr/bin/made-up"}), 51, kMountsAndPids, {51, 1}, kInside);
    other.runs(init, {"/bin/app"}, [&](Snapshot& snapshot) {
      snapshot.namespaces = kInside;
      snapshot.pids = {51, 1};
      snapshot.uid_map = uids;
      snapshot.gid_map = gids;
    });
    return std::get<HandedOver>(steps_of<HandedOver>(other.container().set_up).at(0).facts);
  };
  const std::vector<IdExtent> root = {{.first = 7, .lower_first = 0, .count = 1}};
  const std::vector<IdExtent> others = {{.first = 0, .lower_first = 100000, .count = 65536}};
  const HandedOver none = handed(Map::value_type(), others);
  EXPECT_EQ((std::array{none.uid, none.gid, none.host_uid, none.host_gid}), (std::array{65534u, 65534u, 0u, 0u}));
  EXPECT_EQ((std::array{none.uid_is_mapped, none.gid_is_mapped}), (std::array{false, false}));
  const HandedOver mapped = handed(root, root);
  EXPECT_EQ((std::array{mapped.uid, mapped.gid, mapped.host_uid}), (std::array{7u, 7u, 0u}));
  EXPECT_TRUE(mapped.uid_is_mapped && mapped.gid_is_mapped);
  const HandedOver unread = handed(std::nullopt, std::nullopt);
  EXPECT_EQ((std::array{unread.uid, unread.gid}), (std::array{0u, 0u}));
  EXPECT_TRUE(unread.uid_is_mapped && unread.gid_is_mapped);
}

TEST_F(StoryContainers, WhatBreaksOffIsToldWithItsEnding) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.calls(init, "mount", {"/bundle/rootfs", "/bundle/rootfs", null(), MS_BIND | MS_REC, null()});
  const std::vector<Container> going_on = world.told_of<Container>();
  ASSERT_EQ(going_on.size(), 1u);
  EXPECT_EQ(going_on[0].set_up.ending, Ending::kNotComplete);
  world.ends(init, 1 << 8);
  world.ends(runtime, 1 << 8);
  const Container failed = world.container();
  EXPECT_EQ(failed.set_up.ending, Ending::kFailed);
  EXPECT_EQ(failed.rootfs, "/bundle/rootfs");
  EXPECT_TRUE(failed.rootfs_inferred);
  EXPECT_FALSE(failed.set_up.program.tid);
}

// What is bound on itself below it, to be read only, is not to become the root.
TEST_F(StoryContainers, TheRootThatWasToBeIsAboveWhatIsMadeReadOnlyInIt) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  for (const std::string path : {"/bundle/rootfs", "/bundle/rootfs/proc/bus"})
    world.calls(init, "mount", {path, path, null(), MS_BIND | MS_REC, null()});
  world.ends(init, 1 << 8);
  world.ends(runtime, 1 << 8);
  EXPECT_EQ(world.container().rootfs, "/bundle/rootfs");
}

// systemd's: the starter's whole tree is bound there, and some of it treated.
TEST_F(StoryContainers, TheRootThatWasToBeIsWhereTheWholeTreeWasBound) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.calls(init, "mount", {"/", "/run/unit-root", null(), MS_BIND | MS_REC, null()});
  world.calls(init, "mount", {"/run/unit-root/home", "/run/unit-root/home", null(), MS_BIND | MS_REC, null()});
  world.ends(init, 1 << 8);
  world.ends(runtime, 1 << 8);
  EXPECT_EQ(world.container().rootfs, "/run/unit-root");
}

// It may be there to be looked at: what was bound on itself lies elsewhere.
TEST_F(StoryContainers, WhereTheWholeTreeWasBoundIsNoRootBesideOneThatWasBoundOnItself) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.calls(init, "mount", {"/bundle/rootfs", "/bundle/rootfs", null(), MS_BIND | MS_REC, null()});
  world.calls(init, "mount", {"/", "/mnt/host", null(), MS_BIND | MS_REC, null()});
  world.ends(init, 1 << 8);
  world.ends(runtime, 1 << 8);
  EXPECT_EQ(world.container().rootfs, "/bundle/rootfs");
}

// Programs that come and go by the thousand are no reason to forget what was set up before them.
TEST_F(StoryContainers, WhatHelpersDoIsForgottenFirst) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.calls(init, "mount", {"t", "/mnt", "tmpfs", 0, null()});
  for (uint32_t tid = 100; tid < 3100; ++tid) {
    const Task helper = world.forks(init, tid);
    world.runs(helper, {"/bin/helper"});
    world.ends(helper);
  }
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const SetUpStory told = world.container().set_up;
  EXPECT_GT(told.steps_dropped, 1000u);
  EXPECT_EQ(steps_of<MountDone>(told).size(), 1u);
  EXPECT_EQ(steps_of<NamespacesChanged>(told).size(), 1u);
}

// Nobody waits for the last of those that fail when their runtime does.
TEST_F(StoryContainers, WhatARuntimeGaveUpIsNoSetUpThatGoesOn) {
  const auto told_where = [](uint32_t runtime_ends) {
    StoryWorld world;
    const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
    const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
    world.calls(init, "sethostname", {std::string("web"), 3});
    world.ends(runtime, runtime_ends);
    return world.container().set_up.ending;
  };
  EXPECT_EQ(told_where(1 << 8), Ending::kFailed);
  EXPECT_EQ(told_where(0), Ending::kNotComplete);
}

// It has made another one before.
TEST_F(StoryContainers, WhatGoesOnWhenTracingEndsIsToldWhateverItsRuntimeDid) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  world.runs_in(world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside), {"/bin/app"}, kInside, {51, 1});
  const NamespaceInodes other = with(kInside, {{CT_NS_MNT, 700}, {CT_NS_PID, 705}});
  world.calls(world.clones(runtime, 61, kMountsAndPids, {61, 1}, other), "sethostname", {std::string("second"), 6});
  world.ends(runtime, 1 << 8);
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1].set_up.ending, Ending::kNotComplete);
}

// ... and its unit has ended before those that go on.
TEST_F(StoryContainers, NoSetUpIsLeftBehind) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task between = world.forks(runtime, 51);
  world.unshares(between, CLONE_NEWNS, with(kHost, {{CT_NS_MNT, 500}}));
  const Task last = world.forks(between, 52);
  world.runs_in(last, {"/usr/bin/other", "create", "x"}, with(kHost, {{CT_NS_MNT, 500}}), {52});
  world.ends(between);
  world.ends(runtime);
  EXPECT_EQ(world.container().set_up.ending, Ending::kNotComplete);
  world.ends(last);
  EXPECT_EQ(world.going_on(), 0u);
}

// A child of a hook that has failed goes on for ever: it keeps nobody waiting.
TEST_F(StoryContainers, WhatWaitsForItsRuntimeWaitsOnce) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "--", "/bin/app"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.pivots(init, "/bundle/rootfs");
  const Task hook = world.clones(init, 52, 0, {52, 2});
  world.runs_in(hook, {"/bin/hook"}, kInside, {52, 2});
  const Task child = world.clones(hook, 53, 0, {53, 3});
  world.ends(hook, 1 << 8);
  world.ends(init, 1 << 8);
  for (uint32_t i = 0; i < 4; ++i) {
    world.passes(500'000'000);
    world.ends(world.clones(child, 60 + i, 0, {60 + i, 4 + i}));
    world.goes_on(child);
  }
  EXPECT_EQ(world.going_on(), 0u);
}

// Its user namespace was made by another program, which has executed it: that is not there any more.
TEST_F(StoryContainers, WhatFailsInAUserNamespaceOfItsStarterIsTold) {
  const Task runtime = world.starts(50, {"/usr/bin/unshare", "-r", "made-up", "nosuch"});
  world.unshares(runtime, CLONE_NEWUSER, with(kHost, {{CT_NS_USER, 600}}));
  world.runs(runtime, {"/usr/bin/made-up", "nosuch"}, [](Snapshot& snapshot) {
    snapshot.namespaces = with(kHost, {{CT_NS_USER, 600}});
  });
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.fails(init, "execve", {"/bin/nosuch", std::vector<std::string>{"nosuch"}}, ENOENT);
  world.ends(init, 1 << 8);
  world.ends(runtime, 1 << 8);
  EXPECT_EQ(world.container().set_up.ending, Ending::kFailed);
}

// Rootless podman joins what it has made before, executes itself there, and fails.
TEST_F(StoryContainers, WhoWorksWhereItHasJoinedEntersNothing) {
  const std::vector<std::string> argv = {"/usr/bin/engine", "run", "image", "/bin/true"};
  const Task engine = world.starts(50, argv);
  const Task again = world.forks(engine, 51);
  const NamespaceInodes there = with(kHost, {{CT_NS_MNT, 900}});
  world.joins(again, CLONE_NEWNS, 900, there);
  world.runs_in(again, argv, there, {51});
  world.ends(again, 125 << 8);
  world.ends(engine, 125 << 8);
  EXPECT_TRUE(world.told_of<EntryMade>().empty());
  EXPECT_TRUE(world.told_of<Container>().empty());
}

// Rootless podman: it makes namespaces to work in, or joins those that it has made before, and has another program tell
// its version there.
struct Works : StoryContainers {
  const std::vector<std::string> run = {"/usr/bin/engine", "run", "image", "/bin/true"};
  const NamespaceInodes there = with(kHost, {{CT_NS_USER, 600}, {CT_NS_MNT, 900}});
  void TestBody() override {}

  void ends_badly(const Task& engine) {
    const std::string text = "engine: no such runtime\n";
    world.calls(engine, "write", {2, text, text.size()}, [&](Call& call) {
      call.row = &row_for_stderr(*call.row);
      call.result = static_cast<int64_t>(text.size());
    });
    world.ends(engine, 125 << 8);
  }
  void has_helped(const Task& engine, uint32_t ends = 0) {
    const Task helper = world.clones(engine, 60, 0, {60}, there);
    world.runs_in(helper, {"/usr/bin/monitor", "--version"}, there, {60});
    world.ends(helper, ends);
  }
  Task enters(const std::vector<std::string>& argv) {
    const Task engine = world.starts(50, argv);
    world.joins(engine, CLONE_NEWUSER, 600, with(kHost, {{CT_NS_USER, 600}}));
    world.joins(engine, CLONE_NEWNS, 900, there);
    return engine;
  }
  // ... and goes on beside one that keeps them.
  Task makes(const Task& engine, const std::vector<std::string>& argv) {
    const Task again = world.clones(engine, 51, CLONE_NEWUSER | CLONE_NEWNS, {51}, there);
    world.runs_in(world.clones(again, 52, 0, {52}, there), {"/usr/bin/engine"}, there, {52});
    world.runs_in(again, argv, there, {51});
    return again;
  }
  void has_threads(const Task& engine) { world.forks(engine, engine.tid + 20, CLONE_THREAD); }
};

TEST(StoryWorks, WhatToldItsVersionBeforeThatFailedIsNoContainer) {
  for (const uint32_t helper_ends : {0u, 1u << 8}) {
    Works each;
    const Task engine = each.world.starts(50, each.run);
    const Task again = each.makes(engine, each.run);
    each.has_helped(again, helper_ends);
    each.world.ends(again, 125 << 8);
    each.ends_badly(engine);
    const SetUpStory told = each.world.container().set_up;
    EXPECT_EQ(told.ending, Ending::kFailed);
    EXPECT_TRUE(steps_of<HandedOver>(told).empty());
    EXPECT_EQ(told.stages.at(0).said.text, "engine: no such runtime\n");
    EXPECT_TRUE(each.world.told_of<ContainerWentOn>().empty());
  }
}

// It keeps the namespaces, and was executed before.
TEST(StoryWorks, NorIsWhatGoesOnThere) {
  for (const uint32_t ends : {0u, 125u << 8}) {
    Works each;
    const Task engine = each.world.starts(50, each.run);
    const Task again = each.world.clones(engine, 51, CLONE_NEWUSER | CLONE_NEWNS, {51}, each.there);
    const Task between = each.world.clones(again, 52, 0, {52}, each.there);
    each.world.runs_in(each.world.clones(between, 53, 0, {53}, each.there), {"/usr/bin/pause"}, each.there, {53});
    each.world.ends(between);
    each.world.runs_in(again, each.run, each.there, {51});
    each.has_helped(again);
    each.world.ends(again, ends);
    each.world.ends(engine, ends);
    const std::vector<Container> told = each.world.told_of<Container>();
    ASSERT_EQ(told.size(), ends ? 1u : 0u);
    EXPECT_EQ(each.world.going_on(), 0u);
    if (ends) {
      EXPECT_EQ(told[0].set_up.ending, Ending::kFailed);
    }
  }
}

TEST(StoryWorks, NorIsItAnEntry) {
  Works each;
  const Task engine = each.enters(each.run);
  each.has_helped(engine);
  each.ends_badly(engine);
  const std::vector<News> told = each.world.told();
  ASSERT_EQ(told.size(), 1u);
  const auto& failed = std::get<ProgramFailed>(told[0]);
  EXPECT_EQ(failed.exit_code, 125u << 8);
  EXPECT_EQ(failed.stages.at(0).said.text, "engine: no such runtime\n");
}

// engine ps
TEST(StoryWorks, WhoGoesOnInThereHasHandedNothingOver) {
  const std::vector<std::string> argv = {"/usr/bin/engine", "ps"};
  const auto told_where = [&](bool makes, bool threads, uint32_t engine_ends = 0) {
    Works each;
    const Task engine = makes ? each.world.starts(50, argv) : each.enters(argv);
    const Task again = makes ? each.makes(engine, argv) : engine;
    if (threads) each.has_threads(again);
    each.has_helped(again);
    if (makes) each.world.ends(again, engine_ends);
    each.world.ends(engine, engine_ends);
    return each.world.told().size();
  };
  for (const uint32_t engine_ends : {0u, 125u << 8}) {
    EXPECT_EQ(told_where(false, true, engine_ends), 0u);
    EXPECT_EQ(told_where(true, true, engine_ends), 0u);
  }
  // nsenter --fork, and one of its kind: it waits.
  EXPECT_EQ(told_where(false, false), 2u);
  EXPECT_EQ(told_where(true, false), 2u);
}

// In a root of its own, or with pids of its own, a program is what that was for.
TEST(StoryWorks, APlaceOfItsOwnIsNoPlaceToWorkIn) {
  Works each;
  const Task engine = each.world.starts(50, {"/usr/bin/engine", "build"});
  const Task again = each.makes(engine, {"/usr/bin/engine", "build"});
  each.has_threads(again);
  each.world.calls(again, "chroot", {"/var/tree"});
  each.has_helped(again);
  each.world.ends(again);
  each.world.ends(engine);
  EXPECT_EQ(each.world.container().set_up.ending, Ending::kHandedOver);
}

TEST(StoryWorks, WhatItIsToMakeIsNotWhatItEnters) {
  Works each;
  const Task engine = each.enters(each.run);
  each.world.runs_in(engine, {"/usr/bin/other"}, each.there, {50});
  const std::vector<EntryMade> told = each.world.told_of<EntryMade>();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].container_name, "");
}

// --- Programs that begin in a container whose set-up goes on

struct StoryHooks : StoryContainers {
  Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"},
                              [](Snapshot& snapshot) { snapshot.root = File{.path = "/", .inode = 2}; });
  Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);

  StoryHooks() { world.pivots(init, "/bundle/rootfs"); }

  // A child of the init executes something where all is set up.
  Task executes_inside(uint32_t tid, uint32_t inside, const std::string& program) {
    const Task child = world.clones(init, tid, 0, {tid, inside});
    world.runs(child, {program}, [&](Snapshot& snapshot) {
      snapshot.namespaces = kInside;
      snapshot.pids = {tid, inside};
      snapshot.root = File{.path = "/", .inode = 77};
    });
    return child;
  }
};

TEST_F(StoryHooks, AHookIsNotTheProgram) {
  const Task hook = executes_inside(52, 2, "/bin/hook");
  world.ends(hook);
  world.calls(init, "prctl", {38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0});
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const Container told = world.container();
  EXPECT_EQ(told.set_up.argv, std::vector<std::string>{"/bin/app"});
  bool ran = false;
  for (const Step& step : steps_of<ProgramRun>(told.set_up))
    ran = ran || std::get<ProgramRun>(step.facts).path == "/bin/hook";
  EXPECT_TRUE(ran);
}

// Who makes the program's process, and does nothing else, has that role; the shell of a hook makes others too.
TEST_F(StoryHooks, WhatItMakesIsNotTheNextOne) {
  const Task hook = executes_inside(52, 2, "/bin/hook");
  const Task of_hook = world.clones(hook, 53, 0, {53, 3});
  world.ends(of_hook);
  world.ends(hook);
  const Task next = world.clones(world.clones(init, 54, 0, {54, 4}), 55, 0, {55, 5});
  world.calls(next, "prctl", {38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0});
  world.runs_in(next, {"/bin/app"}, kInside, {55, 5});
  std::vector<uint32_t> between;
  for (const Stage& stage : world.container().set_up.stages)
    if (std::ranges::count(stage.roles, "only makes the next one")) between.push_back(stage.task.tid);
  EXPECT_EQ(between, (std::vector<uint32_t>{50, 54}));
}

TEST_F(StoryHooks, NorIsTheLastOfSeveral) {
  world.ends(executes_inside(52, 2, "/bin/hook"));
  world.ends(executes_inside(53, 3, "/bin/hook"));
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  EXPECT_EQ(world.container().set_up.argv, std::vector<std::string>{"/bin/app"});
}

TEST_F(StoryHooks, WhereNobodyGoesOnItIsTheProgram) {
  const Task program = executes_inside(52, 2, "/bin/app");
  world.calls(program, "sethostname", {std::string("mine"), 4});
  world.ends(program, 7 << 8);
  world.ends(init);
  world.ends(runtime);
  const Container told = world.container();
  EXPECT_EQ(told.set_up.ending, Ending::kHandedOver);
  EXPECT_EQ(told.set_up.argv, std::vector<std::string>{"/bin/app"});
  EXPECT_EQ(told.init, id_of(init));
  // What it did is no part of its set-up.
  EXPECT_TRUE(steps_of<NameGiven>(told.set_up).empty());
  ASSERT_EQ(steps_of<HandedOver>(told.set_up).size(), 1u);
  const std::vector<ContainerWentOn> later = world.told_of<ContainerWentOn>();
  ASSERT_EQ(later.size(), 1u);
  EXPECT_EQ(later[0].exit_code, 7u << 8);
}

// The search for it belongs to its hand-over, and no call to two steps.
TEST_F(StoryHooks, WhatIsToldLateWasLookedForOnce) {
  const Task program = world.clones(init, 52, 0, {52, 2});
  world.fails(program, "execve", {"/usr/bin/app", std::vector<std::string>{"app"}}, ENOENT);
  world.runs(program, {"/bin/app"}, [&](Snapshot& snapshot) {
    snapshot.namespaces = kInside;
    snapshot.pids = {52, 2};
    snapshot.root = File{.path = "/", .inode = 77};
  });
  world.ends(program);
  world.ends(init);
  world.ends(runtime);
  const SetUpStory told = world.container().set_up;
  ASSERT_EQ(steps_of<HandedOver>(told).size(), 1u);
  EXPECT_EQ(steps_of<HandedOver>(told)[0].call_count, 2u);
  std::set<EventNumber> seen;
  for (const Step& step : told.steps)
    for (const EventNumber call : step.calls) EXPECT_TRUE(seen.insert(call).second) << call;
  for (const Step& step : steps_of<ProgramRun>(told)) EXPECT_NE(step.stage, steps_of<HandedOver>(told)[0].stage);
}

TEST_F(StoryHooks, WhatFailsInTheProgramIsToldWithItsEnd) {
  const Task program = executes_inside(52, 2, "/bin/app");
  const Task child = world.clones(program, 53, 0, {53, 3});
  world.fails(child, "mount", {"t", "/mnt", "tmpfs", 0, "siez=1"}, EINVAL);
  world.ends(child, 32 << 8);
  world.ends(program);
  world.ends(init);
  world.ends(runtime);
  const std::vector<ContainerWentOn> later = world.told_of<ContainerWentOn>();
  ASSERT_EQ(later.size(), 1u);
  ASSERT_EQ(later[0].failures.size(), 1u);
  EXPECT_EQ(later[0].failures[0].error, EINVAL);
}

// Its maker has another process do something beside it: that is no part of it.
TEST_F(StoryContainers, WhatFailsBesideAProgramThatIsToldLateIsNotIts) {
  const NamespaceInodes own = with(kHost, {{CT_NS_MNT, 500}});
  const Task made_by = world.starts(50, {"/usr/bin/made-up"});
  world.unshares(made_by, CLONE_NEWNS, own);
  const Task helper = world.forks(made_by, 51), program = world.forks(made_by, 52);
  world.runs_in(program, {"/bin/app"}, own, {52});
  world.fails(helper, "mount", {"t", "/mnt", "tmpfs", 0, null()}, EINVAL);
  world.ends(helper);
  world.ends(program);
  world.ends(made_by);
  for (const ContainerWentOn& each : world.told_of<ContainerWentOn>()) EXPECT_TRUE(each.failures.empty());
  EXPECT_EQ(world.told_of<Container>().size(), 1u);
}

// The runtime leaves the program to itself.
TEST_F(StoryHooks, AlsoWhenWhoMadeItHasEnded) {
  const NamespaceInodes own = with(kHost, {{CT_NS_MNT, 800}});
  const File root = {.path = "/", .inode = 2}, other = {.path = "/", .inode = 77};
  const Task main =
      world.starts(60, {"/usr/bin/made-up", "run", "daemon"}, [&](Snapshot& snapshot) { snapshot.root = root; });
  const Task child = world.clones(main, 61, CLONE_NEWNS, {61}, own);
  world.pivots(child, "/other/rootfs");
  const Task program = world.clones(child, 62, 0, {62}, own);
  world.runs(program, {"/bin/app"}, [&](Snapshot& snapshot) {
    snapshot.namespaces = own;
    snapshot.root = other;
  });
  world.ends(child);
  world.ends(main);
  world.calls(program, "sethostname", {std::string("mine"), 4});
  const std::vector<Container> told = world.told_of<Container>();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].name, "daemon");
  EXPECT_EQ(told[0].set_up.ending, Ending::kHandedOver);
  EXPECT_EQ(told[0].set_up.program, id_of(program));
  EXPECT_TRUE(steps_of<NameGiven>(told[0].set_up).empty());
}

// Its runtime waits outside: it need not end for the container to be told.
TEST_F(StoryHooks, ItIsToldAsSoonAsNobodyElseIsLeft) {
  const Task program = executes_inside(52, 2, "/bin/app");
  world.ends(init);
  world.calls(program, "sethostname", {std::string("mine"), 4});
  size_t told = 0;
  Model model(made_info());
  Teller teller({}, [&](News&& news) { told += std::holds_alternative<Container>(news); });
  for (const Event& event : world.events) {
    const Changes& made = model.apply(event);
    teller.event(event, model.state().event, made, model.state());
  }
  EXPECT_EQ(told, 1u);
}

TEST_F(StoryHooks, AlsoWhenTracingEndsBefore) {
  executes_inside(52, 2, "/bin/app");
  EXPECT_EQ(world.container().set_up.ending, Ending::kHandedOver);
}

struct Alone : StoryHooks {
  void TestBody() override {}
};

TEST(StoryInit, ThatGoesOnBehindItsProgramWasThereForThat) {
  const auto told_where = [](uint32_t program_ends, uint32_t init_ends) {
    Alone each;
    each.world.ends(each.executes_inside(52, 2, "/bin/app"), program_ends);
    each.world.calls(each.init, "umount2", {"/proc", 0});
    each.world.ends(each.init, init_ends);
    each.world.ends(each.runtime);
    return each.world.container().set_up;
  };
  EXPECT_EQ(told_where(0, 0).ending, Ending::kHandedOver);
  EXPECT_EQ(told_where(0, 0).argv, std::vector<std::string>{"/bin/app"});
  EXPECT_EQ(told_where(3 << 8, 3 << 8).ending, Ending::kHandedOver);
  EXPECT_EQ(told_where(3 << 8, 0).ending, Ending::kHandedOver);
  // What it did itself has failed.
  EXPECT_EQ(told_where(0, 1 << 8).ending, Ending::kFailed);
}

// Who is told to make a container executes the program itself: what fails before, and has the others fail, is a hook.
TEST(StoryInit, ThatFailsWithAHookHasHandedNothingOver) {
  const auto told_where = [](uint32_t hook_ends, uint32_t init_ends, uint32_t runtime_ends) {
    Alone each;
    each.world.ends(each.executes_inside(52, 2, "/bin/hook"), hook_ends);
    each.world.ends(each.init, init_ends);
    each.world.ends(each.runtime, runtime_ends);
    return each.world.container().set_up;
  };
  constexpr uint32_t kOne = 1 << 8, kSeven = 7 << 8;
  const SetUpStory failed = told_where(kSeven, kOne, kOne);
  EXPECT_EQ(failed.ending, Ending::kFailed);
  EXPECT_TRUE(steps_of<HandedOver>(failed).empty());
  EXPECT_FALSE(steps_of<ProgramRun>(failed).empty());
  EXPECT_EQ(told_where(kOne, kOne, kOne).ending, Ending::kFailed);
  EXPECT_EQ(told_where(kSeven, SIGKILL, kOne).ending, Ending::kFailed);
  // Its status is passed on, or nobody minds it.
  EXPECT_EQ(told_where(kSeven, kSeven, kSeven).ending, Ending::kHandedOver);
  EXPECT_EQ(told_where(kOne, kOne, 0).ending, Ending::kHandedOver);
  EXPECT_EQ(told_where(0, kOne, kOne).ending, Ending::kHandedOver);
}

// lxc-execute -n web -- /bin/app
TEST(StoryInit, WhoIsToldToExecuteSomethingElseFailsWithAHook) {
  const auto ending_of = [](const std::vector<std::string>& argv) {
    StoryWorld world;
    const auto at_root = [](uint64_t inode) {
      return [inode](Snapshot& snapshot) { snapshot.root = File{.path = "/", .inode = inode}; };
    };
    const Task runtime = world.starts(50, argv, at_root(2));
    const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
    world.pivots(init, "/bundle/rootfs");
    const Task hook = world.clones(init, 52, 0, {52, 2});
    world.runs(hook, {"/bin/hook", "a"}, [&](Snapshot& snapshot) {
      at_root(77)(snapshot);
      snapshot.namespaces = kInside;
      snapshot.pids = {52, 2};
    });
    world.ends(hook, 127 << 8);
    world.ends(init, 1 << 8);
    world.ends(runtime, 1 << 8);
    return world.container().set_up.ending;
  };
  EXPECT_EQ(ending_of({"/usr/bin/made-up", "-n", "web", "--", "/bin/app"}), Ending::kFailed);
  EXPECT_EQ(ending_of({"/usr/bin/made-up", "-n", "web", "--", "/bin/hook", "a"}), Ending::kHandedOver);
  EXPECT_EQ(ending_of({"/usr/bin/made-up", "-n", "web", "--"}), Ending::kHandedOver);
  EXPECT_EQ(ending_of({"/usr/bin/made-up", "-n", "web"}), Ending::kHandedOver);
}

TEST_F(StoryHooks, OfSeveralProgramsTheLastIsToldThatHadTheOthersBehindIt) {
  world.ends(executes_inside(52, 2, "/bin/first"));
  const Task second = executes_inside(53, 3, "/bin/second");
  executes_inside(54, 4, "/bin/third");
  world.ends(second);
  world.ends(init);
  EXPECT_EQ(world.container().set_up.argv, std::vector<std::string>{"/bin/second"});
}

TEST_F(StoryContainers, TheRootNeedNotBeSwitched) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  const Task program = world.clones(init, 52, 0, {52, 2});
  world.runs_in(program, {"/bin/app"}, kInside, {52, 2});
  world.ends(program);
  world.ends(init);
  world.ends(runtime);
  const Container told = world.container();
  EXPECT_EQ(told.set_up.ending, Ending::kHandedOver);
  EXPECT_EQ(told.set_up.argv, std::vector<std::string>{"/bin/app"});
  EXPECT_EQ(told.init, id_of(init));
}

// A pause process, say: made by one that has ended, beside those who go on.
TEST_F(StoryContainers, NorIsADaemonThatItsRuntimeLeavesBehindTheProgram) {
  const NamespaceInodes own = with(kHost, {{CT_NS_MNT, 500}});
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "unshare", "/bin/app"});
  world.unshares(runtime, CLONE_NEWNS, own);
  const Task between = world.clones(runtime, 51, 0, {51}, own);
  const Task pause = world.clones(between, 52, 0, {52}, own);
  world.ends(between);
  world.runs_in(pause, {"/usr/bin/pause"}, own, {52});
  const Task child = world.clones(runtime, 53, 0, {53}, own);
  world.runs_in(child, {"/bin/app"}, own, {53});
  EXPECT_EQ(world.container().set_up.argv, std::vector<std::string>{"/bin/app"});
}

TEST_F(StoryContainers, WhoBeganItHandsOverWhoeverIsLeftBehind) {
  const NamespaceInodes own = with(kHost, {{CT_NS_MNT, 500}});
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  world.unshares(runtime, CLONE_NEWNS, own);
  world.clones(runtime, 51, 0, {51}, own);
  world.runs_in(runtime, {"/bin/app"}, own, {50});
  const Container told = world.container();
  EXPECT_EQ(told.set_up.argv, std::vector<std::string>{"/bin/app"});
  EXPECT_EQ(told.set_up.program, id_of(runtime));
}

TEST_F(StoryContainers, AWorkerThatIsKilledHasNotFailedToStart) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task worker = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  executes_itself(worker, {"made-up", "--work"});
  world.ends(worker, SIGKILL);
  world.ends(runtime);
  EXPECT_TRUE(world.told().empty());
}

// It made a mount tree in a namespace of its own, say, and handed that on.
TEST_F(StoryContainers, AHelperThatItsRuntimeKillsWasNoContainer) {
  const auto told_where = [](uint32_t killer, uint32_t runtime_ends, bool makes_another = true) {
    StoryWorld world;
    const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
    const Task helper = world.clones(runtime, 52, CLONE_NEWNS, {52}, with(kHost, {{CT_NS_MNT, 700}}));
    const auto app = [&] {
      const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
      world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
      return init;
    };
    const std::optional<Task> init = makes_another ? std::optional(app()) : std::nullopt;
    world.ends(helper, SIGKILL, Killer{.kind = Killer::Kind::kProcess, .pid = killer});
    if (init) world.ends(*init);
    world.ends(runtime, runtime_ends);
    return world.told_of<Container>().size();
  };
  EXPECT_EQ(told_where(50, 0), 1u);
  EXPECT_EQ(told_where(50, 1 << 8), 2u);
  EXPECT_EQ(told_where(5, 0), 2u);
  // It helped with nothing.
  EXPECT_EQ(told_where(50, 0, false), 1u);
}

// A thread that was there before, and is where its process came from, ends last.
TEST_F(StoryContainers, WhoIsKilledEndsWithItsLastThread) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up"});
  const Task init = world.clones(runtime, 51, 0, {51});
  const Task thread = {.tid = 52, .tgid = 51, .start_ns = world.now()};
  world.apply(Fork{.task = init, .child = thread, .child_pids = {52}, .time_ns = world.now()});
  world.unshares(init, CLONE_NEWNS, with(kHost, {{CT_NS_MNT, 500}}));
  const Killer killer = {.kind = Killer::Kind::kProcess, .pid = 5, .comm = "sh"};
  for (const Task& each : {init, thread})
    world.apply(TaskExit{.task = each,
                         .time_ns = world.now(),
                         .code = SIGKILL,
                         .last_of_process = each.tid == thread.tid,
                         .killed_by = killer});
  world.ends(runtime, 1 << 8);
  const Container made = world.container();
  EXPECT_EQ(made.set_up.ending, Ending::kFailed);
  const auto killed = std::ranges::find(made.set_up.stages, init.tid, [](const Stage& each) { return each.task.tid; });
  ASSERT_NE(killed, made.set_up.stages.end());
  EXPECT_EQ(killed->exit_code, static_cast<uint32_t>(SIGKILL));
}

TEST_F(StoryContainers, ARuntimeThatFailsHasFailedWithTheLatest) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  for (const uint32_t tid : {51, 52})
    world.ends(world.clones(runtime, tid, kMountsAndPids, {tid, 1}, with(kInside, {{CT_NS_MNT, 1000 + tid}})));
  world.ends(runtime, 1 << 8);
  EXPECT_EQ(world.container().set_up.ending, Ending::kFailed);
}

TEST_F(StoryContainers, WhoEntersWhatItIsInHasEnteredNothing) {
  const Task task = world.starts(50, {"/usr/bin/nsenter"});
  world.joins(task, CLONE_NEWNS, kHost[CT_NS_MNT], kHost);
  world.ends(task, 1 << 8);
  EXPECT_TRUE(world.told().empty());
}

TEST_F(StoryContainers, WhatWasMadeMeanwhileWasNotThereBefore) {
  const NamespaceInodes own = with(kHost, {{CT_NS_MNT, 900}});
  const Task maker = world.starts(60, {"/usr/bin/made-up"});
  world.clones(maker, 61, CLONE_NEWNS, {61}, own);
  const Task second = world.starts(70, {"/usr/bin/nsenter", "/bin/ls"});
  world.joins(second, CLONE_NEWNS, 900, own);
  world.runs_in(second, {"/bin/ls"}, own, {70});
  const std::vector<EntryMade> entries = world.told_of<EntryMade>();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].container, 0u);
  EXPECT_FALSE(entries[0].there_before);
}

TEST_F(StoryContainers, AnotherProgramInMemoryIsNotTheRuntime) {
  const auto program_of = [](const std::vector<std::string>& argv) {
    StoryWorld world;
    const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
    const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
    world.calls(init, "memfd_create", {"copy", 0});
    world.calls(init, "execveat", {5, "", argv, null(), AT_EMPTY_PATH});
    world.apply(world.snapshot(init, [](Snapshot& snapshot) {
      snapshot.exe = File{.path = "/memfd:copy", .inode = 900, .mode = 0100777, .internal = true};
      snapshot.namespaces = kInside;
      snapshot.pids = {51, 1};
    }));
    world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
    return world.told_of<Container>().at(0).set_up.argv;
  };
  EXPECT_EQ(program_of({"/usr/bin/made-up", "run", "web"}), std::vector<std::string>{"/bin/app"});
  EXPECT_EQ(program_of({"payload"}), std::vector<std::string>{"payload"});
}

TEST_F(StoryContainers, WhoExecutesItselfIntoAnotherEndsBoth) {
  const Task init = container(50, {"/usr/bin/made-up", "run", "outer"});
  const NamespaceInodes within = with(kInside, {{CT_NS_MNT, 600}});
  world.unshares(init, CLONE_NEWNS, within);
  world.runs_in(init, {"/bin/nested"}, within, {51, 1});
  world.ends(init);
  EXPECT_EQ(world.told_of<Container>().size(), 2u);
  std::vector<uint32_t> ended;
  for (const ContainerWentOn& each : world.told_of<ContainerWentOn>()) ended.push_back(each.container);
  EXPECT_EQ(ended, (std::vector<uint32_t>{2, 1}));
}

// That letter is no name of other programs'.
TEST_F(StoryContainers, NspawnsMachineNamesIt) {
  const auto name = [](const std::vector<std::string>& argv, const std::vector<std::string>& program = {"/bin/app"}) {
    StoryWorld world;
    const Task init = world.clones(world.starts(50, argv), 51, kMountsAndPids, {51, 1}, kInside);
    world.runs_in(init, program, kInside, {51, 1});
    return world.container().name;
  };
  EXPECT_EQ(name({"/usr/bin/systemd-nspawn", "-M", "web", "-D", "/tree", "/bin/app"}), "web");
  EXPECT_EQ(name({"/usr/bin/systemd-nspawn", "-Mweb", "-D", "/tree"}), "web");
  EXPECT_EQ(name({"/usr/bin/systemd-nspawn", "-D", "/tree", "/bin/app", "-M", "web"}, {"/bin/app", "-M", "web"}),
            "app");
  EXPECT_EQ(name({"/usr/bin/made-up", "-M", "web", "-D", "/tree"}), "app");
}

}  // namespace
}  // namespace cttrace
