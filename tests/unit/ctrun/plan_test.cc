// Plans: pure, so that a host can be made up.
#include "plan/plan.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/example_config.h"

namespace cttrace::ctrun {
namespace {

Host host_of_v1() {
  return {.last_capability = 40,
          .hierarchies = {{.controllers = {"memory"}, .mount_point = "/sys/fs/cgroup/memory", .own = "/own"},
                          {.controllers = {"cpu", "cpuacct"}, .mount_point = "/sys/fs/cgroup/cpu,cpuacct", .own = "/"},
                          {.controllers = {"pids"}, .mount_point = "/sys/fs/cgroup/pids", .own = "/"},
                          {.unified = true, .mount_point = "/sys/fs/cgroup/unified", .own = "/"}},
          .mounts = {{"/", "ext4"}, {"/proc", "proc"}, {"/sys", "sysfs"}}};
}

Host host_of_v2() {
  return {.last_capability = 40,
          .hierarchies = {{.unified = true, .mount_point = "/sys/fs/cgroup", .own = "/user"}},
          .unified_controllers = {"cpu", "memory", "pids"},
          .mounts = {{"/", "ext4"}, {"/proc", "proc"}, {"/sys", "sysfs"}}};
}

Request request_on(Host host) {
  Request request{.id = "c1", .bundle = "/b", .config = parse_config(example_config(false)), .host = std::move(host)};
  request.config.rootfs = "/b/rootfs";
  request.config.process.terminal = false;
  return request;
}

const Step* find(const Plan& plan, const std::string& id) {
  const auto found =
      std::find_if(plan.steps.begin(), plan.steps.end(), [&](const Step& step) { return step.id == id; });
  return found == plan.steps.end() ? nullptr : &*found;
}

size_t place(const Plan& plan, const std::string& id) {
  const Step* step = find(plan, id);
  EXPECT_NE(step, nullptr) << id;
  return step ? static_cast<size_t>(step - plan.steps.data()) : 0;
}

std::vector<std::string> calls_of(const Plan& plan, const std::string& id) {
  std::vector<std::string> texts;
  const Step* step = find(plan, id);
  if (!step) return {"no step " + id};
  for (const PlannedCall& call : step->calls) texts.push_back(call.text());
  return texts;
}

using Texts = std::vector<std::string>;

TEST(CtrunPlan, IsTheSameTwice) {
  const Request request = request_on(host_of_v1());
  EXPECT_EQ(plan_json(make_plan(request)), plan_json(make_plan(request)));
}

TEST(CtrunPlan, IdsAreUnique) {
  Request request = request_on(host_of_v1());
  request.config.mounts.push_back(request.config.mounts[0]);
  std::set<std::string> ids;
  for (const Step& step : make_plan(request).steps) EXPECT_TRUE(ids.insert(step.id).second) << step.id;
}

TEST(CtrunPlan, OrderOfThings) {
  Request request = request_on(host_of_v1());
  request.config.hooks.create_runtime = {{.path = "/h"}};
  request.config.hooks.create_container = {{.path = "/h"}};
  request.config.hooks.poststart = {{.path = "/h"}};
  const Plan plan = make_plan(request);
  const Texts order = {"cgroups",
                       "make-init",
                       "root-slave",
                       "rootfs",
                       "mount:/proc",
                       "device:/dev/null",
                       "hooks:createRuntime",
                       "hooks:createContainer",
                       "mask:/proc/kcore",
                       "switch-root",
                       "detach-old-root",
                       "readonly-root",
                       "hostname",
                       "save-state",
                       "no-new-privs",
                       "bounding",
                       "groups",
                       "gid",
                       "uid",
                       "capabilities",
                       "close-descriptors",
                       "execute",
                       "hooks:poststart"};
  for (size_t i = 1; i < order.size(); ++i) EXPECT_LT(place(plan, order[i - 1]), place(plan, order[i])) << order[i];
}

TEST(CtrunPlan, CreateWaitsWhereRunDoesNot) {
  Request request = request_on(host_of_v1());
  EXPECT_EQ(find(make_plan(request), "wait-for-start"), nullptr);
  request.waits_for_start = true;
  const Plan plan = make_plan(request);
  EXPECT_EQ(plan.steps[0].id, "fifo");
  EXPECT_LT(place(plan, "wait-for-start"), place(plan, "execute"));
}

TEST(CtrunPlan, MountsByEachWay) {
  Request request = request_on(host_of_v1());
  request.config.mounts = {{.destination = "/x",
                            .type = "tmpfs",
                            .source = "me",
                            .flags = MS_RDONLY | MS_NODEV,
                            .data = {"size=1m", "huge"}},
                           {.destination = "/y",
                            .source = "/s",
                            .flags = MS_BIND | MS_REC | MS_RDONLY,
                            .propagations = {MS_SLAVE | MS_REC}}};
  request.choices.mounts = MountBy::kPath;
  EXPECT_EQ(calls_of(make_plan(request), "mount:/x"),
            (Texts{R"(mount("me", "/b/rootfs/x", "tmpfs", MS_RDONLY|MS_NODEV, "size=1m,huge"))"}));
  EXPECT_EQ(calls_of(make_plan(request), "mount:/y"),
            (Texts{R"(mount("/s", "/b/rootfs/y", NULL, MS_BIND|MS_REC, NULL))",
                   R"(mount(NULL, "/b/rootfs/y", NULL, MS_RDONLY|MS_REMOUNT|MS_BIND, NULL))",
                   R"(mount(NULL, "/b/rootfs/y", NULL, MS_REC|MS_SLAVE, NULL))"}));
  request.choices.mounts = MountBy::kFd;
  EXPECT_EQ(calls_of(make_plan(request), "mount:/x"),
            (Texts{R"(mount("me", "/proc/self/fd/</b/rootfs/x>", "tmpfs", MS_RDONLY|MS_NODEV, "size=1m,huge"))"}));
  request.choices.mounts = MountBy::kNewApi;
  EXPECT_EQ(calls_of(make_plan(request), "mount:/x").at(2), R"(fsconfig(<context>, FSCONFIG_SET_FLAG, "ro", NULL, 0))");
  EXPECT_EQ(calls_of(make_plan(request), "mount:/x").size(), 8U);
  EXPECT_EQ(calls_of(make_plan(request), "mount:/y").at(0),
            R"(open_tree(AT_FDCWD, "/s", AT_RECURSIVE|OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC))");
}

TEST(CtrunPlan, LongOptionsDoNotFitFsconfig) {
  Request request = request_on(host_of_v1());
  request.choices.mounts = MountBy::kNewApi;
  request.config.mounts = {
      {.destination = "/x", .type = "overlay", .source = "overlay", .data = {"lowerdir=" + std::string(300, 'a')}}};
  EXPECT_EQ(find(make_plan(request), "mount:/x")->calls.at(0).name, "mount");
}

TEST(CtrunPlan, ResourcesOfV1) {
  Request request = request_on(host_of_v1());
  request.config.resources = {.memory_limit = 1000, .cpu_shares = 512, .pids_limit = -1};
  const Plan plan = make_plan(request);
  EXPECT_EQ(plan.cgroups, (Texts{"/sys/fs/cgroup/memory/own/c1", "/sys/fs/cgroup/cpu,cpuacct/c1",
                                 "/sys/fs/cgroup/pids/c1", "/sys/fs/cgroup/unified/c1"}));
  EXPECT_EQ(calls_of(plan, "limit:memory.limit_in_bytes"),
            (Texts{R"(write("/sys/fs/cgroup/memory/own/c1/memory.limit_in_bytes", "1000"))"}));
  EXPECT_EQ(calls_of(plan, "limit:cpu.shares"), (Texts{R"(write("/sys/fs/cgroup/cpu,cpuacct/c1/cpu.shares", "512"))"}));
  EXPECT_EQ(calls_of(plan, "limit:pids.max"), (Texts{R"(write("/sys/fs/cgroup/pids/c1/pids.max", "max"))"}));
}

TEST(CtrunPlan, DevicesAreDeniedOnceImagesAreMounted) {
  Request request = request_on(host_of_v1());
  request.host.hierarchies.push_back({.controllers = {"devices"}, .mount_point = "/sys/fs/cgroup/devices", .own = "/"});
  const Plan plan = make_plan(request);
  EXPECT_LT(place(plan, "mount:/sys"), place(plan, "limit:devices.deny"));
  EXPECT_LT(place(plan, "limit:devices.deny"), place(plan, "execute"));
}

TEST(CtrunPlan, ResourcesOfV2) {
  Request request = request_on(host_of_v2());
  request.config.cgroups_path = "/a/b";
  request.config.resources = {
      .memory_limit = 1000, .memory_swap = 3000, .cpu_shares = 1024, .cpu_period = 50000, .cpu_quota = 10000};
  request.config.resources.unified = {{"memory.high", "900"}};
  const Plan plan = make_plan(request);
  EXPECT_EQ(calls_of(plan, "controllers:/sys/fs/cgroup"),
            (Texts{R"(write("/sys/fs/cgroup/cgroup.subtree_control", "+cpu +memory"))"}));
  EXPECT_EQ(calls_of(plan, "controllers:/sys/fs/cgroup/a"),
            (Texts{R"(write("/sys/fs/cgroup/a/cgroup.subtree_control", "+cpu +memory"))"}));
  EXPECT_EQ(find(plan, "controllers:/sys/fs/cgroup/a/b"), nullptr);
  EXPECT_LT(place(plan, "controllers:/sys/fs/cgroup/a"), place(plan, "limit:memory.max"));
  EXPECT_EQ(calls_of(plan, "limit:memory.max"), (Texts{R"(write("/sys/fs/cgroup/a/b/memory.max", "1000"))"}));
  EXPECT_EQ(calls_of(plan, "limit:memory.swap.max"), (Texts{R"(write("/sys/fs/cgroup/a/b/memory.swap.max", "2000"))"}));
  EXPECT_EQ(calls_of(plan, "limit:cpu.weight"), (Texts{R"(write("/sys/fs/cgroup/a/b/cpu.weight", "39"))"}));
  EXPECT_EQ(calls_of(plan, "limit:cpu.max"), (Texts{R"(write("/sys/fs/cgroup/a/b/cpu.max", "10000 50000"))"}));
  EXPECT_EQ(calls_of(plan, "limit:memory.high"), (Texts{R"(write("/sys/fs/cgroup/a/b/memory.high", "900"))"}));
}

TEST(CtrunPlan, ControllersThatAreNotThere) {
  Request request = request_on(host_of_v2());
  request.config.resources.cpus = "0";
  EXPECT_THROW(make_plan(request), Failure);
}

TEST(CtrunPlan, CgroupsInTheContainer) {
  const Plan v1 = make_plan(request_on(host_of_v1()));
  EXPECT_NE(find(v1, "mount:/sys/fs/cgroup/memory"), nullptr);
  EXPECT_EQ(find(v1, "mount:/sys/fs/cgroup/unified"), nullptr);
  EXPECT_NE(find(v1, "cgroup-links"), nullptr);  // cpu and cpuacct are mounted together
  Request request = request_on(host_of_v2());
  EXPECT_EQ(calls_of(make_plan(request), "mount:/sys/fs/cgroup").at(0),
            R"(mount("/sys/fs/cgroup/user/c1", "/proc/self/fd/</b/rootfs/sys/fs/cgroup>", NULL, MS_BIND, NULL))");
  request.config.namespaces.push_back({CLONE_NEWCGROUP, ""});
  EXPECT_EQ(find(make_plan(request), "mount:/sys/fs/cgroup")->calls.at(0).args.at(2), "\"cgroup2\"");
}

TEST(CtrunPlan, AMakerOnlyWhereOneIsNeeded) {
  Request request = request_on(host_of_v1());
  EXPECT_EQ(find(make_plan(request), "make-maker"), nullptr);
  request.choices.create = CreateBy::kUnshare;
  EXPECT_NE(find(make_plan(request), "make-maker"), nullptr);
  request.choices.create = CreateBy::kClone3;
  EXPECT_EQ(find(make_plan(request), "make-maker"), nullptr);
  EXPECT_EQ(find(make_plan(request), "join-cgroup:/sys/fs/cgroup/unified/c1"), nullptr);  // it is made in there
  request.config.namespaces[0].path = "/proc/7/ns/pid";
  EXPECT_NE(find(make_plan(request), "join:pid"), nullptr);
}

TEST(CtrunPlan, AMountNamespaceThatIsJoinedIsUsedAsItIs) {
  Request request = request_on(host_of_v1());
  for (Namespace& each : request.config.namespaces)
    if (each.type == CLONE_NEWNS) each.path = "/proc/7/ns/mnt";
  const Plan plan = make_plan(request);
  for (const char* id : {"rootfs", "mount:/proc", "switch-root", "device:/dev/null", "mask:/proc/kcore"})
    EXPECT_EQ(find(plan, id), nullptr) << id;
  request.choices.mistake = Mistake::kHostProc;
  EXPECT_THROW(make_plan(request), Failure);
}

TEST(CtrunPlan, NodesAreBoundInAUserNamespace) {
  Request request = request_on(host_of_v1());
  request.config.namespaces.push_back({CLONE_NEWUSER, ""});
  request.config.uid_mappings = request.config.gid_mappings = {{0, 1000, 10}};
  for (const DevicesBy by : {DevicesBy::kMknod, DevicesBy::kDevtmpfs}) {
    request.choices.devices = by;
    EXPECT_EQ(find(make_plan(request), "device:/dev/null")->calls.at(0).name, "mount");
  }
}

TEST(CtrunPlan, OrdinaryUsersMapByHelpers) {
  Request request = request_on(host_of_v1());
  request.host.uid = request.host.gid = 1000;
  request.config.namespaces.push_back({CLONE_NEWUSER, ""});
  request.config.uid_mappings = request.config.gid_mappings = {{0, 1000, 1}};
  Plan plan = make_plan(request);
  EXPECT_TRUE(plan.cgroups.empty());
  EXPECT_EQ(calls_of(plan, "user-maps").at(0), R"(write("/proc/<init>/setgroups", "deny"))");
  EXPECT_EQ(find(plan, "groups"), nullptr);
  request.config.uid_mappings = request.config.gid_mappings = {{0, 1000, 1}, {1, 5000, 10}};
  plan = make_plan(request);
  EXPECT_EQ(find(plan, "user-maps")->calls.at(0).name, "execve");
  EXPECT_NE(find(plan, "groups"), nullptr);
}

TEST(CtrunPlan, SeccompComesBeforeTheCapabilitiesGo) {
  Request request = request_on(host_of_v1());
  request.config.seccomp = Seccomp{.default_action = "SCMP_ACT_ALLOW"};
  EXPECT_GT(place(make_plan(request), "seccomp"), place(make_plan(request), "capabilities"));  // no_new_privs is set
  request.config.process.no_new_privs = false;
  EXPECT_LT(place(make_plan(request), "seccomp"), place(make_plan(request), "bounding"));
  request.choices.mistake = Mistake::kSeccompTooLate;
  EXPECT_GT(place(make_plan(request), "seccomp"), place(make_plan(request), "capabilities"));
}

TEST(CtrunPlan, EveryMistakeChangesThePlan) {
  Request request = request_on(host_of_v1());
  request.config.seccomp = Seccomp{.default_action = "SCMP_ACT_ALLOW"};
  const std::string right = plan_json(make_plan(request));
  EXPECT_GE(mistakes().size(), 12U);
  for (const MistakeRow& row : mistakes()) {
    request.choices.mistake = row.mistake;
    EXPECT_NE(plan_json(make_plan(request)), right) << row.name;
  }
}

TEST(CtrunPlan, MistakesNeedWhatTheyAreAbout) {
  Request request = request_on(host_of_v1());
  request.config.masked_paths.clear();
  request.config.readonly_paths.clear();
  for (const Mistake mistake : {Mistake::kUnmaskedPath, Mistake::kWritablePath, Mistake::kSeccompTooLate}) {
    request.choices.mistake = mistake;
    EXPECT_THROW(make_plan(request), Failure);
  }
}

TEST(CtrunPlan, VethIsTheFirstOtherAddress) {
  Request request = request_on(host_of_v1());
  request.choices.net = "veth:10.0.0.1/24";
  EXPECT_NE(find(make_plan(request), "veth")->what.find("10.0.0.2/24"), std::string::npos);
  request.choices.net = "veth:10.0.0.9/24";
  EXPECT_NE(find(make_plan(request), "veth")->what.find("10.0.0.1/24"), std::string::npos);
  for (const char* wrong : {"veth:", "veth:x/24", "veth:10.0.0.1", "veth:10.0.0.1/31", "bridge"}) {
    request.choices.net = wrong;
    EXPECT_THROW(make_plan(request), Failure) << wrong;
  }
}

TEST(CtrunPlan, TextCannotMoveACursor) {
  Request request = request_on(host_of_v1());
  request.config.hostname = "a\x1b[2Jb";
  for (const bool verbose : {false, true})
    EXPECT_EQ(plan_text(make_plan(request), verbose).find('\x1b'), std::string::npos);
}

TEST(CtrunPlan, AlikeStepsAreOneLine) {
  const Plan plan = make_plan(request_on(host_of_v1()));
  const std::string brief = plan_text(plan, false), verbose = plan_text(plan, true);
  EXPECT_NE(brief.find("init    proc on /proc\n"), std::string::npos) << brief;
  EXPECT_EQ(brief.find("mount("), std::string::npos);
  EXPECT_NE(brief.find("; 7 more\n"), std::string::npos) << brief;  // of ten masked paths
  EXPECT_NE(verbose.find("mask:/proc/timer_list"), std::string::npos);
}

TEST(CtrunPlan, EntriesJoinUserFirstAndMountsLast) {
  const Process process = parse_config(example_config(false)).process;
  const Plan plan = make_entry_plan({.init = 7,
                                     .process = process,
                                     .namespaces = {CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNS},
                                     .cgroups = {"/sys/fs/cgroup/x"}});
  EXPECT_LT(place(plan, "join:user"), place(plan, "become-root"));
  EXPECT_LT(place(plan, "become-root"), place(plan, "join:pid"));
  EXPECT_LT(place(plan, "join:mnt"), place(plan, "make-init"));
  EXPECT_EQ(find(plan, "wait-for-start"), nullptr);
}

}  // namespace
}  // namespace cttrace::ctrun
