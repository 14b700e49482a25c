// Set-ups that come to no container: who shuts itself in does so for nobody, and who only asks has set nothing up.
#include <gtest/gtest.h>
#include <signal.h>

#include <functional>
#include <optional>

#include "story_world.h"

namespace cttrace {
namespace {

using Words = StoryWorld::Words;

struct StoryConfined : testing::Test {
  StoryWorld world;
};

TEST_F(StoryConfined, WhoConfinesItselfHasNotFailedToStart) {
  const Task daemon = world.starts(50, {"/usr/sbin/daemon"});
  const auto session = [&](uint32_t tid, uint32_t ends) {
    const Task worker = world.clones(daemon, tid, CLONE_NEWNS, {tid}, with(kHost, {{CT_NS_MNT, 1000 + tid}}));
    world.calls(worker, "chroot", {"/var/empty"});
    world.ends(worker, ends);
  };
  session(51, 0);
  session(52, 0);
  EXPECT_TRUE(world.told().empty());
  session(53, 255 << 8);
  world.ends(daemon);
  EXPECT_EQ(world.container().set_up.ending, Ending::kFailed);
}

// What failed in those that ended well did not matter to them.
TEST_F(StoryConfined, WhoGaveIdsUpHasNotFailedByWhatItDidWithout) {
  const auto told_where = [](uint32_t worker_ends) {
    StoryWorld world;
    const Task daemon = world.starts(50, {"/usr/sbin/daemon"});
    const Task session = world.forks(daemon, 51);
    world.calls(session, "chroot", {"/var/empty"});
    const Task worker = world.forks(session, 52);
    world.fails(worker, "mount", {"t", "/mnt", "tmpfs", 0, "siez=1"}, EINVAL);
    world.ends(worker, worker_ends);
    world.calls(session, "setuid", {33});
    world.ends(session, 255 << 8);
    world.ends(daemon);
    return world.told_of<Container>().size();
  };
  EXPECT_EQ(told_where(0), 0u);
  EXPECT_EQ(told_where(1 << 8), 1u);
}

// A daemon that works in what it has shut itself in is ended from outside.
TEST_F(StoryConfined, WhoShutsItselfInIsNoContainer) {
  const auto told_where = [](const Words& argv, uint32_t ends, bool gives_up = true) {
    StoryWorld world;
    const Task daemon = world.starts(50, argv);
    world.unshares(daemon, CLONE_NEWNS, with(kHost, {{CT_NS_MNT, 500}}));
    world.pivots(daemon, "/var/empty");
    if (gives_up) world.calls(daemon, "prctl", {38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0});
    world.ends(daemon, ends);
    return world.told_of<Container>().size();
  };
  EXPECT_EQ(told_where({"/usr/bin/daemon"}, SIGTERM), 0u);
  EXPECT_EQ(told_where({"/usr/bin/daemon"}, 1 << 8), 1u);
  EXPECT_EQ(told_where({"/usr/bin/daemon"}, SIGTERM, false), 1u);
  EXPECT_EQ(told_where({"/usr/bin/made-up", "run", "web"}, SIGTERM), 1u);
}

TEST_F(StoryConfined, WhoDidMoreThanToShutItselfInHasSetSomethingUp) {
  const auto told_where = [](const std::function<void(StoryWorld&, const Task&)>& more) {
    StoryWorld world;
    const Task daemon = world.starts(50, {"/usr/bin/daemon", "-f"});
    const NamespaceInodes own = with(kHost, {{CT_NS_MNT, 500}});
    world.unshares(daemon, CLONE_NEWNS, own);
    world.pivots(daemon, "/var/empty");
    more(world, daemon);
    world.calls(daemon, "prctl", {38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0});
    world.ends(daemon, SIGTERM);
    return world.told_of<Container>().size();
  };
  EXPECT_EQ(told_where([](StoryWorld&, const Task&) {}), 0u);
  EXPECT_EQ(told_where([](StoryWorld& world, const Task& daemon) {
              world.fails(daemon, "mount", {"t", "/mnt", "tmpfs", 0, "siez=1"}, EINVAL);
            }),
            1u);
  // It makes a process.
  EXPECT_EQ(told_where([](StoryWorld& world, const Task& daemon) {
              world.ends(world.clones(daemon, 51, 0, {51}, with(kHost, {{CT_NS_MNT, 500}})));
            }),
            1u);
  // Another process does so, too.
  EXPECT_EQ(told_where([](StoryWorld& world, const Task& daemon) {
              const Task child = world.clones(daemon, 51, 0, {51}, with(kHost, {{CT_NS_MNT, 500}}));
              world.calls(child, "prctl", {38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0});
              world.ends(child, SIGTERM);
            }),
            1u);
  // It executes itself again.
  EXPECT_EQ(told_where([](StoryWorld& world, const Task& daemon) {
              world.runs(daemon, {"/usr/bin/daemon", "-f", "again"},
                         [](Snapshot& snapshot) { snapshot.namespaces[CT_NS_MNT] = 500; });
            }),
            0u);
}

// A browser's: made by one that makes them all, in a pid namespace of its own, it takes away what it may do and works.
// How it ends, or that it still goes on, does not matter.
class ConfinedWorker : public ::testing::TestWithParam<std::optional<uint32_t>> {};

INSTANTIATE_TEST_SUITE_P(StoryConfined, ConfinedWorker, ::testing::Values(SIGKILL, SIGTERM, 241 << 8, std::nullopt));

TEST_P(ConfinedWorker, IsNoContainer) {
  const auto told_where = [](const std::function<void(StoryWorld&, const Task&)>& last, const Words& argv) {
    StoryWorld world;
    const Task maker = world.starts(50, argv);
    const Task worker = world.clones(maker, 51, CLONE_NEWPID, {51, 1}, with(kHost, {{CT_NS_PID, 501}}));
    world.calls(worker, "seccomp", {1 /* SECCOMP_SET_MODE_FILTER */, 0, null()});
    last(world, worker);
    if (GetParam()) world.ends(worker, *GetParam());
    if (GetParam()) world.ends(maker, SIGKILL);
    return world.told_of<Container>().size();
  };
  const Words browser = {"/usr/bin/made-up", "--type=zygote"};
  EXPECT_EQ(told_where([](StoryWorld&, const Task&) {}, browser), 0u);
  // What has no effect may fail.
  const auto fails = [](const char* name, const std::vector<Given>& arguments) {
    return [=](StoryWorld& world, const Task& worker) { world.fails(worker, name, arguments, EINVAL); };
  };
  EXPECT_EQ(told_where(fails("memfd_create", {"shm", 8}), browser), 0u);
  const auto makes_more = [](StoryWorld& world, const Task& worker) { world.ends(world.forks(worker, 60)); };
  EXPECT_EQ(told_where(makes_more, browser), 0u);
  // Who has loaded no filter may be about to execute something.
  const auto goes_on = [](StoryWorld& world, const Task& worker) {
    world.calls(worker, "prctl", {38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0});
  };
  const bool killed = GetParam() && *GetParam() < 128;
  EXPECT_EQ(told_where(goes_on, browser), killed ? 0u : 1u);
  // Who was told to make a container, or had more to do, has not come to it.
  EXPECT_EQ(told_where([](StoryWorld&, const Task&) {}, {"/usr/bin/made-up", "run", "web"}), 1u);
  EXPECT_EQ(told_where(fails("execve", {"/bin/app", Words{"/bin/app"}}), browser), 1u);
  EXPECT_EQ(told_where(fails("sethostname", {"web", 3}), browser), 1u);
  const auto mounts = [](StoryWorld& world, const Task& worker) {
    world.calls(worker, "mount", {"proc", "/proc", "proc", 0, null()});
    world.calls(worker, "prctl", {38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0});
    world.forks(worker, 52);
  };
  EXPECT_EQ(told_where(mounts, browser), 1u);
}

TEST_F(StoryConfined, AConfinedWorkerThatSaysWhyItEndsHasFailed) {
  const Task maker = world.starts(50, {"/usr/bin/made-up"});
  const Task worker = world.clones(maker, 51, CLONE_NEWPID, {51, 1}, with(kHost, {{CT_NS_PID, 501}}));
  world.calls(worker, "prctl", {38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0});
  world.calls(worker, "write", {2, "cannot open /etc/app.conf\n", 26}, [](Call& call) {
    call.row = &row_for_stderr(*call.row);
    call.result = 26;
  });
  world.ends(worker, 1 << 8);
  world.ends(maker);
  EXPECT_EQ(world.container().set_up.ending, Ending::kFailed);
}

// lxc-execute, where newuidmap fails: what it has made only said with whom it wants to die, and was killed by it.
TEST_F(StoryConfined, WhoOnlySaidWithWhomItDiesHasNotShutItselfIn) {
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "-n", "web", "--", "/bin/app"});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.calls(init, "prctl", {1 /* PR_SET_PDEATHSIG */, SIGKILL, 0, 0, 0});
  world.calls(runtime, "write", {4, "1", 1}, [&](Call& call) {
    call.args[0].file = File{.path = "/sys/fs/cgroup/web/cpuset.mems", .fs_type = "cgroup2"};
  });
  world.ends(init, SIGKILL, Killer{.kind = Killer::Kind::kProcess, .pid = 50, .comm = "made-up"});
  world.ends(runtime, 1 << 8);
  EXPECT_EQ(world.container().set_up.ending, Ending::kFailed);
  EXPECT_TRUE(world.told_of<ContainerWentOn>().empty());
}

