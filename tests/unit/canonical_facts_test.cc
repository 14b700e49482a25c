// Rules for facts and steps of docs/canonical.md that canonical_test.cc does not have: each by two containers that are
// the same, or are not.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "check/canonical.h"
#include "check_facts.h"
#include "cttrace/namespace.h"

namespace cttrace::canon {
namespace {

struct CanonicalFacts : testing::Test {
  ContainerFacts one = made_container(), other = made_container();

  void expect_the_same() const { EXPECT_EQ(canonical(one).outcome, canonical(other).outcome); }
  // They differ in this fact, and in nothing else.
  void expect_another(const std::string& group, const std::string& key) const {
    auto a = canonical(one).outcome, b = canonical(other).outcome;
    EXPECT_NE(a, b);
    EXPECT_EQ(a[group].erase(key) + b[group].erase(key) > 0, true) << "there is no " << group << " " << key;
    EXPECT_EQ(a, b) << "something else differs than " << group << " " << key;
  }
  std::string of_one(const std::string& group, const std::string& key, const std::string& field = kIs) const {
    const auto outcome = canonical(one).outcome;
    const auto in = outcome.find(group);
    if (in == outcome.end() || !in->second.contains(key)) return "(no fact)";
    const auto& fields = in->second.at(key).fields;
    return fields.contains(field) ? fields.at(field) : "(none)";
  }
};

TEST_F(CanonicalFacts, TheSourceOfAFilesystemOfTheKernelsSaysNothing) {
  for (const char* const path : {"/proc", "/dev", "/sys"}) mount_at(other, path).source = "none";
  expect_the_same();
}

TEST_F(CanonicalFacts, NumbersOfDevicesAndMountsSayNothing) {
  mount_at(other, "/").dev_minor = 77;
  mount_at(other, "/").made_by = 12;
  expect_the_same();
}

TEST_F(CanonicalFacts, EveryFlagOfAMountCounts) {
  for (const uint64_t flag : {MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC,
                              MOUNT_ATTR_NOSYMFOLLOW, MOUNT_ATTR_NOATIME, MOUNT_ATTR_NODIRATIME}) {
    other = made_container();
    mount_at(other, "/dev").attributes |= static_cast<uint64_t>(flag);
    expect_another("mounts", "/dev");
  }
}

TEST_F(CanonicalFacts, WhatAMountShowsCounts) {
  mount_at(other, "/").source_path = "/elsewhere";
  expect_another("mounts", "/");
}

TEST_F(CanonicalFacts, AFilesystemThatIsSharedWithTheHostIsTheHosts) {
  mount_at(one, "/proc").sharing.value.filesystem_outside = true;
  EXPECT_EQ(of_one("mounts", "/proc", "whose"), "the host's");
  expect_another("mounts", "/proc");
  mount_at(one, "/dev").sharing.value.filesystem_outside = true;
  EXPECT_EQ(of_one("mounts", "/dev", "whose"), "(none)") << "a new tmpfs was made for it";
  mount_at(one, "/dev").older = true;
  EXPECT_EQ(of_one("mounts", "/dev", "whose"), "the host's");
  one = made_container();
  mount_at(one, "/").sharing.value.filesystem_outside = true;
  expect_the_same();
}

TEST_F(CanonicalFacts, OptionsOfAFilesystemThatIsOlderAreTheHostsBusiness) {
  mount_at(one, "/").superblock_options = observed(std::string("errors=remount-ro"));
  EXPECT_EQ(of_one("mounts", "/", "options"), "errors=remount-ro");
  mount_at(one, "/").older = mount_at(other, "/").older = true;
  expect_the_same();
}

TEST_F(CanonicalFacts, AReadOnlyFilesystemCountsWhereTheMountIsNot) {
  mount_at(one, "/").superblock_read_only = observed(true);
  expect_the_same();
  mount_at(one, "/dev").superblock_read_only = observed(true);
  EXPECT_EQ(of_one("mounts", "/dev", "filesystem"), "ro");
  expect_another("mounts", "/dev");
}

TEST_F(CanonicalFacts, DevicesAreTheirTypeNumberModeAndOwnerWhereThoseAreKnown) {
  EXPECT_EQ(of_one("devices", "/dev/null", "node"), "c 1:3");
  EXPECT_EQ(of_one("devices", "/dev/null", "mode"), "0666");
  for (const auto& edit : std::vector<void (*)(DeviceFacts&)>{
           [](DeviceFacts& device) { device.minor = 5; }, [](DeviceFacts& device) { device.block = true; },
           [](DeviceFacts& device) { device.permissions = observed(0600u); },
           [](DeviceFacts& device) { device.uid = observed(100007u); },
           [](DeviceFacts& device) { device.gid = observed(100007u); }}) {
    other = made_container();
    edit(other.handed->devices["/dev/null"]);
    expect_another("devices", "/dev/null");
  }
  other = one;
  other.handed->devices["/dev/null"].permissions = {.value = 0600};
  EXPECT_FALSE(canonical(other).outcome.at("devices").at("/dev/null").fields.contains("mode"));
  EXPECT_FALSE(canonical(other).outcome.at("devices").at("/dev/null").fields.contains(kModeAskedFor));
  other.handed->devices["/dev/null"].made_by = 77;
  EXPECT_EQ(canonical(other).outcome.at("devices").at("/dev/null").fields.at(kModeAskedFor), "0600");
  other = one;
  other.handed->devices["/dev/null"].made_by = 77;
  expect_the_same();
}

TEST_F(CanonicalFacts, CapabilitiesHaveTheSetsThatTheyAreIn) {
  one.handed->identity.capabilities = observed(Identity::Capabilities{.effective = 1, .bounding = 3});
  EXPECT_EQ(of_one("capabilities", "CAP_CHOWN"), "bounding, effective");
  EXPECT_EQ(of_one("capabilities", "CAP_DAC_OVERRIDE"), "bounding");
  one.handed->identity.capabilities =
      observed(Identity::Capabilities{.inheritable = 1, .permitted = 1, .effective = 1, .bounding = 1, .ambient = 1});
  EXPECT_EQ(of_one("capabilities", "CAP_CHOWN"), "ambient, bounding, effective, inheritable, permitted");
}

TEST_F(CanonicalFacts, NamespacesAreWhoseAndNotWhich) {
  one.handed->namespaces[0].inode = 4026532177;
  other.handed->namespaces[0].inode = 4026532999;
  other.handed->namespaces[0].made_by = 70;
  expect_the_same();
  using From = NamespaceFacts::From;
  for (const auto& [from, of, words] : {std::tuple(From::kMade, "", "its own"),
                                        {From::kStarters, "", "the starter's"},
                                        {From::kJoined, "", "another's"},
                                        {From::kJoined, "db", "another container's"}}) {
    one.handed->namespaces[0].from = observed(from);
    one.handed->namespaces[0].of = of;
    EXPECT_EQ(of_one("namespaces", "mnt"), words);
  }
}

TEST_F(CanonicalFacts, CgroupsAreTheirPathsAndNotWhichHierarchyHasWhich) {
  one.handed->cgroup.membership = {{0, observed(std::string("/web"))}, {4, observed(std::string("/"))}};
  other.handed->cgroup.membership = {{2, observed(std::string("/"))}, {7, observed(std::string("/web"))}};
  expect_the_same();
  EXPECT_EQ(of_one("cgroup", "path"), "/, /<id>");
}

TEST_F(CanonicalFacts, OfAControlTheLastValueCounts) {
  auto& controls = one.handed->cgroup.controls;
  controls.push_back({.file = "/sys/fs/cgroup/web/pids.max", .value = "32"});
  EXPECT_EQ(of_one("cgroup", "pids.max"), "32");
  controls.push_back({.file = "/sys/fs/cgroup/web/pids.max", .value = "16", .error = EINVAL});
  EXPECT_EQ(of_one("cgroup", "pids.max"), "32") << "that failed";
  for (const char* const none : {"max", "-1"}) {
    controls.push_back({.file = "/sys/fs/cgroup/web/pids.max", .value = none});
    EXPECT_EQ(of_one("cgroup", "pids.max"), "(no fact)");
  }
}

TEST_F(CanonicalFacts, TheKeyringsNameAndTheFiltersAddressSayNothing) {
  one.handed->identity.session_keyring = observed(std::string("_ses.web"));
  other.handed->identity.session_keyring = observed(std::string("(new)"));
  expect_the_same();
  other.handed->identity.session_keyring = {};
  expect_another("privileges", "session keyring");
  one.handed->identity.seccomp_filters = observed(1u);
  EXPECT_EQ(of_one("privileges", "seccomp"), "filter (1)");
}

TEST_F(CanonicalFacts, OfFiltersTheirLengthAndFlagsCount) {
  one.handed->filters = {"a filter of 10 instructions"};
  other.handed->filters = {"a filter of 10 instructions (LOG)"};
  expect_another("privileges", "seccomp");
}

// systemd binds what is on the host's /proc on that of the container's own pid namespace.
TEST_F(CanonicalFacts, WhatAnotherProcShowsAtItsPlaceIsAMask) {
  mount_at(other, "/proc").dev_minor = 77;
  for (ContainerFacts* const each : {&one, &other}) mount_at(*each, "/proc/sys").source_path = "/sys";
  EXPECT_EQ(of_one("masked", "/proc/sys"), "read-only");
  expect_the_same();
  mount_at(other, "/proc/sys").source_path = "/irq";
  EXPECT_FALSE(canonical(other).outcome["masked"].contains("/proc/sys")) << "it is other files";
}

TEST_F(CanonicalFacts, ANodeOfSystemdsThatNobodyCanUseIsAMask) {
  one.handed->mounts.value.push_back(made_mount("/etc/passwd", "tmpfs", MOUNT_ATTR_RDONLY));
  one.handed->mounts.value.push_back(made_mount("/home", "tmpfs", MOUNT_ATTR_RDONLY));
  mount_at(one, "/etc/passwd").source_path = "/systemd/inaccessible/reg";
  mount_at(one, "/home").source_path = "/systemd/inaccessible/dir";
  EXPECT_EQ(of_one("masked", "/etc/passwd"), "a file");
  EXPECT_EQ(of_one("masked", "/home"), "an empty folder");
  mount_at(one, "/home").source_path = "/systemd/inaccessible/data";
  EXPECT_EQ(of_one("masked", "/home"), "(no fact)");
}

TEST_F(CanonicalFacts, OffsetsOfATimeNamespaceCountWhateverItsClocksAreCalled) {
  const auto writes = [](const std::string& value) {
    return Step{.facts = ControlsWritten{.writes = {{.file = "/proc/77/timens_offsets", .value = value}}}};
  };
  one.steps = {writes("monotonic 5 0\nboottime 7 0\n")};
  other.steps = {writes("7 7 0\n"), writes("1 5 0\n")};
  EXPECT_EQ(of_one("namespaces", "time", "offsets"), "boottime 7 0, monotonic 5 0");
  EXPECT_EQ(canonical(one).outcome["namespaces"], canonical(other).outcome["namespaces"]);
  other.steps = {writes("monotonic 6 0\nboottime 7 0\n")};
  expect_another("namespaces", "time");
}

TEST_F(CanonicalFacts, WhetherTheProgramIsPidOneCounts) {
  one.pids = {77, 1}, other.pids = {99, 2};
  EXPECT_EQ(of_one("set-up", "pid 1"), "the program");
  expect_another("set-up", "pid 1");
}

TEST_F(CanonicalFacts, AFailureInsideAStepThatDidNotFailIsLeftOut) {
  PathsMasked masked;
  masked.paths.push_back({.path = {.path = "/proc/keys", .inside = "/proc/keys"}, .with = PathsMasked::With::kDevNull});
  masked.paths.push_back({.path = {.path = "/proc/none", .inside = "/proc/none"}, .error = ENOENT});
  one.stages = {{.name = "runc"}};
  one.steps = {{.phase = Phase::kMasking, .facts = masked}};
  const std::vector<CanonicalStep> how = canonical(one).how;
  ASSERT_EQ(how.size(), 1u);
  EXPECT_EQ(how[0].what, "/proc/keys masked with /dev/null");
}

// An address and a name that is the runtime's own are another at every run.
TEST_F(CanonicalFacts, StepsHaveNoNumbersThatChanceDecides) {
  using What = IdentityGiven::What;
  one.stages = other.stages = {{.name = "runc"}};
  one.steps = {{.facts = IdentityGiven{.changes = {{.what = What::kKeyring, .value = "_ses.1"},
                                                   {.what = What::kSeccomp, .value = "0x55"}}}}};
  other.steps = {{.facts = IdentityGiven{.changes = {{.what = What::kKeyring, .value = "_ses.2"},
                                                     {.what = What::kSeccomp, .value = "0x77"}}}}};
  const std::vector<CanonicalStep> a = canonical(one).how, b = canonical(other).how;
  ASSERT_EQ(a.size(), 2u);
  ASSERT_EQ(b.size(), 2u);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i].same_as(b[i])) << a[i].what << ", " << b[i].what;
}

