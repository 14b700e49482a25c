// Writes to procfs, cgroups and sysfs; cgroup membership.
#include <gtest/gtest.h>

#include "mount_world.h"

namespace cttrace {
namespace {

struct ModelControlFiles : testing::Test {
  World world;
  Task task = world.found(10);

  void writes(const std::string& fs_type, const std::string& path, const std::string& text, const Task& by) {
    world.calls(by, "write", {4, text, text.size()}, [&](Call& call) {
      call.args[0].file = File{.fd = 4, .path = path, .fs_type = fs_type, .mount_ns = kHost[CT_NS_MNT]};
      call.result = static_cast<int64_t>(text.size());
    });
  }
};

TEST_F(ModelControlFiles, OomScoresAreTheProcesses) {
  const Task thread = world.forks(task, 11, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD);
  writes("proc", "/proc/11/oom_score_adj", "-500\n", thread);
  EXPECT_EQ(world.identity(task).oom_score_adj.value, -500);
  EXPECT_EQ(world.identity(thread).oom_score_adj.value, -500);
  writes("proc", "/proc/10/task/11/oom_score_adj", "7", thread);
  EXPECT_EQ(world.identity(task).oom_score_adj.value, 7);
}

// oom_score_adj_write, fs/proc/base.c.
TEST_F(ModelControlFiles, OomScoresAreReadAsTheKernelReadsThem) {
  const std::pair<std::string, std::optional<int32_t>> kScores[] = {{"0x10", 16},
                                                                    {"-0X10\n", -16},
                                                                    {"010", 8},
                                                                    {" +7 \n", 7},
                                                                    {"0", 0},
                                                                    {"-1000", -1000},
                                                                    {std::string("5\0x", 3), 5},
                                                                    {"12x", std::nullopt},
                                                                    {"0x", std::nullopt},
                                                                    {"", std::nullopt}};
  for (const auto& [text, score] : kScores) {
    writes("proc", "/proc/10/oom_score_adj", text, task);
    const Fact<int32_t>& told = world.identity(task).oom_score_adj;
    EXPECT_EQ(told.known() ? std::optional(told.value) : std::nullopt, score) << text;
  }
}

TEST_F(ModelControlFiles, LabelsAreTheThreads) {
  const Task thread = world.forks(task, 11, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD);
  writes("proc", "/proc/10/task/11/attr/apparmor/exec", "exec docker-default", thread);
  EXPECT_EQ(world.identity(thread).label, "exec docker-default");
  EXPECT_EQ(world.identity(task).label, "");
  writes("proc", "/proc/10/attr/exec", std::string("other\0", 6), task);
  EXPECT_EQ(world.identity(task).label, "other");
}

TEST_F(ModelControlFiles, SysctlsBelongToNamespaces) {
  const Task inside = world.forks(task, 11, CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS);
  writes("proc", "/run/rootfs/proc/sys/net/ipv4/ip_forward", "1\n", inside);
  EXPECT_EQ(world.ns(inside, CT_NS_NET).sysctls.at("net/ipv4/ip_forward"), "1");
  ASSERT_EQ(world.all<SysctlSet>().size(), 1u);
  EXPECT_EQ(world.all<SysctlSet>()[0].ns, world.ns_id(inside, CT_NS_NET));
  writes("proc", "/proc/sys/kernel/shmmax", "5", inside);
  EXPECT_EQ(world.ns(inside, CT_NS_IPC).sysctls.at("kernel/shmmax"), "5");
  writes("proc", "/proc/sys/kernel/hostname", "inside\n", inside);
  EXPECT_EQ(world.ns(inside, CT_NS_UTS).hostname.value, "inside");
  EXPECT_EQ(world.all<NameSet>().size(), 1u);
  writes("proc", "/proc/sys/vm/swappiness", "10", inside);
  EXPECT_EQ(world.all<SysctlSet>()[0].ns, 0u);
  EXPECT_EQ(world.state().sysctls.at("vm/swappiness"), "10");
  EXPECT_TRUE(world.ns(task, CT_NS_NET).sysctls.empty());
}

TEST(ModelSysctls, TheirNamesBeginWhereTheirProcfsIsMounted) {
  MountWorld world;
  const auto written = [&](const std::string& path) -> std::string {
    world.calls(world.host, "write", {4, "1", 1}, [&](Call& call) {
      call.args[0].file = File{.fd = 4, .path = path, .fs_type = "proc", .mount_ns = kHost[CT_NS_MNT]};
      call.result = 1;
    });
    const std::vector<SysctlSet> set = world.all<SysctlSet>();
    return set.empty() ? "none" : set[0].name;
  };
  world.mounts(world.host, "proc", "/tmp/sys/kernel/zz", "proc");
  world.binds(world.host, "/tmp/sys/kernel/zz/sys", "/of/it");
  EXPECT_EQ(written("/tmp/sys/kernel/zz/sys/vm/swappiness"), "vm/swappiness");
  EXPECT_EQ(written("/of/it/vm/swappiness"), "vm/swappiness");
  EXPECT_EQ(written("/tmp/sys/kernel/zz/sysrq-trigger"), "none");
  // Of a procfs that nobody saw come it is as it looks.
  EXPECT_EQ(written("/srv/sys/kernel/zz/sys/vm/swappiness"), "vm/swappiness");
}

TEST_F(ModelControlFiles, SysctlsOfManyInterfacesAreBounded) {
  for (int i = 0; i < 5000; ++i)
    writes("proc", "/proc/sys/net/ipv4/conf/if" + std::to_string(i) + "/forwarding", "1", task);
  EXPECT_LE(world.ns(task, CT_NS_NET).sysctls.size(), 4096u);
  EXPECT_TRUE(world.ns(task, CT_NS_NET).sysctls.contains("net/ipv4/conf/if4999/forwarding"));
}

TEST_F(ModelControlFiles, ANameEndsWhereUnameEndsIt) {
  const auto host = [&] { return world.ns(task, CT_NS_UTS).hostname.value; };
  world.calls(task, "sethostname", {std::string("localhost\0", 10), 10});
  EXPECT_EQ(host(), "localhost");
  world.calls(task, "setdomainname", {std::string("(none)\0x", 8), 8});
  EXPECT_EQ(world.ns(task, CT_NS_UTS).domainname.value, "(none)");
  world.calls(task, "sethostname", {"two\nlines", 9});
  EXPECT_EQ(host(), "two\nlines");
  writes("proc", "/proc/sys/kernel/hostname", std::string("web\0x\n", 6), task);
  EXPECT_EQ(host(), "web");
  writes("proc", "/proc/sys/kernel/hostname", "two\nlines", task);
  EXPECT_EQ(host(), "two");
  writes("proc", "/proc/sys/kernel/hostname", std::string(100, 'x'), task);
  EXPECT_EQ(host(), std::string(64, 'x'));
}

TEST_F(ModelControlFiles, LimitsAreKeptByPath) {
  writes("cgroup2", "/sys/fs/cgroup/web/memory.max", "67108864\n", task);
  ASSERT_EQ(world.all<ControlWritten>().size(), 1u);
  EXPECT_EQ(world.all<ControlWritten>()[0].path, "/sys/fs/cgroup/web/memory.max");
  EXPECT_EQ(world.all<ControlWritten>()[0].value, "67108864");
  EXPECT_EQ(world.state().controls->at("/sys/fs/cgroup/web/memory.max").writer, id_of(task));
  writes("cgroup", "/sys/fs/cgroup/pids/web/pids.max", "64", task);
  writes("sysfs", "/sys/block/sda/queue/scheduler", "none", task);
  writes("proc", "/proc/10/coredump_filter", "0x33", task);
  EXPECT_EQ(world.state().controls->size(), 4u);
  // Moves tell themselves; what is no control file is none.
  writes("cgroup2", "/sys/fs/cgroup/web/cgroup.procs", "10", task);
  writes("ext4", "/etc/passwd", "x", task);
  EXPECT_TRUE(world.changes.empty());
  EXPECT_EQ(world.state().controls->size(), 4u);
}

TEST_F(ModelControlFiles, OnlyWhatTheKernelTookCounts) {
  const std::string text = "100200";
  world.calls(task, "write", {4, text, text.size()}, [&](Call& call) {
    call.args[0].file = File{.fd = 4, .path = "/sys/fs/cgroup/web/pids.max", .fs_type = "cgroup2"};
    call.result = 3;
  });
  EXPECT_EQ(world.state().controls->begin()->second.value, "100");
  world.calls(task, "write", {4, faulted(), text.size()}, [&](Call& call) {
    call.args[0].file = File{.fd = 4, .path = "/sys/fs/cgroup/web/pids.max", .fs_type = "cgroup2"};
    call.result = 3;
  });
  EXPECT_EQ(world.all<BecameUnknown>().size(), 1u);
}

TEST_F(ModelControlFiles, TheyAreBounded) {
  for (int i = 0; i < 20000; ++i) writes("cgroup2", "/sys/fs/cgroup/" + std::to_string(i) + "/pids.max", "1", task);
  EXPECT_LE(world.state().controls->size(), 8192u);
  EXPECT_TRUE(world.state().controls->contains("/sys/fs/cgroup/19999/pids.max"));
  EXPECT_FALSE(world.state().controls->contains("/sys/fs/cgroup/0/pids.max"));
}

TEST_F(ModelControlFiles, TasksAreMovedIntoCgroups) {
  const Task thread = world.forks(task, 11, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD);
  world.apply(CgroupAttach{.task = task, .moved = task, .with_threads = true, .hierarchy = 3, .path = "/web"});
  EXPECT_EQ(world.task(thread).cgroups.at(3).value, "/web");
  EXPECT_EQ(world.all<CgroupMoved>().size(), 2u);
  world.apply(CgroupAttach{.task = task, .moved = thread, .with_threads = false, .hierarchy = 3, .path = "/web/one"});
  EXPECT_EQ(world.task(task).cgroups.at(3).value, "/web");
  EXPECT_EQ(world.task(thread).cgroups.at(3).value, "/web/one");
  const Task child = world.forks(thread, 12);
  EXPECT_EQ(world.task(child).cgroups.at(3).value, "/web/one");
  // Somebody who is not traced is nobody here.
  world.apply(
      CgroupAttach{.task = task, .moved = {.tid = 99, .tgid = 99, .start_ns = 1}, .with_threads = true, .path = "/x"});
  EXPECT_EQ(world.state().task_with(99), nullptr);
  EXPECT_TRUE(world.changes.empty());
}

TEST(ModelHierarchies, AreWhatTheFileIsInThatMovesTasks) {
  MountWorld world(
      "20 1 0:20 / / rw - ext4 /dev/vda rw\n"
      "21 20 0:21 / /cpu rw - cgroup cgroup rw,cpu\n"
      "22 20 0:22 / /pids rw - cgroup cgroup rw,pids\n");
  const Task other = world.forks(world.host, 11);
  const auto writes = [&](const Task& task, const std::string& file, uint32_t device) {
    world.calls(task, "write", {4, "11", 2}, [&](Call& call) {
      call.result = 2;
      call.args[0].file = File{.fd = 4, .path = file, .fs_type = "cgroup", .dev_minor = device};
    });
  };
  const auto name = [&](uint32_t hierarchy) {
    const auto found = world.state().hierarchies->find(hierarchy);
    return found == world.state().hierarchies->end() ? "?" : world.state().filesystem(found->second)->options.value;
  };
  writes(world.host, "/cpu/a/tasks", 21);
  writes(other, "/pids/a/cgroup.procs", 22);
  world.apply(CgroupAttach{.task = other, .moved = other, .with_threads = true, .hierarchy = 8, .path = "/a"});
  world.apply(CgroupAttach{.task = world.host, .moved = other, .hierarchy = 3, .path = "/a"});
  EXPECT_EQ(name(8), "rw,pids");
  EXPECT_EQ(name(3), "rw,cpu");
  world.apply(CgroupAttach{.task = other, .moved = other, .hierarchy = 5, .path = "/a"});  // by nobody knows which file
  EXPECT_EQ(name(5), "?");
  // The unified one has no number of its own, and of a file that is nowhere mounted nobody knows what it is in.
  writes(world.host, "/cpu/a/tasks", 21);
  world.apply(CgroupAttach{.task = world.host, .moved = other, .hierarchy = 0, .path = "/a"});
  writes(world.host, "/elsewhere/a/tasks", 99);
  world.apply(CgroupAttach{.task = world.host, .moved = other, .hierarchy = 7, .path = "/a"});
  EXPECT_EQ(world.state().hierarchies->size(), 2u);
}

TEST_F(ModelControlFiles, ACloneIntoACgroupIsKnownAtOnce) {
  const Task child = world.forks(task, 11, CLONE_INTO_CGROUP, [](Fork& fork) { fork.child_cgroup = "/web"; });
  EXPECT_EQ(world.task(child).cgroups.at(0).value, "/web");
  EXPECT_EQ(world.task(child).cgroups.at(0).evidence, Evidence::kObserved);
  ASSERT_EQ(world.all<CgroupMoved>().size(), 1u);
  EXPECT_EQ(world.all<CgroupMoved>()[0].path, "/web");
  EXPECT_EQ(world.all<CgroupMoved>()[0].task, id_of(child));
  world.executes(child, [](Snapshot& snapshot) { snapshot.cgroup = "/web"; });
  EXPECT_TRUE(world.all<CgroupMoved>().empty());
}

// Recordings that do not say which one.
TEST_F(ModelControlFiles, ACloneIntoACgroupThatIsNotToldIsKnownWithTheNextSnapshot) {
  const Task child = world.forks(task, 11, CLONE_INTO_CGROUP);
  EXPECT_FALSE(world.task(child).cgroups.at(0).known());
  world.executes(child, [](Snapshot& snapshot) { snapshot.cgroup = "/web"; });
  EXPECT_EQ(world.task(child).cgroups.at(0).value, "/web");
  EXPECT_EQ(world.all<CgroupMoved>().size(), 1u);
}

}  // namespace
}  // namespace cttrace
