// The section about what a process was handed.
#include "render/handed_over.h"

#include <gtest/gtest.h>
#include <linux/sched.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "made_states.h"
#include "render/json_state.h"
#include "render/story_state.h"

namespace cttrace {
namespace {

constexpr char kTable[] =
    "80 70 0:40 / / rw - overlay overlay rw\n"
    "81 80 0:50 / /proc rw,nosuid,nodev,noexec - proc proc rw\n"
    "82 80 0:51 / /dev rw,nosuid - tmpfs tmpfs rw,mode=755\n";

std::string told(const FromProc& made, HandedOverOptions options = {}) {
  options.style.indent = 2;
  return handed_over(made.state, made.task, options);
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TaskState& edit_task(FromProc& made) { return made.state.tasks.at(made.task).edit(); }

TEST(HandedOver, AllOfAContainer) {
  FromProc made = made_state(kTable);
  for (auto& [id, ns] : made.state.namespaces)
    if (ns->inode >= 4026532176) ns.edit().origin = Namespace::Origin::kCreated;
  EXPECT_EQ(told(made),
            "  program       /bin/sh -c 'sleep 1'\n"
            "  executable    /bin/busybox\n"
            "  pid           700, 1 in its pid namespace\n"
            "  namespaces    new: mnt 4026532177, uts 4026532178, ipc 4026532179, net 4026532181, pid 4026532180,\n"
            "                user 4026532176\n"
            "                the host's: cgroup 4026531835, time 4026531834\n"
            "  root          / (overlay)\n"
            "  cwd           /tmp\n"
            "  mounts\n"
            "    /         overlay  rw\n"
            "    |- /dev   tmpfs    rw,nosuid               mode=755\n"
            "    `- /proc  proc     rw,nosuid,nodev,noexec\n"
            "    3 mounts, all private\n"
            "  user          uid 0 (host 100000), gid 0 (host 100000), groups 5 (host 100005)\n"
            "  uid, gid map  0-65535 = host 100000-165535\n"
            "  capabilities  14 of 41\n"
            "  privileges    no_new_privs, seccomp: 1 filter\n"
            "  limits        nofile 1024 (hard: 524288)\n"
            "  cgroup        /web, in cgroup2: /\n"
            "  also          oom_score_adj -500\n"
            "  unknown       hostname\n");
}

// By a chroot to /proc/PID/root: the slots of one tree say nothing in another.
TEST(HandedOver, TheTableIsTheOneThatItsRootIsIn) {
  FromProc made = made_state(kTable);
  const FromProc own = made_state("90 70 0:40 / / rw - overlay overlay rw\n");
  constexpr TreeId kOwn = 99;
  made.state.trees.emplace(kOwn, own.state.trees.begin()->second);
  made.state.namespaces.at(edit_task(made).namespaces[CT_NS_MNT].value).edit().mounts = kOwn;
  made.state.fs_structs.at(edit_task(made).fs).edit().cwd.mount = {.tree = kOwn, .slot = 0};
  const Json json = json_handed_over(made.state, made.task, {});
  std::vector<std::string> paths;
  std::set<Json> ids;
  for (const Json& mount : json["mounts"]) {
    ids.insert(mount["id"]);
    if (mount["path"].is_string()) paths.push_back(mount["path"]);
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"/", "/dev", "/proc"}));
  EXPECT_TRUE(ids.contains(json["root"]["mount"]));
  EXPECT_TRUE(json["cwd"]["mount"].is_null());
  const std::string text = told(made);
  EXPECT_NE(text.find("    3 mounts, all private\n"), std::string::npos) << text;
}

TEST(HandedOver, OfAMountNamespaceThatIsNotKnownTheRootTellsTheTable) {
  FromProc made = made_state(kTable);
  const TreeId tree = made.state.fs_of(*made.state.task(made.task))->root.mount.tree;
  made.state.namespaces.at(edit_task(made).namespaces[CT_NS_MNT].value).edit().mounts = 0;
  made.state.mount_objects.edit().trees[tree].doubt = "somebody else mounts there";
  const std::string text = told(made);
  EXPECT_NE(text.find("    3 mounts, all private\n"), std::string::npos) << text;
  EXPECT_NE(text.find("somebody else mounts there"), std::string::npos) << text;
}

TEST(HandedOver, AFolderThatIsNotKnownIsSaidToBe) {
  FromProc made = made_state(kTable);
  made.state.fs_structs.at(edit_task(made).fs).edit().cwd.evidence = Evidence::kUnknown;
  EXPECT_TRUE(has_line(told(made), "  unknown       cwd, hostname")) << told(made);
}

TEST(HandedOver, WhoseNamespacesWereJoinedIsSaidBehindThoseOfEach) {
  const FromProc made = made_state(kTable);
  HandedOverOptions options = {.style = {.width = 200}};
  const auto joined = [&](ct_ns which, const char* owner) {
    const uint32_t inode = made.state.ns_of(*made.state.task(made.task), which)->inode;
    options.joined.insert(inode);
    if (*owner) options.owners[inode] = owner;
    return std::to_string(inode);
  };
  // In the order in which they are told.
  const std::string uts = joined(CT_NS_UTS, "base"), ipc = joined(CT_NS_IPC, "base"), net = joined(CT_NS_NET, "\x1b");
  const std::string user = joined(CT_NS_USER, "");  // nobody knows whose
  const std::string text = told(made, options);
  EXPECT_NE(text.find("uts " + uts + ", ipc " + ipc + " of container base, net " + net + " of container \\x1b, user " +
                      user + "\n"),
            std::string::npos)
      << text;
}

TEST(HandedOver, InAStoryOnlyNamespacesThatWereJoinedHaveAnOwner) {
  using How = ContainerNamespace::How;
  const HandedOverOptions options =
      compared_with_starter({{.type = CLONE_NEWNET, .inode = 5, .how = How::kJoined, .of = "base"},
                             {.type = CLONE_NEWIPC, .inode = 6, .how = How::kJoined},
                             {.type = CLONE_NEWUTS, .inode = 7, .how = How::kMade, .of = "base"}});
  EXPECT_EQ(options.joined, (std::set<uint32_t>{5, 6}));
  EXPECT_EQ(options.owners, (std::map<uint32_t, std::string>{{5, "base"}}));
}

TEST(HandedOver, NoTaskNoSection) { EXPECT_EQ(handed_over(State(), {.tid = 1}, {}), ""); }

TEST(HandedOver, WhereNamespacesComeFrom) {
  FromProc made = made_state(kTable);
  made.state.namespaces.at(edit_task(made).namespaces[CT_NS_NET].value).edit().origin = Namespace::Origin::kJoined;
  made.state.namespaces.at(edit_task(made).namespaces[CT_NS_UTS].value).edit().origin = Namespace::Origin::kCreated;
  HandedOverOptions options;
  options.compared_with[CT_NS_IPC] = 4026532179;
  options.whose = "PID 1's";
  options.older = "older";
  const std::string text = told(made, options);
  EXPECT_TRUE(has_line(text, "  namespaces    new: uts 4026532178")) << text;
  EXPECT_TRUE(has_line(text, "                joined: net 4026532181")) << text;
  EXPECT_TRUE(has_line(text, "                older: mnt 4026532177, pid 4026532180, user 4026532176")) << text;
  EXPECT_TRUE(has_line(text, "                PID 1's: ipc 4026532179")) << text;
  EXPECT_TRUE(has_line(text, "                the host's: cgroup 4026531835, time 4026531834")) << text;
}

TEST(HandedOver, ANamespaceForChildrenIsToldWhereItIsAnother) {
  ProcReading reading = made_reading(kTable);
  reading.process["ns/pid_for_children"].text = "pid:[4026532999]";
  refuse(reading, "ns/time_for_children", ENOENT);
  const std::string text = told(from_proc(reading, made_surroundings()));
  EXPECT_TRUE(has_line(text, "                for its children: pid_for_children 4026532999")) << text;
  EXPECT_EQ(text.find("time_for_children"), std::string::npos) << text;
}

TEST(HandedOver, NothingIsClaimedThatIsNotKnown) {
  FromProc made = made_state(kTable);
  TaskState& task = edit_task(made);
  task.identity = {};
  task.identity.no_new_privs = {.value = true, .evidence = Evidence::kInferred};
  task.namespaces[CT_NS_NET] = {};
  task.fs = 0;
  const std::string text = told(made, {.unread = {"exe (Permission denied)"}});
  for (const char* label : {"root ", "mounts", "user ", "capabilities ", "limits ", "also "})
    EXPECT_EQ(text.find("\n  " + std::string(label)), std::string::npos) << label << text;
  EXPECT_TRUE(has_line(text, "  privileges    no_new_privs")) << text;
  EXPECT_TRUE(has_line(text, "  inferred      no_new_privs")) << text;
  EXPECT_NE(
      text.find("  unknown       net namespace, root and working directory, mounts, uids, gids, groups, capabilities,\n"
                "                seccomp, hostname, exe (Permission denied)\n"),
      std::string::npos)
      << text;
}

TEST(HandedOver, AfterALossItSaysSinceWhen) {
  FromProc made = made_state(kTable);
  made.state.doubtful_since = 812;
  made.state.doubt = "3 records were lost";
  EXPECT_TRUE(has_line(told(made), "  doubtful      since event 812: 3 records were lost"));
}

TEST(HandedOver, AHostnameMayBeEmpty) {
  FromProc made = made_state(kTable);
  for (auto& [id, ns] : made.state.namespaces)
    if (ns->type == CLONE_NEWUTS) ns.edit().hostname = {.value = "", .evidence = Evidence::kObserved};
  EXPECT_TRUE(has_line(told(made), "  hostname      ''")) << told(made);
}

TEST(HandedOver, APersonalityIsWhatItIsCalledAndItsFlags) {
  FromProc made = made_state(kTable);
  edit_task(made).identity.personality = {.value = 0x40008, .evidence = Evidence::kObserved};
  const std::string text = told(made);
  EXPECT_TRUE(has_line(text, "  also          oom_score_adj -500, personality PER_LINUX32|ADDR_NO_RANDOMIZE")) << text;
}

TEST(HandedOver, CapabilitiesInNumbersAndThoseThatMatter) {
  FromProc made = made_state(kTable);
  Identity::Capabilities& sets = edit_task(made).identity.capabilities.value;
  const auto line = [&](uint64_t effective) {
    sets = {.inheritable = 0, .permitted = effective, .effective = effective, .bounding = effective, .ambient = 0};
    const std::string text = told(made);
    const size_t begin = text.find("  capabilities");
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  EXPECT_EQ(line(0), "  capabilities  0 of 41");
  EXPECT_EQ(line(1u << 5 | 1u << 21), "  capabilities  2 of 41: CAP_KILL CAP_SYS_ADMIN");
  EXPECT_EQ(line(0xa80425fb | 1u << 21), "  capabilities  15 of 41, among them CAP_SYS_ADMIN");
  EXPECT_EQ(line(0x1ffffffffff), "  capabilities  41 of 41");
  EXPECT_EQ(line(0x1fffeffffff), "  capabilities  40 of 41, all but CAP_SYS_RESOURCE");
  sets = {.inheritable = 1, .permitted = 3, .effective = 1, .bounding = 7, .ambient = 1};
  EXPECT_NE(told(made).find("  capabilities  1 of 41: CAP_CHOWN\n"
                            "                permitted 2, bounding 3, inheritable 1, ambient 1\n"),
            std::string::npos)
      << told(made);
}

TEST(HandedOver, VerboseTellsEachSetOnce) {
  FromProc made = made_state(kTable);
  auto& sets = made.state.tasks.at(made.task).edit().identity.capabilities.value;
  sets = {.inheritable = 1, .permitted = 0x1fffeffffff, .effective = 1, .bounding = 0x1ffffffffff, .ambient = 0};
  EXPECT_NE(told(made, {.style = {.verbose = true}})
                .find("  capabilities  effective, inheritable: 1 of 41: CAP_CHOWN\n"
                      "                permitted: 40 of 41, all but CAP_SYS_RESOURCE\n"
                      "                bounding: 41 of 41\n"
                      "                ambient: 0 of 41\n"),
            std::string::npos)
      << told(made, {.style = {.verbose = true}});
}

TEST(HandedOver, VerboseNamesAll) {
  const std::string text = told(made_state(kTable), {.style = {.verbose = true}});
  EXPECT_NE(text.find("  capabilities  effective, permitted, bounding: 14 of 41: CAP_CHOWN CAP_DAC_OVERRIDE"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("inheritable, ambient: 0 of 41\n"), std::string::npos) << text;
  EXPECT_NE(text.find("cpu unlimited"), std::string::npos) << text;
}

TEST(HandedOver, CgroupsByWhatMostHierarchiesHave) {
  ProcReading reading = made_reading(kTable);
  reading.process["cgroup"].text = "4:a:/web\n3:b:/\n2:pids:/web\n1:cpu:/web\n0::/\n";
  const std::string text = told(from_proc(reading, made_surroundings()));
  EXPECT_TRUE(has_line(text, "  cgroup        /web, in cgroup2 and hierarchy 3: /")) << text;
}

constexpr char kHierarchies[] =
    "80 70 0:40 / / rw - overlay overlay rw\n"
    "90 80 0:60 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
    "91 80 0:61 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "92 80 0:62 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
    "93 80 0:63 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";

// The kernel tells the cgroup in cgroup2, and where else somebody was moved to.
FromProc with_cgroups(const std::string& cgroups) {
  ProcReading reading = made_reading(kHierarchies);
  reading.process["cgroup"].text = cgroups;
  return from_proc(reading, made_surroundings());
}

TEST(HandedOver, CgroupsByTheNamesThatProcGives) {
  FromProc made = made_state(kTable);
  edit_task(made).cgroups[2].value = "/other";
  EXPECT_TRUE(
      has_line(told(made, {.hierarchies = made.hierarchies}), "  cgroup        /, in pids: /other, in cpu: /web"))
      << told(made, {.hierarchies = made.hierarchies});
  edit_task(made).cgroups[2].value = edit_task(made).cgroups[0].value = "/web";
  EXPECT_TRUE(has_line(told(made, {.hierarchies = made.hierarchies}), "  cgroup        /web"));
  edit_task(made).cgroups[0].value = "/a";
  EXPECT_TRUE(has_line(told(made, {.hierarchies = made.hierarchies}), "  cgroup        /web, in cgroup2: /a"))
      << told(made, {.hierarchies = made.hierarchies});
}

TEST(HandedOver, WhatCouldNotBeReadIsSaidOnceAndWhy) {
  ProcReading reading = made_reading(kTable);
  for (const char* name : {"ns/net", "cwd"}) refuse(reading, name, EACCES);
  const FromProc made = from_proc(reading, made_surroundings());
  const std::string text = told(made, {.unread = {"net namespace", "cwd (Permission denied)"}});
  EXPECT_TRUE(has_line(text, "  unknown       hostname, net namespace, cwd (Permission denied)")) << text;
}

TEST(HandedOver, CgroupsInHierarchiesThatNobodyLookedAtAreNotKnown) {
  const std::string text = told(with_cgroups("0::/\n"));
  EXPECT_TRUE(has_line(text, "  cgroup        in cgroup2: /")) << text;
  EXPECT_TRUE(has_line(text, "  unknown       cgroup in cpu,cpuacct, memory, name=systemd and pids, hostname")) << text;
  EXPECT_TRUE(has_line(told(with_cgroups("9:a:/\n8:b:/\n7:c:/\n2:d:/\n0::/\n")), "  cgroup        /"));
}

TEST(HandedOver, HierarchiesAreNamedByFilesThatWereWritten) {
  FromProc made = with_cgroups("8:pids:/liz\n5:cpu,cpuacct:/liz\n0::/\n");
  made.state.controls.edit()["/sys/fs/cgroup/pids/liz/pids.max"] = {};
  std::string text = told(made);
  EXPECT_TRUE(has_line(text, "  cgroup        in cgroup2: /, in hierarchy 5 and hierarchy 8: /liz")) << text;
  EXPECT_TRUE(has_line(text, "  unknown       cgroup in 2 other hierarchies, hostname")) << text;
  made.state.controls.edit()["/sys/fs/cgroup/cpu/liz/cpu.shares"] = {};
  made.state.controls.edit()["/sys/fs/cgroup/memory/another/memory.limit_in_bytes"] = {};
  text = told(made);
  EXPECT_TRUE(has_line(text, "  cgroup        in cgroup2: /, in cpu,cpuacct and pids: /liz")) << text;
  EXPECT_TRUE(has_line(text, "  unknown       cgroup in memory and name=systemd, hostname")) << text;
}

TEST(HandedOver, HierarchiesAreNamedByFilesThatTasksWereMovedBy) {
  FromProc made = with_cgroups("8:pids:/liz\n5:cpu,cpuacct:/liz\n0::/\n");
  const auto is_called = [&](uint32_t hierarchy, std::string_view options) {
    for (const auto& [id, filesystem] : made.state.filesystems)
      if (filesystem->type == "cgroup" && filesystem->options.value.ends_with(options))
        made.state.hierarchies.edit()[hierarchy] = id;
  };
  is_called(8, "pids");
  EXPECT_TRUE(has_line(told(made), "  cgroup        in cgroup2: /, in hierarchy 5 and hierarchy 8: /liz"))
      << told(made);
  is_called(5, "pids");  // two numbers of one hierarchy: one of them is another's
  EXPECT_TRUE(has_line(told(made), "  cgroup        in cgroup2: /, in hierarchy 5 and hierarchy 8: /liz"));
  is_called(5, "cpu,cpuacct");
  EXPECT_TRUE(has_line(told(made), "  cgroup        in cgroup2: /, in cpu,cpuacct and pids: /liz")) << told(made);
  EXPECT_TRUE(has_line(told(made), "  unknown       cgroup in memory and name=systemd, hostname")) << told(made);
}

TEST(HandedOver, HierarchiesAreNamedByWhatTheContainerIsShown) {
  ProcReading reading = made_reading(
      "80 70 0:40 / / rw - overlay overlay rw\n"
      "90 80 0:60 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
      "91 80 0:61 /web /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n");
  reading.process["cgroup"].text = "9:name=systemd:/web\n0::/\n";
  const std::string text = told(from_proc(reading, made_surroundings()));
  EXPECT_TRUE(has_line(text, "  cgroup        in cgroup2: /, in name=systemd: /web")) << text;
}

TEST(HandedOver, DevicesWhereTheyCanBeSeen) {
  FromProc made = made_state(kTable);
  const FilesystemId dev = made.state.tree(root_in(made).mount.tree)
                               ->at(made.state.tree(root_in(made).mount.tree)->with_kernel_id(82))
                               .filesystem;
  Devices devices;
  const auto add = [&](const std::string& node, uint32_t minor, Fact<uint32_t> permissions) {
    devices[node] = {.filesystem = dev,
                     .node = node,
                     .path = node,
                     .type = S_IFCHR,
                     .major = 1,
                     .minor = minor,
                     .permissions = permissions,
                     .uid = {.value = 100000, .evidence = Evidence::kObserved},
                     .gid = {.value = 100000, .evidence = Evidence::kObserved}};
  };
  add("/null", 3, {.value = 0666, .evidence = Evidence::kObserved});
  add("/zero", 5, {.value = 0666, .evidence = Evidence::kObserved});
  add("/net/tun", 7, {.value = 0600});
  made.state.devices.emplace(dev, CopyOnWrite<Devices>(devices));
  made.state.devices.emplace(999, CopyOnWrite<Devices>(devices));
  EXPECT_TRUE(has_line(told(made), "  devices       /dev/net/tun 0600?, /dev/{null,zero} 0666")) << told(made);
  const std::string verbose = told(made, {.style = {.verbose = true}});
  EXPECT_TRUE(has_line(verbose, "                /dev/null c 1:3 0666")) << verbose;
}

TEST(HandedOver, DevicesThatLieUnderAMountAreNotSeen) {
  FromProc made = made_state(std::string(kTable) + "83 82 0:52 / /dev/net rw - tmpfs tmpfs rw\n");
  const MountTree& tree = *made.state.tree(root_in(made).mount.tree);
  const auto add = [&](uint32_t mount, const std::string& node, uint32_t minor) {
    const FilesystemId filesystem = tree.filesystem_of(tree.with_kernel_id(mount));
    made.state.devices[filesystem].edit()[node] = {
        .filesystem = filesystem, .node = node, .path = node, .type = S_IFCHR, .major = 1, .minor = minor};
  };
  add(82, "/null", 3);
  add(82, "/net", 4);      // a mount lies on it
  add(82, "/net/tun", 7);  // this one, and what follows, are where another one is
  add(82, "/net/tap", 8);
  add(83, "/tun", 9);
  const std::string verbose = told(made, {.style = {.verbose = true}});
  EXPECT_NE(verbose.find("/dev/null c 1:3 "), std::string::npos) << verbose;
  EXPECT_NE(verbose.find("/dev/net/tun c 1:9 "), std::string::npos) << verbose;
  for (const char* const covered : {"1:4", "1:7", "1:8"})
    EXPECT_EQ(verbose.find(covered), std::string::npos) << verbose;
}

TEST(HandedOver, TheDeathSignalWhereItWasSet) {
  FromProc made = made_state(kTable);
  Fact<int32_t>& signal = edit_task(made).identity.parent_death_signal;
  EXPECT_EQ(told(made).find("signal"), std::string::npos);  // nobody tells what it was before
  signal = {.value = 9, .evidence = Evidence::kInferred};
  EXPECT_NE(told(made).find("gets SIGKILL when its parent ends"), std::string::npos) << told(made);
  signal.evidence = Evidence::kUnknown;
  EXPECT_EQ(told(made).find("SIGKILL"), std::string::npos) << told(made);
  EXPECT_NE(told(made).find("parent-death signal"), std::string::npos) << told(made);
  signal.value = 0;
  made.state.doubtful_since = 1;
  EXPECT_NE(told(made).find("parent-death signal"), std::string::npos) << told(made);
}

TEST(HandedOver, DescriptorsThatAreHandedOverTheUsualThree) {
  FromProc made = made_state(kTable);
  Program& program = edit_task(made).programs.back();
  EXPECT_EQ(told(made).find("descriptors"), std::string::npos);
  program.descriptors.emplace();
  EXPECT_EQ(told(made).find("descriptors"), std::string::npos);
  program.descriptors->push_back({.fd = 3, .path = "/sys/fs/cgroup"});
  program.descriptors->push_back({.fd = 9, .path = "/a\nb"});
  EXPECT_TRUE(has_line(told(made), "  descriptors   3 /sys/fs/cgroup, 9 /a\\x0ab")) << told(made);
  // A way out of the container.
  program.descriptors = {{.fd = 7, .path = "/sys/fs/cgroup", .other_ns = true}};
  EXPECT_TRUE(has_line(told(made), "  descriptors   7 /sys/fs/cgroup (outside its root)")) << told(made);
}

TEST(HandedOver, HostileTextIsEscapedAndBounded) {
  FromProc made = made_state(kTable);
  TaskState& task = edit_task(made);
  task.programs[0].argv = {"a\nb", "it's", "\x1b[2J", ""};
  task.cgroups[0].value = "/x\x1b[31m";
  const std::string text = told(made);
  EXPECT_TRUE(has_line(text, R"(  program       $'a\nb' $'it\'s' $'\x1b[2J' '')")) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  task.programs[0].argv.assign(10'000, "word");
  EXPECT_NE(told(made).find("(9976 more words)"), std::string::npos);
}

TEST(HandedOver, LinesKeepToTheWidth) {
  for (const size_t width : {60u, 80u, 160u}) {
    std::istringstream lines(told(made_state(kTable), {.style = {.width = width, .unicode = true}}));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), width) << line;
  }
}

TEST(HandedOver, WordsAreQuotedAsInAShell) {
  FromProc made = made_state(kTable);
  edit_task(made).programs[0].argv = {"sh", "-c", "a\\x0ab", "a\nb", "a\\\nb"};
  EXPECT_TRUE(has_line(told(made), R"(  program       sh -c 'a\x0ab' $'a\nb' $'a\\\nb')")) << told(made);
}

TEST(HandedOver, WhatIsLongIsBrokenAtItsBlanks) {
  std::string table = kTable;
  for (int i = 0; i < 5; ++i)
    table += std::to_string(90 + i) + " 82 0:60 / /dev/d" + std::to_string(i) + " rw - proc proc rw\n";
  FromProc made = made_state(table);
  made.state.doubtful_since = 7;
  made.state.doubt = "somebody who is not traced may have changed what is mounted there, and nobody knows what";
  for (const size_t width : {40u, 60u}) {
    const std::string text = told(made, {.style = {.width = width}});
    EXPECT_NE(text.find("-v shows"), std::string::npos) << text;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(columns_of(line), width) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

}  // namespace
}  // namespace cttrace
