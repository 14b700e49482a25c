// Rules of the canonical form: what is another at every run goes, what matters stays.
#include "check/canonical.h"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include "check/canonical_names.h"

namespace cttrace::canon {
namespace {

constexpr Evidence kSeen = Evidence::kObserved;

MountFacts mount(std::string path, std::string type, uint64_t attributes = 0) {
  MountFacts facts{.path = std::move(path), .filesystem = std::move(type), .source_path = "/"};
  facts.attributes = attributes;
  facts.sharing = {{}, kSeen};
  facts.superblock_read_only = {false, kSeen};
  facts.evidence = kSeen;
  return facts;
}

// A container of which as much is known as a test needs.
ContainerFacts container() {
  ContainerFacts facts{.name = "web", .short_name = "web", .bundle = "/srv/b", .rootfs = "/srv/b/rootfs"};
  facts.first = 10, facts.last = 99;
  facts.handed.emplace();
  facts.handed->old_root = {{.gone = true}, kSeen};
  facts.handed->mounts.evidence = kSeen;
  return facts;
}

const CanonicalFact& fact(const CanonicalContainer& form, const std::string& group, const std::string& key) {
  static const CanonicalFact kNone{.fields = {{"there is no", "such fact"}}};
  const auto in = form.outcome.find(group);
  if (in == form.outcome.end() || !in->second.contains(key)) return kNone;
  return in->second.at(key);
}

std::string value(const ContainerFacts& facts, const std::string& group, const std::string& key,
                  const std::string& field = kIs) {
  const CanonicalContainer form = canonical(facts);
  const auto& fields = fact(form, group, key).fields;
  return fields.contains(field) ? fields.at(field) : "(none)";
}

Step mounts_step(std::vector<std::string> paths) {
  MountDone done{.type = "tmpfs"};
  for (std::string& path : paths) done.mounts.push_back({.target = {.path = path, .inside = path}});
  return {.phase = Phase::kMounts, .facts = std::move(done)};
}

TEST(CanonicalNames, EveryRuleDoesWhatItsExampleSays) {
  for (const NameRule& rule : name_rules()) {
    EXPECT_EQ(canonical_name(rule.example), rule.canonical) << rule.id;
    EXPECT_NE(std::string(rule.example), rule.canonical) << rule.id;
    EXPECT_EQ(canonical_name(rule.canonical), rule.canonical) << rule.id << ": canonical stays canonical";
  }
}

TEST(CanonicalNames, KeepsWhatSomebodyChose) {
  for (const char* const name : {"/dev/pts", "/proc/sys", "/proc/1x/y", "cpu.max", "deadbeef", "/srv/tmpfile",
                                 "/sys/fs/cgroup/12", "/opt/fd", "snapshots", "web-12", "1024"})
    EXPECT_EQ(canonical_name(name), name);
}

// Whatever looks random may be a name that somebody chose, unless it is known who made it.
TEST(CanonicalNames, KeepsWhatOnlyLooksRandom) {
  for (const char* const name :
       {"/srv/bindfile", "/bindfiles", "/srv/R7EXjC", "/data-server", "unified", "/sys/fs/cgroup/unified/web",
        "reunifiedM0EMKX", "web-1234567890123456", "web-54f6d573135835a", "54f6d573135835a8", "web-54f6d573135835a8b",
        "/run/.#kmsg", "/run/kmsg019d973302b41476", "/.flatpak/3046136165x"})
    EXPECT_EQ(canonical_name(name), name);
  EXPECT_EQ(canonical_name("/tmp"), "/tmp");
  EXPECT_EQ(canonical_name("into cgroup /payload of unifiedM0EMKX"), "into cgroup /payload of unified<tmp>");
  EXPECT_EQ(canonical_name("/run/.#proc-sys-kernel-random-boot-ida125d19e52d9f8c4 (step 51)"),
            "/run/.#proc-sys-kernel-random-boot-id<hex> (step 51)");
}

TEST(CanonicalNames, EscapesWhatATerminalWouldActOn) { EXPECT_EQ(canonical_name("a\x1b[1m\xff"), "a\\x1b[1m\\xff"); }

TEST(CanonicalNames, KnowsTheContainersOwnFoldersAndName) {
  const Names names(container());
  EXPECT_EQ(names("/srv/b/rootfs/etc"), "<rootfs>/etc");
  EXPECT_EQ(names("/srv/b/config.json"), "<bundle>/config.json");
  EXPECT_EQ(names("/sys/fs/cgroup/pids/web"), "/sys/fs/cgroup/pids/<id>");
  EXPECT_EQ(names("/webroot/cobweb"), "/webroot/cobweb") << "a name is a word";
  EXPECT_EQ(names("/systemd-private-0123456789abcdef0123456789abcdef-web.service-mpsql3/x"),
            "/systemd-private-<hex>-<id>.service-<tmp>/x");
  EXPECT_EQ(names("/systemd-private-0123456789abcdef0123456789abcdef-docker.service-mpsql3"),
            "/systemd-private-<hex>-docker.service-<tmp>");
  EXPECT_EQ(names("/run/systemd/namespace-UhNz71"), "/run/systemd/namespace-<tmp>");
  EXPECT_EQ(names("/var/web.service-backup"), "/var/<id>.service-backup") << "it may be a word";
}

TEST(CanonicalNames, KeepsTheProgramThatAContainerIsCalledBy) {
  ContainerFacts facts = container();
  facts.argv = {"/bin/web", "-v"};
  EXPECT_EQ(value(facts, "set-up", "program"), "/bin/web -v");
  facts.argv = {"/bin/sh", "web"};
  EXPECT_EQ(value(facts, "set-up", "program"), "/bin/sh <id>");
}

TEST(CanonicalNames, KeepsTheHostnameThatAContainerIsCalledBy) {
  ContainerFacts facts = container();
  facts.handed->hostname = {.value = "web", .evidence = Evidence::kObserved};
  EXPECT_EQ(value(facts, "names", "hostname"), "<id>");
  facts.name_is_hostname = true;
  EXPECT_EQ(value(facts, "names", "hostname"), "web");
  facts.name = facts.short_name = facts.handed->hostname.value = "0123456789ab";
  EXPECT_EQ(value(facts, "names", "hostname"), "<id>") << "nobody chose it";
}

TEST(CanonicalNames, TellsNamesThatAreMadeUp) {
  EXPECT_TRUE(is_made_up("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
  EXPECT_TRUE(is_made_up("0123456789ab"));
  EXPECT_FALSE(is_made_up("web"));
  EXPECT_FALSE(is_made_up("cafe"));
}

TEST(Canonical, PeerGroupsAreNotNumbers) {
  ContainerFacts one = container(), other = container();
  for (ContainerFacts* const each : {&one, &other}) each->handed->mounts.value = {mount("/", "ext4")};
  one.handed->mounts.value[0].peer_group = 7;
  other.handed->mounts.value[0].peer_group = 9;
  EXPECT_EQ(canonical(one).outcome, canonical(other).outcome);
  other.handed->mounts.value[0].sharing.value.peers_outside = true;
  EXPECT_EQ(value(one, "mounts", "/", "propagation"), "shared");
  EXPECT_EQ(value(other, "mounts", "/", "propagation"), "shared with outside");
}

TEST(Canonical, OptionsAreASet) {
  ContainerFacts facts = container();
  facts.handed->mounts.value = {mount("/dev", "tmpfs")};
  facts.handed->mounts.value[0].superblock_options = {"mode=0755,size=64k,mode=755", kSeen};
  EXPECT_EQ(value(facts, "mounts", "/dev", "options"), "mode=755,size=64k");
}

TEST(Canonical, CommasInAnOptionAreItsOwn) {
  ContainerFacts facts = container();
  facts.handed->mounts.value = {mount("/dev", "tmpfs")};
  facts.handed->mounts.value[0].superblock_options = {R"(context="a,b",size=64k)", kSeen};
  EXPECT_EQ(value(facts, "mounts", "/dev", "options"), R"(context="a,b",size=64k)");
}

TEST(Canonical, LayersAreCounted) {
  ContainerFacts facts = container();
  facts.handed->mounts.value = {mount("/", "overlay")};
  facts.handed->mounts.value[0].superblock_options = {"lowerdir=/a:/b,upperdir=/c,workdir=/d", kSeen};
  EXPECT_EQ(value(facts, "mounts", "/", "options"), "lowerdir=2 layers,upperdir,workdir");
}

TEST(Canonical, AMaskIsWhatItHidesAndNotByWhat) {
  ContainerFacts facts = container();
  facts.masks = {{.path = "/proc/keys", .with = PathsMasked::With::kDevNull}};
  facts.handed->mounts.value = {mount("/proc/keys", "tmpfs")};
  ContainerFacts other = facts;
  other.handed->mounts.value = {mount("/proc/keys", "devtmpfs", MOUNT_ATTR_RDONLY)};
  EXPECT_EQ(value(facts, "masked", "/proc/keys"), "/dev/null");
  EXPECT_EQ(canonical(facts).outcome, canonical(other).outcome);
}

TEST(Canonical, AMaskIsKnownByWhatIsThere) {
  ContainerFacts facts = container();
  facts.handed->mounts.value = {mount("/proc", "proc"), mount("/proc/sys", "proc", MOUNT_ATTR_RDONLY),
                                mount("/proc/keys", "devtmpfs"), mount("/sys/firmware", "tmpfs", MOUNT_ATTR_RDONLY),
                                mount("/etc", "tmpfs", MOUNT_ATTR_RDONLY)};
  facts.handed->mounts.value[1].source_path = "/sys";
  facts.handed->mounts.value[2].source_path = "/null";
  EXPECT_EQ(value(facts, "masked", "/proc/sys"), "read-only");
  EXPECT_EQ(value(facts, "masked", "/proc/keys"), "/dev/null");
  EXPECT_EQ(value(facts, "masked", "/sys/firmware"), "an empty folder");
  EXPECT_EQ(value(facts, "mounts", "/etc", "type"), "tmpfs");
  facts.handed->mounts.value[1].source_path = "/other";
  EXPECT_EQ(value(facts, "mounts", "/proc/sys", "shows"), "/other") << "that is not itself";
}

TEST(Canonical, AMaskThatDoesNotHoldSaysSo) {
  ContainerFacts facts = container();
  facts.masks = {{.path = "/proc/sys", .with = PathsMasked::With::kReadOnly}};
  facts.handed->mounts.value = {mount("/proc/sys", "proc", MOUNT_ATTR_RDONLY)};
  EXPECT_EQ(value(facts, "masked", "/proc/sys"), "read-only");
  facts.handed->mounts.value[0].attributes = 0;
  EXPECT_EQ(value(facts, "masked", "/proc/sys"), "writable");
}

TEST(Canonical, WhatCameAlongFromTheStarterIsTheHosts) {
  ContainerFacts facts = container();
  facts.handed->old_root.value.gone = false;
  facts.handed->mounts.value = {mount("/", "ext4"), mount("/tmp", "tmpfs")};
  facts.handed->mounts.value[1].made_by = 50;
  const CanonicalContainer form = canonical(facts);
  EXPECT_FALSE(form.outcome.at("mounts").contains("/"));
  EXPECT_TRUE(form.outcome.at("mounts").contains("/tmp")) << "the set-up made it";
}

TEST(Canonical, IdsAreThoseInside) {
  ContainerFacts facts = container();
  facts.handed->identity.uids = {{100000, 100000, 100000, 100000}, kSeen};
  facts.handed->uid_map = {{{.first = 0, .lower_first = 100000, .count = 65536}}, kSeen};
  EXPECT_EQ(value(facts, "identity", "uid"), "0");
  EXPECT_EQ(value(facts, "identity", "uid map"), "0-65535 = host 100000-165535");
}

TEST(Canonical, WhatIsNotKnownIsNoValue) {
  const CanonicalContainer form = canonical(container());
  for (const auto& [group, key] : {std::pair("identity", "uid"),
                                   {"capabilities", "all"},
                                   {"privileges", "no_new_privs"},
                                   {"names", "hostname"},
                                   {"descriptors", "all"},
                                   {"root", "root"}}) {
    EXPECT_TRUE(fact(form, group, key).unknown) << group << " " << key;
    EXPECT_TRUE(fact(form, group, key).fields.empty()) << group << " " << key;
  }
}

TEST(Canonical, DescriptorsHaveNoNumbers) {
  ContainerFacts facts = container();
  facts.handed->descriptors = {
      {{.fd = 7, .what = "/"}, {.fd = 9, .what = "pipe:[4711]"}, {.fd = 1, .what = "/dev/tty"}}, kSeen};
  const Group group = canonical(facts).outcome.at("descriptors");
  EXPECT_EQ(group.size(), 2u);
  EXPECT_TRUE(group.contains("/"));
  EXPECT_TRUE(group.contains("pipe:[<n>]"));
}

TEST(Canonical, ControlsThatLimitNothingAreNotThere) {
  ContainerFacts facts = container();
  facts.handed->cgroup.controls = {{.file = "/sys/fs/cgroup/memory/web/memory.limit_in_bytes", .value = "-1"},
                                   {.file = "/sys/fs/cgroup/pids/web/pids.max", .value = "64"},
                                   {.file = "/sys/fs/cgroup/devices/web/devices.deny", .value = "a *:* rwm"},
                                   {.file = "/sys/fs/cgroup/devices/web/devices.allow", .value = "c 1:5 rwm"},
                                   {.file = "/sys/fs/cgroup/devices/web/devices.allow", .value = "c 1:3 rwm"},
                                   {.file = "/sys/fs/cgroup/pids/web/cgroup.procs", .value = "4711"}};
  const Group group = canonical(facts).outcome.at("cgroup");
  EXPECT_EQ(group.size(), 3u);
  EXPECT_EQ(value(facts, "cgroup", "pids.max"), "64");
  EXPECT_EQ(value(facts, "cgroup", "devices.deny"), "a");
  EXPECT_EQ(value(facts, "cgroup", "devices.allow"), "c 1:3 rwm, c 1:5 rwm");
}

TEST(Canonical, OnlyFailuresThatAreNotNormalCount) {
  ContainerFacts facts = container();
  facts.failures = {{.call = "mount", .what = "/x", .error = EINVAL},
                    {.call = "mount", .error = EBUSY, .normal = true}};
  const Group group = canonical(facts).outcome.at("failures");
  ASSERT_EQ(group.size(), 1u);
  EXPECT_EQ(value(facts, "failures", "mount /x"), "EINVAL");
}

TEST(Canonical, WhatProcessesDoAtTheSameTimeHasNoOrder) {
  ContainerFacts one = container();
  one.stages = {{.name = "runc"}, {.name = "init"}};
  const Step first = mounts_step({"/a"}), second = mounts_step({"/b", "/c"});
  Step by_init = first;
  by_init.stage = 1;
  ContainerFacts other = one;
  one.steps = {second, by_init};
  other.steps = {by_init, second};
  const std::vector<CanonicalStep> a = canonical(one).how, b = canonical(other).how;
  ASSERT_EQ(a.size(), 3u) << "what is told together is done one by one";
  ASSERT_EQ(b.size(), 3u);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i].same_as(b[i])) << a[i].what << ", " << b[i].what;
  EXPECT_EQ(a[0].what, "tmpfs on /b");
  EXPECT_EQ(a[0].who, "runc");
  EXPECT_EQ(a[0].step, 1u);
}

TEST(Canonical, ThreadsAreNotCounted) {
  ContainerFacts facts = container();
  facts.calls_by_name = {{"clone", 9}, {"mount", 3}};
  EXPECT_EQ(canonical(facts).cost.calls, (std::map<std::string, uint64_t>{{"mount", 3}}));
}

TEST(Canonical, OfASetUpThatFailedItSaysWhatFailed) {
  ContainerFacts facts = container();
  EXPECT_TRUE(canonical(facts).handed_over);
  facts.ending = Ending::kFailed;
  facts.handed.reset();
  facts.runtime.name = "runc";
  const auto why = [&] { return canonical(facts).doubts; };
  const std::string failed = "its set-up failed: no program was handed over to; ";
  EXPECT_FALSE(canonical(facts).handed_over);
  EXPECT_EQ(why(), std::vector{failed + "no traced call failed: what runc has printed or logged may say why"});
  facts.failures = {{.call = "mount", .error = EBUSY, .normal = true}};
  EXPECT_EQ(why(),
            std::vector{failed + "no traced call failed but those that usually do: what runc has printed or logged "
                                 "may say why"});
  facts.stages = {{.program = "runc", .end_ns = 9, .exit_code = 0x8900},
                  {.name = "init", .end_ns = 8, .exit_code = 11}};
  EXPECT_EQ(why(), std::vector{failed + "init was killed by SIGSEGV"});
  facts.stages = {{.program = "runc"}, {.program = "runc"}};
  facts.stages[0].said = {.text = "runc: cannot start\nrunc: no such file\n", .time_ns = 9};
  facts.stages[1].said = {.text = "init: warning\n", .time_ns = 8};
  EXPECT_EQ(why(), std::vector{failed + "runc says: runc: no such file"});
  // That more may have followed are no words of it.
  facts.stages[0].said.writes = CT_FEW;
  EXPECT_EQ(why(), std::vector{failed + "runc says: runc: no such file"});
  // A call that failed says more.
  facts.failures = {{.call = "mount", .what = "/x", .error = EINVAL, .step = 4}};
  EXPECT_EQ(why(), std::vector{failed + "mount /x failed with EINVAL (step 5)"});
  facts.stages.clear();
  facts.failures = {{.call = "mount", .error = EBUSY, .normal = true},
                    {.call = "mount", .what = "/x", .error = EINVAL, .step = 4}};
  EXPECT_EQ(why(), std::vector{failed + "mount /x failed with EINVAL (step 5)"});
  facts.failures.insert(facts.failures.end(), 4, facts.failures.back());
  EXPECT_TRUE(why()[0].ends_with("(step 5), mount /x failed with EINVAL (step 5), 2 more failed")) << why()[0];
}

TEST(Canonical, WhereThereIsNoContainerItSaysWhoSetNothingUp) {
  RecordingFacts recording;
  EXPECT_EQ(canonical(recording).why_none, "");
  ContainerFacts failed;
  failed.runtime.name = "crun";
  failed.failures = {{.call = "unshare", .error = EPERM}};
  recording.gave_up = {failed};
  EXPECT_EQ(canonical(recording).why_none, "crun set up nothing: unshare failed with EPERM");
  recording.containers = {container()};
  EXPECT_EQ(canonical(recording).why_none, "");
}

TEST(Canonical, DoubtsAreReasons) {
  RecordingFacts recording{.broken_off = "the recording is truncated at byte 7"};
  recording.lost = {"lost: 2 records"};
  EXPECT_EQ(canonical(recording).cannot_judge.size(), 2u);
  ContainerFacts facts = container();
  EXPECT_TRUE(canonical(facts).doubts.empty());
  facts.doubt = "events were lost";
  facts.ending = Ending::kNotComplete;
  EXPECT_EQ(canonical(facts).doubts.size(), 2u);
}

}  // namespace
}  // namespace cttrace::canon
