// Reading OCI configurations, and that every field that is judged is documented.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "check/oci.h"
#include "check_facts.h"
#include "render/identity_words.h"

namespace cttrace {
namespace {

TEST(Oci, EveryFieldIsDocumentedOnce) {
  std::ifstream file(std::string(CTTRACE_DOCS) + "/oci.md");
  std::stringstream page;
  page << file.rdbuf();
  for (const RuleWords& field : oci_fields()) {
    const std::string row = "\n| `" + field.id + "` | ";
    const size_t at = page.str().find(row);
    ASSERT_NE(at, std::string::npos) << field.id;
    EXPECT_EQ(page.str().find(row, at + 1), std::string::npos) << field.id;
  }
}

// `text`: an object, to which what every configuration has is added.
Report judged(const std::string& text, const ContainerFacts& container = made_container()) {
  const std::string version = text.starts_with("{\"ociVersion\"") ? "" : R"("ociVersion": "1.2.0", )";
  const Result<OciConfig> config = parse_oci_config("{" + version + text.substr(1), "config.json", "");
  if (!config) throw std::runtime_error(config.error().line());
  return judge(*config, made_recording(container));
}

bool is_broken(const Report& report, const std::string& field) {
  return std::ranges::any_of(report.findings, [&](const Finding& finding) {
    return finding.verdict == Verdict::kBroken && finding.subject == field;
  });
}

bool cannot_judge(const Report& report, const std::string& field) {
  return std::ranges::any_of(report.findings, [&](const Finding& finding) {
    return finding.verdict == Verdict::kCannotJudge && finding.subject == field;
  });
}

TEST(Oci, WhatNamesNoVersionIsNoConfiguration) {
  const Result<OciConfig> config = parse_oci_config(R"({"type": "baseline", "version": 2})", "good.json", "");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().exit_status, 2);
  EXPECT_EQ(config.error().line(),
            "cannot read the OCI configuration good.json: it is not one: \"ociVersion\" is missing");
}

TEST(Oci, NoFieldIsPassedOver) {
  EXPECT_TRUE(cannot_judge(judged(R"({"new": 1})"), "new"));
  EXPECT_TRUE(cannot_judge(judged(R"({"linux": {"new": 1}})"), "linux.new"));
  EXPECT_TRUE(
      cannot_judge(judged(R"({"linux": {"resources": {"memory": {"new": 1}}}})"), "linux.resources.memory.new"));
  EXPECT_TRUE(cannot_judge(judged(R"({"linux": 7})"), "linux"));
  EXPECT_TRUE(cannot_judge(judged(R"({"mounts": [{"destination": "/proc", "new": 1}]})"), "mounts[/proc].new"));
}

TEST(Oci, APathOfTheKernelsThatIsNotThereNeedsNoMask) {
  const std::string text = R"({"linux": {"maskedPaths": ["/sys/firmware"], "readonlyPaths": ["/proc/bus"]}})";
  ContainerFacts container = made_container();
  std::erase_if(container.handed->mounts.value, [](const MountFacts& mount) { return mount.path == "/sys/firmware"; });
  EXPECT_TRUE(is_broken(judged(text, container), "linux.maskedPaths[/sys/firmware]"));
  EXPECT_TRUE(is_broken(judged(text, container), "linux.readonlyPaths[/proc/bus]"));
  std::erase_if(container.handed->mounts.value, [](const MountFacts& mount) { return mount.path == "/sys"; });
  mount_at(container, "/proc").superblock_options = observed(std::string("subset=pid"));
  EXPECT_FALSE(is_broken(judged(text, container), "linux.maskedPaths[/sys/firmware]"));
  EXPECT_FALSE(is_broken(judged(text, container), "linux.readonlyPaths[/proc/bus]"));
}

TEST(Oci, WhetherAPathIsThereThatNothingWasDoneAboutTheRecordingSays) {
  const Result<OciConfig> config =
      parse_oci_config(R"({"ociVersion": "1.2.0", "linux": {"maskedPaths": ["/proc/kcore"]}})", "config.json", "");
  const std::string field = "linux.maskedPaths[/proc/kcore]";
  RecordingFacts recording = made_recording(made_container());
  const auto is_not_visible = [&](const Report& report) {
    return std::ranges::any_of(report.findings, [&](const Finding& finding) {
      return finding.verdict == Verdict::kNotVisible && finding.subject == field;
    });
  };
  EXPECT_TRUE(is_not_visible(judge(*config, recording)));
  for (const bool there : {true, false}) {
    recording.kernel_files = {{"/proc/kcore", there}};
    EXPECT_FALSE(is_not_visible(judge(*config, recording)));
    EXPECT_EQ(is_broken(judge(*config, recording), field), there);
  }
}

// {"process": {"capabilities": {SET: [CAPABILITIES]}}}
std::string capabilities(const std::string& kind, uint64_t set) {
  std::string names;
  for (const std::string& name : capability_names(set)) names += (names.empty() ? "\"" : ", \"") + name + "\"";
  return fmt::format(R"({{"process": {{"capabilities": {{"{}": [{}]}}}}}})", kind, names);
}

const Finding& finding_of(const Report& report, const std::string& field) {
  const auto found = std::ranges::find(report.findings, field, &Finding::subject);
  if (found == report.findings.end()) throw std::out_of_range(field);
  return *found;
}

TEST(Oci, ManyCapabilitiesAreComparedOneByOne) {
  constexpr uint64_t kWanted = 0x7ffffffff, kOther = 0x1fbffffffff & ~uint64_t{0x3f};
  for (const std::string kind : {"permitted", "effective", "inheritable"}) {
    const std::string field = "process.capabilities." + kind;
    const auto judge_asked = [&](uint64_t asked) {
      ContainerFacts container = made_container();
      container.steps = {
          {.facts = IdentityGiven{.changes = {{.what = IdentityGiven::What::kCapabilities,
                                               .value = "of many how many they are",
                                               .sets = IdentityGiven::CapabilitySets{asked, asked, asked}}}},
           .calls = {17}}};
      return finding_of(judged(capabilities(kind, kWanted), container), field);
    };
    EXPECT_EQ(judge_asked(kWanted).verdict, Verdict::kHolds) << kind;
    EXPECT_EQ(judge_asked(kWanted).events, std::vector<EventNumber>{17});
    EXPECT_EQ(judge_asked(kOther).verdict, Verdict::kBroken) << kind;
    EXPECT_EQ(judge_asked(kOther).consequence, Consequence::kWeaker);
    EXPECT_EQ(judge_asked(kWanted & ~uint64_t{1}).consequence, Consequence::kStronger);
    EXPECT_EQ(judge_asked(kWanted & ~uint64_t{1}).message, "missing are CAP_CHOWN");
    // Few, with long names.
    EXPECT_EQ(judge_asked(uint64_t{1} << 36).consequence, Consequence::kWeaker);
  }
}

TEST(Oci, CapabilitiesThatNobodyHadToAskForAreThere) {
  constexpr uint64_t kAll = 0x1ffffffffff;
  ContainerFacts container = made_container();
  container.handed->identity.capabilities =
      observed(Identity::Capabilities{.inheritable = 0, .permitted = kAll, .effective = kAll, .bounding = kAll});
  for (const std::string kind : {"permitted", "effective"}) {
    const std::string field = "process.capabilities." + kind;
    EXPECT_EQ(finding_of(judged(capabilities(kind, kAll), container), field).verdict, Verdict::kHolds);
    EXPECT_TRUE(cannot_judge(judged(capabilities(kind, 1), container), field));
  }
  EXPECT_TRUE(is_broken(judged(capabilities("inheritable", 1), container), "process.capabilities.inheritable"));
  container.steps_dropped = 1;
  EXPECT_TRUE(cannot_judge(judged(capabilities("effective", kAll), container), "process.capabilities.effective"));
}

TEST(Oci, OfAmbientCapabilitiesThoseThatWereTriedCount) {
  constexpr uint64_t kWanted = 0x7ffffffff;
  ContainerFacts container = made_container();
  container.steps = {{.facts = IdentityGiven{.changes = {{.what = IdentityGiven::What::kAmbientRaise,
                                                          .value = "what is cut off says nothing",
                                                          .error = EPERM,
                                                          .capabilities = kWanted}}}}};
  const std::string field = "process.capabilities.ambient";
  EXPECT_EQ(finding_of(judged(capabilities("ambient", kWanted), container), field).verdict, Verdict::kHolds);
  EXPECT_EQ(finding_of(judged(capabilities("ambient", 1), container), field).consequence, Consequence::kWeaker);
}

TEST(Oci, OfOptionsThatContradictEachOtherTheLastCounts) {
  const auto tmp = [](const char* options) {
    return fmt::format(R"({{"mounts": [{{"destination": "/dev", "type": "tmpfs", "options": [{}]}}]}})", options);
  };
  ContainerFacts container = made_container();
  EXPECT_FALSE(is_broken(judged(tmp(R"("ro", "rw", "noatime", "relatime")"), container), "mounts[/dev].options"));
  EXPECT_TRUE(is_broken(judged(tmp(R"("rw", "ro")"), container), "mounts[/dev].options"));
  EXPECT_FALSE(is_broken(judged(tmp(R"("rshared", "private")"), container), "mounts[/dev].options"));
  EXPECT_TRUE(is_broken(judged(tmp(R"("private", "rshared")"), container), "mounts[/dev].options"));
}

TEST(Oci, WhatWasBoundTheStepSaysAndNotWhatTheMountShows) {
  const std::string text =
      R"({"mounts": [{"destination": "/y", "type": "bind", "source": "/srv/secret/conf", "options": ["bind"]}]})";
  const std::string field = "mounts[/y].source";
  const auto with_source = [&](const std::string& source) {
    ContainerFacts container = made_container();
    container.handed->mounts.value.push_back(made_mount("/y", "tmpfs"));
    mount_at(container, "/y").source_path = "/conf";
    MountDone done{.how = MountDone::How::kBind};
    done.mounts = {{.source = "/other", .target = {.path = "/r/x", .inside = "/x"}},
                   {.source = source, .target = {.path = "/r/y", .inside = "/y"}}};
    container.steps = {{.facts = std::move(done)}};
    return container;
  };
  EXPECT_EQ(finding_of(judged(text, with_source("/srv/secret/conf")), field).verdict, Verdict::kHolds);
  EXPECT_EQ(finding_of(judged(text, with_source("/tmp/mp/conf")), field).verdict, Verdict::kBroken);
  ContainerFacts container = with_source("/tmp/mp/conf");
  container.steps.clear();
  EXPECT_TRUE(cannot_judge(judged(text, container), field));
  mount_at(container, "/y").source_path = "/srv/secret/conf";
  EXPECT_TRUE(cannot_judge(judged(text, container), field));
}

TEST(Oci, AMaskThatIsAskedForAsAMountSaysWhatWasBound) {
  const std::string text =
      R"({"mounts": [{"destination": "/y", "type": "bind", "source": "/dev/null", "options": ["bind"]}]})";
  ContainerFacts container = made_container();
  container.handed->mounts.value.push_back(made_mount("/y", "devtmpfs"));
  container.steps = {
      {.facts = PathsMasked{{{.path = {.path = "/r/y", .inside = "/y"}, .with = PathsMasked::With::kDevNull}}}}};
  EXPECT_EQ(finding_of(judged(text, container), "mounts[/y].source").verdict, Verdict::kHolds);
}

TEST(Oci, ARootIsThatOfItsBundle) {
  ContainerFacts container = made_container();
  container.rootfs = "/b/web/rootfs";
  container.bundle = "/b/web";
  const std::string text = R"({"root": {"path": "rootfs"}})";
  EXPECT_EQ(finding_of(judged(text, container), "root.path").verdict, Verdict::kHolds);
  container.bundle = "/b/other";
  EXPECT_TRUE(cannot_judge(judged(text, container), "root.path"));
  EXPECT_TRUE(is_broken(judged(R"({"root": {"path": "other"}})", container), "root.path"));
}

TEST(Oci, WhatReadonlyPathsMakeReadOnlyWasAskedFor) {
  ContainerFacts container = made_container();
  mount_at(container, "/dev").attributes |= MOUNT_ATTR_RDONLY;
  const std::string mounts = R"("mounts": [{"destination": "/dev", "type": "tmpfs"}])";
  EXPECT_TRUE(is_broken(judged("{" + mounts + "}", container), "mounts[/dev].options"));
  EXPECT_FALSE(is_broken(judged("{" + mounts + R"(, "linux": {"readonlyPaths": ["/dev"]}})", container),
                         "mounts[/dev].options"));
}

TEST(Oci, IdsAreNotCut) {
  const auto maps = [](const char* host) {
    return fmt::format(R"({{"linux": {{"uidMappings": [{{"containerID": 0, "hostID": {}, "size": 65536}}]}}}})", host);
  };
  EXPECT_EQ(finding_of(judged(maps("100000")), "linux.uidMappings").verdict, Verdict::kHolds);
  EXPECT_TRUE(cannot_judge(judged(maps("4295067296")), "linux.uidMappings"));
  EXPECT_TRUE(cannot_judge(judged(maps("-4294867296")), "linux.uidMappings"));
  EXPECT_TRUE(cannot_judge(judged(maps("18446744073709651616")), "linux.uidMappings"));
  EXPECT_TRUE(cannot_judge(judged(maps("18446744073709551615")), "linux.uidMappings"));
}

TEST(Oci, OffsetsOfTimeAreComparedAsNumbers) {
  const auto verdict = [](const std::string& written, int64_t nanoseconds, int error = 0) {
    ContainerFacts container = made_container();
    container.steps = {
        {.facts = ControlsWritten{{{.file = "/proc/7/timens_offsets", .value = written, .error = error}}},
         .calls = {5}}};
    const std::string text =
        fmt::format(R"({{"linux": {{"timeOffsets": {{"monotonic": {{"secs": 1, "nanosecs": {}}}}}}}}})", nanoseconds);
    return finding_of(judged(text, container), "linux.timeOffsets[monotonic]").verdict;
  };
  EXPECT_EQ(verdict("boottime 1 3\nmonotonic 1 0", 0), Verdict::kHolds);
  EXPECT_EQ(verdict("1 1 0\n", 0), Verdict::kHolds);
  EXPECT_EQ(verdict("monotonic 1 00", 0), Verdict::kHolds);
  EXPECT_EQ(verdict("monotonic 1 05", 0), Verdict::kBroken);
  EXPECT_EQ(verdict("monotonic 1 55", 5), Verdict::kBroken);
  EXPECT_EQ(verdict("monotonic 1 0", 0, EPERM), Verdict::kBroken);
  EXPECT_EQ(verdict("monotonic 1 0\nmonotonic 2 0", 0), Verdict::kBroken);
}

// What is found where this is asked for and that was written, one after the other.
Verdict verdict_on(const std::string& resources, const std::string& field,
                   const std::vector<std::pair<std::string, std::string>>& writes) {
  ContainerFacts container = made_container();
  container.handed->cgroup.controls.clear();
  for (const auto& [file, value] : writes)
    container.handed->cgroup.controls.push_back({.file = "/sys/fs/cgroup/web/" + file, .value = value});
  const Report report = judged(R"({"linux": {"resources": )" + resources + "}}", container);
  return finding_of(report, "linux.resources." + field).verdict;
}

TEST(Oci, OfWhatIsWrittenToACgroupTheLastCounts) {
  const std::string pids = R"({"pids": {"limit": 64}})";
  EXPECT_EQ(verdict_on(pids, "pids.limit", {{"pids.max", "max"}, {"pids.max", "64"}}), Verdict::kHolds);
  EXPECT_EQ(verdict_on(pids, "pids.limit", {{"pids.max", "64"}, {"pids.max", "max"}}), Verdict::kBroken);
  const std::string pages = R"({"hugepageLimits": [{"pageSize": "2MB", "limit": 7}]})";
  EXPECT_EQ(verdict_on(pages, "hugepageLimits[2MB]", {{"hugetlb.2MB.max", "7"}, {"hugetlb.2MB.max", "9"}}),
            Verdict::kBroken);
  const std::string none = R"({"memory": {"limit": -1}})";
  EXPECT_EQ(verdict_on(none, "memory.limit", {{"memory.limit_in_bytes", "9223372036854771712"}}), Verdict::kHolds);
  ContainerFacts container = made_container();
  container.steps_dropped = 1;
  EXPECT_TRUE(
      cannot_judge(judged(R"({"linux": {"resources": )" + pids + "}}", container), "linux.resources.pids.limit"));
}

TEST(Oci, AQuotaIsNoPeriod) {
  const std::string cpu = R"({"cpu": {"quota": 100000, "period": 100000}})";
  EXPECT_EQ(verdict_on(cpu, "cpu.quota", {{"cpu.max", "max 100000"}}), Verdict::kBroken);
  EXPECT_EQ(verdict_on(cpu, "cpu.period", {{"cpu.max", "max 100000"}}), Verdict::kHolds);
  EXPECT_EQ(verdict_on(R"({"cpu": {"quota": -1}})", "cpu.quota", {{"cpu.max", "max 100000"}}), Verdict::kHolds);
}

TEST(Oci, SwapIsCountedWithoutMemoryInVersionTwo) {
  const std::string memory = R"({"memory": {"limit": 100, "swap": 150}})";
  EXPECT_EQ(verdict_on(memory, "memory.swap", {{"memory.swap.max", "50"}}), Verdict::kHolds);
  EXPECT_EQ(verdict_on(memory, "memory.swap", {{"memory.swap.max", "150"}}), Verdict::kBroken);
  EXPECT_EQ(verdict_on(memory, "memory.swap", {{"memory.memsw.limit_in_bytes", "150"}}), Verdict::kHolds);
}

TEST(Oci, SharesBecomeAWeightByEitherFormula) {
  const std::pair<const char*, std::vector<const char*>> kWeights[] = {{"2", {"1"}},
                                                                       {"1024", {"39", "100"}},
                                                                       {"2000", {"77", "170"}},
                                                                       {"262144", {"10000"}},
                                                                       {"9223372036854775807", {"10000"}}};
  for (const auto& [shares, weights] : kWeights) {
    const std::string cpu = fmt::format(R"({{"cpu": {{"shares": {}}}}})", shares);
    for (const char* const weight : weights)
      EXPECT_EQ(verdict_on(cpu, "cpu.shares", {{"cpu.weight", weight}}), Verdict::kHolds) << shares << " " << weight;
    EXPECT_EQ(verdict_on(cpu, "cpu.shares", {{"cpu.weight", "40"}}), Verdict::kBroken) << shares;
  }
  EXPECT_EQ(verdict_on(R"({"blockIO": {"weight": 100}})", "blockIO.weight", {{"io.weight", "default 910"}}),
            Verdict::kHolds);
}

TEST(Oci, AWeightMayBeThatOfASchedulerOfItsOwn) {
  const std::string text = R"({"linux": {"resources": {"blockIO": {"weight": 300}}}})";
  ContainerFacts container = made_container();
  EXPECT_TRUE(is_broken(judged(text, container), "linux.resources.blockIO.weight"));
  container.handed->cgroup.controls.push_back({.file = "/sys/fs/cgroup/blkio/web/blkio.bfq.weight", .value = "300"});
  EXPECT_FALSE(is_broken(judged(text, container), "linux.resources.blockIO.weight"));
}

// /bin/sh may be a link: the executable is where it leads.
TEST(Oci, AHookIsWhatWasGivenToExecve) {
  const std::string text =
      R"({"hooks": {"prestart": [{"path": "/bin/sh"}, {"path": "/usr/bin/dash"}, {"path": "/x"}]}})";
  const OciConfig config = *parse_oci_config(R"({"ociVersion": "1.2.0", )" + text.substr(1), "config.json", "");
  ContainerFacts container = made_container();
  container.steps = {{.facts = ProgramRun{.path = "/usr/bin/dash", .given = "/bin/sh"}}};
  container.steps[0].calls = {7};
  std::vector<std::string> broken;
  for (const Finding& finding : judge(config, made_recording(container)).findings)
    if (finding.verdict == Verdict::kBroken && finding.subject.starts_with("hooks")) broken.push_back(finding.subject);
  EXPECT_EQ(broken, std::vector<std::string>{"hooks.prestart[/x]"});
}

// Every field with every type of value: nothing that is not what it should be is more than a finding.
TEST(Oci, ValuesOfOtherTypesAreFindings) {
  const char* const values[] = {"null",
                                "true",
                                "-1",
                                "1.5",
                                "18446744073709551615",
                                "\"x\"",
                                "[]",
                                "[null]",
                                "[1, \"x\", {}]",
                                "{}",
                                R"({"": {}, "type": 1, "destination": [], "path": {}})",
                                R"([{"type": 1, "destination": [], "path": {}, "options": 7, "containerID": "x"}])"};
  for (const RuleWords& field : oci_fields()) {
    for (const char* value : values) {
      std::string text = value;
      std::string path = field.id;
      while (!path.empty()) {
        const size_t dot = path.rfind('.');
        text = "{\"" + path.substr(dot + 1) + "\": " + text + "}";
        path = dot == std::string::npos ? "" : path.substr(0, dot);
      }
      EXPECT_EQ(judged(text).containers.size(), 1u) << text;
    }
  }
}

}  // namespace
}  // namespace cttrace
