// A state from what /proc says, and what is not known where it says nothing.
#include "model/from_proc.h"

#include <gtest/gtest.h>
#include <linux/sched.h>
#include <sys/resource.h>

#include <algorithm>

#include "made_states.h"

namespace cttrace {
namespace {

constexpr char kTable[] =
    "80 70 254:0 /srv/web / rw - ext4 /dev/vda rw\n"
    "81 80 0:50 / /tmp rw - tmpfs tmpfs rw\n";

const TaskState& task_of(const FromProc& made) { return *made.state.task(made.task); }

bool is_unread(const FromProc& made, std::string_view what, int error) {
  return std::ranges::any_of(
      made.unread, [&](const FromProc::Unread& unread) { return unread.what == what && unread.error == error; });
}

TEST(FromProc, HierarchiesHaveTheNamesThatProcGives) {
  const std::map<uint32_t, std::string> names = {{2, "pids"}, {1, "cpu"}, {0, ""}};
  EXPECT_EQ(made_state("27 1 254:0 / / rw - ext4 /dev/vda rw\n").hierarchies, names);
}

TEST(FromProc, TaskAndProgram) {
  const FromProc made = made_state(kTable);
  const TaskState& task = task_of(made);
  EXPECT_EQ(made.task, (TaskId{.tid = 700, .start_ns = 50'000'000'000}));
  EXPECT_EQ(task.tgid, 700u);
  EXPECT_EQ(task.pids, (std::vector<uint32_t>{700, 1}));
  ASSERT_EQ(task.programs.size(), 1u);
  EXPECT_EQ(task.programs[0].argv, (std::vector<std::string>{"/bin/sh", "-c", "sleep 1"}));
  EXPECT_EQ(task.programs[0].exe->path, "/bin/busybox");
  EXPECT_EQ(made.comm, "sh");
  EXPECT_TRUE(made.unread.empty());
}

TEST(FromProc, Identity) {
  const FromProc made = made_state(kTable);
  const Identity& identity = task_of(made).identity;
  EXPECT_EQ(identity.uids.value, (std::array<uint32_t, 4>{100000, 100000, 100000, 100000}));
  EXPECT_EQ(identity.groups.value, std::vector<uint32_t>{100005});
  EXPECT_EQ(identity.capabilities.value.effective, 0xa80425fbu);
  EXPECT_EQ(identity.capabilities.value.ambient, 0u);
  EXPECT_TRUE(identity.no_new_privs.value);
  EXPECT_EQ(identity.seccomp_mode.value, 2u);
  EXPECT_EQ(identity.seccomp_filters.value, 1u);
  EXPECT_EQ(identity.oom_score_adj.value, -500);
  EXPECT_EQ(identity.limits.at(RLIMIT_NOFILE).hard, 524288u);
  for (const Evidence evidence : {identity.uids.evidence, identity.groups.evidence, identity.capabilities.evidence,
                                  identity.no_new_privs.evidence, identity.oom_score_adj.evidence})
    EXPECT_EQ(evidence, Evidence::kObserved);
  // /proc does not tell these.
  EXPECT_FALSE(identity.securebits.known());
  EXPECT_FALSE(identity.dumpable.known());
}

TEST(FromProc, Namespaces) {
  const FromProc made = made_state(kTable);
  const TaskState& task = task_of(made);
  const Namespace* const mnt = made.state.ns_of(task, CT_NS_MNT);
  ASSERT_TRUE(mnt);
  EXPECT_EQ(mnt->inode, 4026532177u);
  EXPECT_EQ(mnt->type, static_cast<uint32_t>(CLONE_NEWNS));
  EXPECT_EQ(task.namespaces[CT_NS_PID].value, task.namespaces[CT_NS_PID_FOR_CHILDREN].value);
  EXPECT_NE(task.namespaces[CT_NS_PID].value, task.namespaces[CT_NS_TIME].value);
  EXPECT_EQ(made.state.ns_of(task, CT_NS_USER)->uid_map.value[0].lower_first, 100000u);
  EXPECT_TRUE(made.state.ns_of(task, CT_NS_USER)->setgroups_allowed.value);
  // PID 1 may not be looked at: cttrace's own are what it is compared with.
  EXPECT_FALSE(made.host_is_first);
  EXPECT_EQ(made.host[CT_NS_MNT], 4026531840u);
}

TEST(FromProc, HostNamespacesAreThoseOfPid1WhereTheyMayBeRead) {
  ProcSurroundings around = made_surroundings();
  around.first["ns/mnt"] = {.text = "mnt:[4026531841]", .error = 0};
  const FromProc made = from_proc(made_reading(kTable), around);
  EXPECT_TRUE(made.host_is_first);
  EXPECT_EQ(made.host[CT_NS_MNT], 4026531841u);
}

TEST(FromProc, AHostnameIsKnownOnlyInCttracesOwnNamespace) {
  FromProc made = made_state(kTable);
  EXPECT_FALSE(made.state.ns_of(task_of(made), CT_NS_UTS)->hostname.known());
  ProcReading reading = made_reading(kTable);
  reading.process["ns/uts"].text = "uts:[4026531838]";
  made = from_proc(reading, made_surroundings());
  EXPECT_EQ(made.state.ns_of(task_of(made), CT_NS_UTS)->hostname.value, "host");
}

TEST(FromProc, MountsAndPlaces) {
  ProcReading reading = made_reading(kTable);
  reading.process["cwd"].text = "/tmp/x";
  reading.process["cwd/mount_id"].text = "81";
  const FromProc made = from_proc(reading, made_surroundings());
  const FsStruct& fs = *made.state.fs_of(task_of(made));
  const MountTree& tree = *made.state.mounts_of(task_of(made));
  EXPECT_EQ(fs.root.mount.slot, tree.with_kernel_id(80));
  EXPECT_EQ(fs.root.path, "/srv/web");
  EXPECT_EQ(fs.cwd.mount.slot, tree.with_kernel_id(81));
  EXPECT_EQ(fs.cwd.path, "/x");
  EXPECT_EQ(fs.cwd.evidence, Evidence::kObserved);
}

TEST(FromProc, DescriptorsAreWhatTheStoryCallsThem) {
  ProcReading reading = made_reading(kTable);
  reading.process["fd"] = {};
  reading.descriptors = {{12, "/tmp/a (deleted)", "pos:\t0\nflags:\t0100002\nmnt_id:\t81\n"},
                         {3, "/sys/fs/cgroup", "pos:\t0\nflags:\t012000000\nmnt_id:\t30\n"},
                         {4, "pipe:[77]", "mnt_id:\t14\n"},
                         {5, "mnt:[4026531840]", "mnt_id:\t4\n"},
                         {6, "anon_inode:[pidfd]", "mnt_id:\t15\nPid:\t812\n"},
                         {7, "anon_inode:[eventpoll]", "mnt_id:\t15\n"},
                         {8, "/memfd:a (deleted)", "mnt_id:\t1\n"},
                         {9, "socket:[78]", ""},
                         {10, "/gone", ""}};
  const FromProc made = from_proc(reading, made_surroundings());
  std::vector<std::string> shown;
  for (const File& file : *task_of(made).programs.back().descriptors)
    shown.push_back(std::to_string(file.fd) + " " + file.shown() + (file.other_ns ? " elsewhere" : ""));
  EXPECT_EQ(shown, (std::vector<std::string>{"3 /sys/fs/cgroup elsewhere", "4 pipe:[77]", "5 mnt:[4026531840]",
                                             "6 pidfd:[812]", "7 anon_inode:[eventpoll]", "8 /memfd:a", "9 socket:[78]",
                                             "10 /gone", "12 /tmp/a"}));
  const File& last = task_of(made).programs.back().descriptors->back();
  EXPECT_EQ(last.fs_type, "tmpfs");
  EXPECT_EQ(last.open_flags, 0100002u);
  EXPECT_TRUE(last.deleted);
  // Nobody may look, or nobody has looked.
  refuse(reading, "fd", EACCES);
  EXPECT_TRUE(is_unread(from_proc(reading, made_surroundings()), "fd", EACCES));
  EXPECT_FALSE(task_of(from_proc(reading, made_surroundings())).programs.back().descriptors);
  EXPECT_FALSE(task_of(made_state(kTable)).programs.back().descriptors);
}

TEST(FromProc, AChrootOntoAMountpoint) {
  ProcReading reading = made_reading(kTable);
  reading.process["root"].text = "/srv/web";
  reading.process["cwd"].text = "/srv/web/tmp";
  reading.process["cwd/mount_id"].text = "81";
  const FromProc made = from_proc(reading, made_surroundings());
  const FsStruct& fs = *made.state.fs_of(task_of(made));
  const MountTree& tree = *made.state.mounts_of(task_of(made));
  EXPECT_EQ(tree.path_of(fs.root.mount.slot), "/srv/web");
  EXPECT_EQ(tree.path_of(fs.cwd.mount.slot), "/srv/web/tmp");
  EXPECT_EQ(fs.cwd.path, "/");
}

TEST(FromProc, AnotherUsersProcessTellsItsMountsButNotItsPlaces) {
  ProcReading reading = made_reading(kTable);
  for (const char* name : {"root", "root/mount_id", "cwd", "cwd/mount_id", "exe", "ns/mnt", "ns/user", "personality"})
    refuse(reading, name, EACCES);
  const FromProc made = from_proc(reading, made_surroundings());
  const FsStruct& fs = *made.state.fs_of(task_of(made));
  EXPECT_EQ(fs.root.evidence, Evidence::kInferred);
  EXPECT_EQ(fs.root.path, "/srv/web");
  EXPECT_EQ(fs.cwd.evidence, Evidence::kUnknown);
  EXPECT_EQ(made.state.ns_of(task_of(made), CT_NS_MNT)->inode, 0u);
  EXPECT_FALSE(task_of(made).namespaces[CT_NS_USER].known());
  EXPECT_TRUE(task_of(made).namespaces[CT_NS_IPC].known());
  for (const char* name : {"root", "exe", "ns/mnt", "personality"}) EXPECT_TRUE(is_unread(made, name, EACCES)) << name;
}

TEST(FromProc, AKernelThreadAndAZombieHaveNoProgram) {
  ProcReading reading = made_reading(kTable);
  reading.process["stat"].text = "700 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 7 0 0\n";
  EXPECT_TRUE(from_proc(reading, made_surroundings()).kernel_thread);
  reading.process["stat"].text = "700 (sh) Z 600 700 700 0 -1 4227084 0 0 0 0 0 0 0 0 20 0 1 0 7 0 0\n";
  for (const char* name : {"mountinfo", "root", "cwd", "exe", "ns/mnt"}) refuse(reading, name, ESRCH);
  const FromProc made = from_proc(reading, made_surroundings());
  EXPECT_TRUE(made.zombie);
  EXPECT_TRUE(task_of(made).programs.empty());
  EXPECT_EQ(made.state.fs_of(task_of(made)), nullptr);
  EXPECT_TRUE(task_of(made).identity.uids.known());
  EXPECT_TRUE(is_unread(made, "mountinfo", ESRCH));
}

TEST(FromProc, WhatMakesNoSenseIsUnknown) {
  ProcReading reading = made_reading("not a table\n");
  reading.process["uid_map"].text = "1 2\n";
  reading.process["setgroups"].text = "perhaps\n";
  reading.process["status"].text = "Uid:\t1 2 3\nCapEff:\txyz\n";
  reading.process["oom_score_adj"].text = "1 2\n";
  const FromProc made = from_proc(reading, made_surroundings());
  const TaskState& task = task_of(made);
  EXPECT_FALSE(task.identity.uids.known());
  EXPECT_FALSE(task.identity.capabilities.known());
  EXPECT_FALSE(task.identity.oom_score_adj.known());
  EXPECT_FALSE(made.state.ns_of(task, CT_NS_USER)->uid_map.known());
  for (const char* name : {"mountinfo", "uid_map", "setgroups", "status: Uid", "oom_score_adj"})
    EXPECT_TRUE(is_unread(made, name, 0)) << name;
}

}  // namespace
}  // namespace cttrace