// buildah's: it executes itself to open a file as who is in a root would, which is not there.
TEST_F(StoryConfined, WhoLooksForSomethingInVainInARootHasFailedNothing) {
  const auto told_where = [](bool makes, uint32_t runtime_ends, bool mounts) {
    StoryWorld world;
    const Words argv = {"/usr/bin/made-up", "build"};
    const Task runtime = world.starts(50, argv);
    const Task looks = world.forks(runtime, 51);
    world.runs(looks, argv);
    world.calls(looks, "chroot", {"/bundle/rootfs"});
    if (mounts) world.calls(looks, "mount", {"proc", "/proc", "proc", 0, null()});
    world.ends(looks, 1 << 8);
    const Task init = world.clones(runtime, 60, kMountsAndPids, {60, 1}, kInside);
    world.passes(5'000'000'000);
    if (makes) world.runs_in(init, {"/bin/app"}, kInside, {60, 1});
    world.ends(init);
    world.ends(runtime, runtime_ends);
    std::vector<Ending> endings;
    for (const Container& each : world.told_of<Container>()) endings.push_back(each.set_up.ending);
    return std::ranges::count(endings, Ending::kFailed);
  };
  EXPECT_EQ(told_where(true, 0, false), 0);
  EXPECT_EQ(told_where(true, 0, true), 1);
  EXPECT_GE(told_where(true, 1 << 8, false), 1);
  EXPECT_GE(told_where(false, 0, false), 1);
}

// BuildKit asks so of every architecture.
TEST_F(StoryConfined, WhoAsksWhatTheKernelExecutesSetsUpNothing) {
  const auto told_where = [](const std::string& runtime, const std::string& program, int error) {
    StoryWorld world;
    const Task daemon =
        world.starts(50, {runtime}, [](Snapshot& snapshot) { snapshot.root = File{.path = "/", .inode = 2}; });
    const Task child = world.forks(daemon, 51);
    world.calls(child, "chroot", {"/tmp/qemu-check1"});
    const File root = {.path = "/tmp/qemu-check1", .inode = 77};
    if (error)
      world.fails(child, "execve", {program, Words{program}}, error);
    else
      world.runs(child, {program}, [&](Snapshot& snapshot) { snapshot.root = root; });
    world.ends(child, error ? 253 << 8 : 0);
    world.ends(daemon);
    return world.told_of<Container>().size();
  };
  EXPECT_EQ(told_where("/usr/sbin/dockerd", "/check", 0), 0u);
  EXPECT_EQ(told_where("/usr/sbin/dockerd", "/check", ENOEXEC), 0u);
  EXPECT_EQ(told_where("/usr/bin/buildkitd", "/check", 0), 0u);
  EXPECT_EQ(told_where("/usr/bin/buildkitd", "/check", ENOEXEC), 0u);
  EXPECT_EQ(told_where("/usr/sbin/dockerd", "/app", 0), 1u);
  EXPECT_EQ(told_where("/usr/sbin/chroot", "/check", 0), 1u);
  EXPECT_EQ(told_where("/usr/sbin/dockerd", "/check", ENOENT), 1u);
  EXPECT_EQ(told_where("/usr/sbin/dockerd", "/app", ENOEXEC), 1u);
  EXPECT_EQ(told_where("/usr/sbin/chroot", "/check", ENOEXEC), 1u);
}

TEST_F(StoryConfined, WhoDoesMoreThanToAskHasSetSomethingUp) {
  using Does = std::function<void(StoryWorld&, const Task&)>;
  const auto told_where = [](const Does& does, uint32_t ends) {
    StoryWorld world;
    const Task daemon = world.starts(50, {"/usr/sbin/dockerd"});
    const Task child = world.forks(daemon, 51);
    world.calls(child, "chroot", {"/tmp/qemu-check1"});
    does(world, child);
    world.ends(child, ends);
    world.ends(daemon);
    return world.told_of<Container>().size() + world.told_of<EntryMade>().size();
  };
  const Does asks = [](StoryWorld& world, const Task& child) {
    world.fails(child, "execve", {"/check", Words{"/check"}}, ENOEXEC);
  };
  constexpr uint32_t kFails = 253 << 8;
  EXPECT_EQ(told_where(asks, kFails), 0u);
  EXPECT_EQ(told_where([](StoryWorld&, const Task&) {}, kFails), 1u);
  EXPECT_EQ(told_where(
                [&](StoryWorld& world, const Task& child) {
                  world.fails(child, "mount", {"t", "/mnt", "tmpfs", 0, "siez=1"}, EINVAL);
                  asks(world, child);
                },
                kFails),
            1u);
  EXPECT_EQ(told_where(
                [&](StoryWorld& world, const Task& child) {
                  world.unshares(child, CLONE_NEWNS, with(kHost, {{CT_NS_MNT, 500}}));
                  asks(world, child);
                },
                kFails),
            1u);
  EXPECT_EQ(told_where([](StoryWorld& world, const Task& child) { world.runs(child, {"/bin/tool"}); }, kFails), 1u);
  // The program is of another architecture after all, and cannot go on.
  const auto runs = [](const NamespaceInodes& namespaces) {
    return [=](StoryWorld& world, const Task& child) { world.runs_in(child, {"/check"}, namespaces, {51}); };
  };
  EXPECT_EQ(told_where(runs(kHost), SIGILL), 0u);
  const NamespaceInodes own = with(kHost, {{CT_NS_MNT, 500}});
  EXPECT_EQ(told_where(
                [&](StoryWorld& world, const Task& child) {
                  world.unshares(child, CLONE_NEWNS, own);
                  runs(own)(world, child);
                },
                0),
            1u);
  EXPECT_EQ(told_where(
                [&](StoryWorld& world, const Task& child) {
                  world.joins(child, CLONE_NEWNS, 500, own);
                  runs(own)(world, child);
                },
                0),
            1u);
}

}  // namespace
}  // namespace cttrace