TEST_F(CanonicalFacts, TheOrderInWhichGroupsAreGivenSaysNothing) {
  one.stages = {{.name = "runc"}};
  one.steps = {{.facts = IdentityGiven{.changes = {{.what = IdentityGiven::What::kGroups, .value = "20, 6, 5"}}}}};
  ASSERT_EQ(canonical(one).how.size(), 1u);
  EXPECT_EQ(canonical(one).how[0].what, "groups 5, 6, 20");
}

TEST_F(CanonicalFacts, EveryNamespaceThatAProcessIsMadeInCounts) {
  for (const NamespaceType& type : kNamespaceTypes) {
    one.stages = {{.name = "runc"}};
    one.steps = {{.facts = ProcessMade{.tid = 7, .flags = type.flag | CLONE_PARENT}}};
    ASSERT_EQ(canonical(one).how.size(), 1u);
    EXPECT_EQ(canonical(one).how[0].what, "makes a process (" + std::string(type.name()) + ")");
  }
}

// nspawn mounts cgroup2 for a moment, where mkdtemp says.
TEST_F(CanonicalFacts, AHierarchyThatIsMountedForAMomentHasNoNameOfItsOwn) {
  one.stages = other.stages = {{.name = "nspawn"}};
  one.steps = {{.facts = CgroupJoined{.cgroups = {{.hierarchy = "unifiedM0EMKX", .cgroup = "/payload"}}}}};
  other.steps = {{.facts = CgroupJoined{.cgroups = {{.hierarchy = "unifiedKoRvrS", .cgroup = "/payload"}}}}};
  const std::vector<CanonicalStep> a = canonical(one).how, b = canonical(other).how;
  ASSERT_EQ(a.size(), 1u);
  ASSERT_EQ(b.size(), 1u);
  EXPECT_TRUE(a[0].same_as(b[0])) << a[0].what << ", " << b[0].what;
}

}  // namespace
}  // namespace cttrace::canon
