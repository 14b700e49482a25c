// Every kind of rule: what breaks it, what it cannot judge, and that it is documented.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "check/policy.h"
#include "check/rule_kinds.h"
#include "check_facts.h"

namespace cttrace {
namespace {

using Change = std::function<void(ContainerFacts&)>;

Report judged(const std::string& rule, const Change& change, KernelFiles kernel_files = {}) {
  const Result<Policy> policy = parse_policy(R"({"version": 1, "rules": [)" + rule + "]}", "p");
  if (!policy) throw std::runtime_error(policy.error().line());
  ContainerFacts container = made_container();
  change(container);
  RecordingFacts recording = made_recording(std::move(container));
  recording.kernel_files = std::move(kernel_files);
  return judge(*policy, recording);
}

// A rule, what breaks it, and what the finding is then about.
struct Broken {
  const char* rule;
  Change change;
  const char* subject;
};

Identity& identity(ContainerFacts& container) { return container.handed->identity; }

Step failed_step(IdentityGiven::What what) {
  Step step;
  step.facts = IdentityGiven{.changes = {{.what = what, .error = EPERM}}};
  step.error = EPERM;
  return step;
}

const Broken kBroken[] = {
    {R"({"rule": "old-root-gone"})",
     [](ContainerFacts& c) { c.handed->old_root = observed(OldRootFacts{.seen_at = {"/old"}}); }, "/old"},
    {R"({"rule": "old-root-gone"})",
     [](ContainerFacts& c) { c.handed->old_root = observed(OldRootFacts{.around = true}); }, "/"},
    {R"({"rule": "cwd-inside"})", [](ContainerFacts& c) { c.handed->cwd = observed(PlaceFacts{.path = "/srv"}); },
     "/srv"},
    {R"({"rule": "descriptors", "except": ["3"]})",
     [](ContainerFacts& c) {
       c.handed->descriptors.value = {{.fd = 0, .what = "/dev/null"}, {.fd = 3}, {.fd = 5, .what = "/", .event = 9}};
     },
     "descriptor 5"},
    {R"({"rule": "mounts-not-shared"})",
     [](ContainerFacts& c) { mount_at(c, "/dev").sharing.value.peers_outside = true; }, "/dev"},
    {R"({"rule": "mounts-not-shared", "refuse_slaves": true})",
     [](ContainerFacts& c) { mount_at(c, "/dev").sharing.value.master_outside = true; }, "/dev"},
    {R"({"rule": "proc-own"})", [](ContainerFacts& c) { mount_at(c, "/proc").sharing.value.filesystem_outside = true; },
     "/proc"},
    {R"({"rule": "proc-own"})",
     [](ContainerFacts& c) { c.handed->namespaces[5].from.value = NamespaceFacts::From::kStarters; }, "/proc"},
    // Below the one on /proc the same is mounted once more; elsewhere it is found, too.
    {R"({"rule": "proc-own"})",
     [](ContainerFacts& c) {
       for (MountFacts& mount : c.handed->mounts.value)
         mount.sharing.value.filesystem_outside = mount.filesystem == "proc";
     },
     "/proc"},
    {R"({"rule": "proc-own"})",
     [](ContainerFacts& c) {
       c.handed->mounts.value.push_back(made_mount("/mnt/p", "proc"));
       mount_at(c, "/mnt/p").sharing.value.filesystem_outside = true;
     },
     "/mnt/p"},
    {R"({"rule": "masked", "paths": ["/proc/keys"]})", [](ContainerFacts&) {}, "/proc/keys"},
    {R"({"rule": "masked", "paths": ["/sys/firmware"]})",
     [](ContainerFacts& c) { mount_at(c, "/sys/firmware").attributes = 0; }, "/sys/firmware"},
    {R"({"rule": "read-only", "paths": ["/sys"]})", [](ContainerFacts& c) { mount_at(c, "/sys").attributes = 0; },
     "/sys"},
    {R"({"rule": "read-only", "paths": [], "if_present": ["/proc/bus"]})",
     [](ContainerFacts& c) { c.masks.push_back({.path = "/proc/bus", .event = 7}); }, "/proc/bus"},
    {R"({"rule": "mount-flags", "paths": ["/dev"], "flags": ["noexec"]})", [](ContainerFacts&) {}, "/dev"},
    {R"({"rule": "no-host-files"})",
     [](ContainerFacts& c) {
       c.handed->mounts.value.push_back(made_mount("/data", "ext4"));
       mount_at(c, "/data").sharing.value.filesystem_outside = true;
     },
     "/data"},
    {R"({"rule": "no-host-files"})",
     [](ContainerFacts& c) { mount_at(c, "/sys").sharing.value.filesystem_outside = true; }, "/sys"},
    {R"({"rule": "namespaces", "required": ["pid", "net"]})",
     [](ContainerFacts& c) { c.handed->namespaces[3].from.value = NamespaceFacts::From::kStarters; }, "net"},
    {R"({"rule": "user-namespace"})",
     [](ContainerFacts& c) { c.handed->namespaces[7].from.value = NamespaceFacts::From::kStarters; }, "user"},
    {R"({"rule": "user-namespace"})", [](ContainerFacts& c) { c.handed->gid_map.value[0].lower_first = 0; }, "gid map"},
    {R"({"rule": "user-namespace", "most_ids": 65536})",
     [](ContainerFacts& c) { c.handed->uid_map.value.push_back({.first = 65536, .lower_first = 300000, .count = 1}); },
     "uid map"},
    {R"({"rule": "no-new-privs"})", [](ContainerFacts& c) { identity(c).no_new_privs.value = false; }, "no_new_privs"},
    {R"({"rule": "capabilities", "within": ["CAP_CHOWN"]})",
     [](ContainerFacts& c) { identity(c).capabilities.value.bounding = 3; }, "CAP_DAC_OVERRIDE"},
    {R"({"rule": "seccomp"})", [](ContainerFacts& c) { identity(c).seccomp_mode.value = 0; }, "seccomp"},
    {R"({"rule": "seccomp"})", [](ContainerFacts& c) { identity(c).seccomp_mode.value = 1; }, "seccomp"},
    {R"({"rule": "not-root"})", [](ContainerFacts& c) { identity(c).uids.value[1] = 100000; }, "uid"},
    {R"({"rule": "identity-given"})",
     [](ContainerFacts& c) {
       c.steps.push_back(failed_step(IdentityGiven::What::kGroups));
       c.failures.push_back({.call = "setgroups", .error = EPERM});
     },
     "setgroups"},
    {R"({"rule": "devices", "within": ["c 1:3", "c 5:*"]})",
     [](ContainerFacts& c) { c.handed->devices["/dev/vda"] = {.path = "/dev/vda", .block = true, .major = 254}; },
     "/dev/vda"},
    {R"({"rule": "devices", "within": ["c 1:3"]})",
     [](ContainerFacts& c) { mount_at(c, "/dev").filesystem = "devtmpfs"; }, "/dev"},
    {R"({"rule": "devices", "within": ["c 1:3"]})",
     [](ContainerFacts& c) {
       // As rootless runtimes bind them, and as masks; and docker -v /dev/bus/usb.
       const std::pair<const char*, const char*> shown[] = {
           {"/dev/null", "/null"}, {"/dev/none", "/null"}, {"/proc/keys", "/null"}, {"/dev/bus/usb", "/bus/usb"}};
       for (const auto& [path, source] : shown) {
         c.handed->mounts.value.push_back(made_mount(path, "devtmpfs"));
         c.handed->mounts.value.back().source_path = source;
       }
     },
     "/dev/bus/usb"},
    {R"({"rule": "devices", "within": ["c 1:3"]})",
     [](ContainerFacts& c) {
       c.handed->mounts.value.push_back(made_mount("/dev/random", "devtmpfs"));
       c.handed->mounts.value.back().source_path = "/random";
     },
     "/dev/random"},
    {R"({"rule": "limited", "of": ["memory", "pids"]})",
     [](ContainerFacts& c) { c.handed->cgroup.controls[1].value = "max"; }, "pids"},
    {R"({"rule": "limited", "of": ["memory", "pids"]})",
     [](ContainerFacts& c) {
       c.handed->cgroup.controls[0] = {.file = "/sys/fs/cgroup/memory/web/memory.limit_in_bytes", .value = "-1"};
     },
     "memory"},
    {R"({"rule": "limited", "of": ["memory", "pids"]})",
     [](ContainerFacts& c) { c.handed->cgroup.controls[0].error = EACCES; }, "memory"},
    {R"({"rule": "limited", "of": ["memory", "pids"]})",
     [](ContainerFacts& c) {
       c.handed->cgroup.controls.push_back({.file = "/sys/fs/cgroup/web/pids.max", .value = "max"});
     },
     "pids"},
    {R"({"rule": "limited", "of": ["memory"]})",
     [](ContainerFacts& c) {
       c.handed->cgroup.controls[0] = {.file = "/sys/fs/cgroup/memory/web/memory.limit_in_bytes",
                                       .value = "9223372036854771712"};
     },
     "memory"},
    {R"({"rule": "failures", "except": ["mount:EBUSY"]})",
     [](ContainerFacts& c) {
       c.failures = {{.call = "mount", .error = EBUSY},
                     {.call = "mount", .error = ENOENT, .normal = true},
                     {.call = "umount2", .error = EPERM}};
     },
     "umount2"},
};

TEST(Rules, AreBrokenByWhatTheyAreThereFor) {
  for (const Broken& each : kBroken) {
    const Report report = judged(each.rule, each.change);
    EXPECT_EQ(verdict_of(report), Verdict::kBroken) << each.rule;
    ASSERT_EQ(count_of(report, Verdict::kBroken), 1u) << each.rule;
    for (const Finding& finding : report.findings) {
      if (finding.verdict != Verdict::kBroken) continue;
      EXPECT_EQ(finding.subject, each.subject) << each.rule;
      EXPECT_EQ(finding.container, "web");
      EXPECT_NE(finding.consequence, Consequence::kNone);
      EXPECT_FALSE(finding.message.empty() || finding.expected.empty() || finding.found.empty()) << each.rule;
    }
  }
}

// A rule, and what has to be forgotten so that it cannot be judged.
const Broken kUnknown[] = {
    {R"({"rule": "old-root-gone"})", [](ContainerFacts& c) { c.handed->old_root.evidence = Evidence::kUnknown; }, ""},
    {R"({"rule": "cwd-inside"})", [](ContainerFacts& c) { c.handed->cwd.evidence = Evidence::kUnknown; }, ""},
    {R"({"rule": "descriptors"})", [](ContainerFacts& c) { c.handed->descriptors = {}; }, ""},
    {R"({"rule": "mounts-not-shared"})", [](ContainerFacts& c) { c.handed->mounts.evidence = Evidence::kUnknown; }, ""},
    {R"({"rule": "mounts-not-shared"})", [](ContainerFacts& c) { c.handed->mounts_doubt = "a mount was lost"; }, ""},
    {R"({"rule": "mounts-not-shared"})", [](ContainerFacts& c) { mount_at(c, "/dev").sharing = {}; }, ""},
    {R"({"rule": "proc-own"})", [](ContainerFacts& c) { mount_at(c, "/proc").sharing = {}; }, ""},
    {R"({"rule": "masked", "paths": ["/sys/firmware"]})",
     [](ContainerFacts& c) { mount_at(c, "/sys/firmware").evidence = Evidence::kUnknown; }, ""},
    {R"({"rule": "read-only", "paths": ["/dev"]})",
     [](ContainerFacts& c) { mount_at(c, "/dev").superblock_read_only = {}; }, ""},
    {R"({"rule": "mount-flags", "paths": ["/dev"], "flags": ["ro"]})",
     [](ContainerFacts& c) { mount_at(c, "/dev").evidence = Evidence::kUnknown; }, ""},
    {R"({"rule": "no-host-files"})",
     [](ContainerFacts& c) {
       c.handed->mounts.value.push_back(made_mount("/data", "ext4"));
       mount_at(c, "/data").sharing = {};
     },
     ""},
    {R"({"rule": "namespaces", "required": ["net"]})", [](ContainerFacts& c) { c.handed->namespaces[3].from = {}; },
     ""},
    {R"({"rule": "user-namespace"})", [](ContainerFacts& c) { c.handed->uid_map = {}; }, ""},
    {R"({"rule": "no-new-privs"})", [](ContainerFacts& c) { identity(c).no_new_privs = {}; }, ""},
    {R"({"rule": "capabilities", "within": []})", [](ContainerFacts& c) { identity(c).capabilities = {}; }, ""},
    {R"({"rule": "seccomp"})", [](ContainerFacts& c) { identity(c).seccomp_mode = {}; }, ""},
    {R"({"rule": "not-root"})", [](ContainerFacts& c) { c.handed->uid_map = {}; }, ""},
    {R"({"rule": "identity-given"})", [](ContainerFacts& c) { c.steps_dropped = 1; }, ""},
    {R"({"rule": "devices", "within": ["c 1:3"]})", [](ContainerFacts& c) { c.handed->mounts = {}; }, ""},
    {R"({"rule": "limited", "of": ["pids"]})", [](ContainerFacts& c) { c.steps_dropped = 1; }, ""},
    {R"({"rule": "masked", "paths": ["/proc/keys"]})",
     [](ContainerFacts& c) { c.steps.push_back({.facts = PathsMasked(), .left_out = 44}); }, ""},
    {R"({"rule": "read-only", "paths": ["/dev"]})",
     [](ContainerFacts& c) { c.steps.push_back({.facts = PathsMasked(), .left_out = 44}); }, ""},
    {R"({"rule": "limited", "of": ["pids"]})",
     [](ContainerFacts& c) { c.steps.push_back({.facts = ControlsWritten(), .left_out = 44}); }, ""},
    {R"({"rule": "failures"})", [](ContainerFacts& c) { c.steps_dropped = 1; }, ""},
};

TEST(Rules, NeverHoldWhereWhatTheyAskForIsNotKnown) {
  for (const Broken& each : kUnknown) {
    const Report report = judged(each.rule, each.change);
    EXPECT_EQ(verdict_of(report), Verdict::kCannotJudge) << each.rule;
    EXPECT_EQ(count_of(report, Verdict::kHolds), 0u) << each.rule;
  }
}

TEST(Rules, LetALimitStandThatCouldNotBeChanged) {
  const Report report = judged(R"({"rule": "limited", "of": ["pids"]})", [](ContainerFacts& c) {
    c.handed->cgroup.controls.push_back({.file = "/sys/fs/cgroup/web/pids.max", .value = "max", .error = EACCES});
  });
  EXPECT_EQ(verdict_of(report), Verdict::kHolds);
}

TEST(Rules, DoNotSayThatTheHostsRootIsNotInANamespaceInWhichItMayBe) {
  for (const uint32_t lower : {0u, 100000u}) {
    const Report report = judged(R"({"rule": "user-namespace", "refuse_host_root": false})",
                                 [&](ContainerFacts& c) { c.handed->uid_map.value[0].lower_first = lower; });
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_EQ(report.findings[0].verdict, Verdict::kHolds);
    EXPECT_EQ(report.findings[0].message,
              lower ? "it has a user namespace of its own, and the host's root is not in it"
                    : "it has a user namespace of its own, in which the host's root may be mapped");
  }
}

TEST(Rules, TakeTheStartersSysfsForTheContainersWhereTheyAreInOneNetwork) {
  const Report report = judged(R"({"rule": "no-host-files"})", [](ContainerFacts& c) {
    c.handed->namespaces[3].from.value = NamespaceFacts::From::kStarters;
    mount_at(c, "/sys").sharing.value.filesystem_outside = true;
  });
  EXPECT_EQ(verdict_of(report), Verdict::kHolds);
}

TEST(Rules, OnPathsThatAKernelNeedNotHave) {
  const Change nothing = [](ContainerFacts&) {};
  const Report unseen = judged(R"({"rule": "masked", "paths": [], "if_present": ["/proc/keys"]})", nothing);
  EXPECT_EQ(verdict_of(unseen), Verdict::kHolds);
  EXPECT_EQ(count_of(unseen, Verdict::kNotVisible), 1u);
  // As the recording says.
  for (const bool there : {true, false}) {
    const Report told =
        judged(R"({"rule": "masked", "paths": [], "if_present": ["/proc/keys"]})", nothing, {{"/proc/keys", there}});
    EXPECT_EQ(verdict_of(told), there ? Verdict::kBroken : Verdict::kHolds);
    EXPECT_EQ(count_of(told, Verdict::kNotVisible), 0u);
    const Report required = judged(R"({"rule": "masked", "paths": ["/proc/keys"]})", nothing, {{"/proc/keys", there}});
    EXPECT_EQ(verdict_of(required), there ? Verdict::kBroken : Verdict::kHolds);
  }
  // The set-up looked for it, and it is not there.
  const Report absent = judged(R"({"rule": "masked", "paths": ["/proc/keys"]})", [](ContainerFacts& c) {
    c.masks.push_back({.path = "/proc/keys", .with = PathsMasked::With::kDevNull, .error = ENOENT});
  });
  EXPECT_EQ(verdict_of(absent), Verdict::kHolds);
  // No /proc at all.
  const Report without = judged(R"({"rule": "masked", "paths": ["/proc/keys"]})", [](ContainerFacts& c) {
    std::erase_if(c.handed->mounts.value, [](const MountFacts& mount) { return mount.path.starts_with("/proc"); });
  });
  EXPECT_EQ(verdict_of(without), Verdict::kHolds);
  // One that shows no files but those of processes.
  const Report subset = judged(R"({"rule": "masked", "paths": ["/proc/keys"]})", [](ContainerFacts& c) {
    mount_at(c, "/proc").superblock_options = observed(std::string("hidepid=2,subset=pid"));
  });
  EXPECT_EQ(verdict_of(subset), Verdict::kHolds);
}

TEST(Rules, SayWhatWasExpectedAndWhatIsNotKnown) {
  const auto broken = [](const std::string& rule, const Change& change) {
    const Report report = judged(rule, change);
    const auto found = std::ranges::find(report.findings, Verdict::kBroken, &Finding::verdict);
    return found == report.findings.end() ? Finding() : *found;
  };
  const Change bounding = [](ContainerFacts& c) { identity(c).capabilities.value.bounding = 3; };
  EXPECT_EQ(broken(R"({"rule": "capabilities", "within": ["CAP_CHOWN"]})", bounding).expected, "none but CAP_CHOWN");
  EXPECT_EQ(broken(R"({"rule": "capabilities", "within": []})", bounding).expected, "none");
  const Change nothing = [](ContainerFacts&) {};
  EXPECT_EQ(broken(R"({"rule": "masked", "paths": ["/etc/secret"]})", nothing).message,
            "/etc/secret is not masked: where it is there, it can be read, and what is in it used");
  EXPECT_EQ(broken(R"({"rule": "masked", "paths": ["/proc/keys"]})", nothing).message,
            "/proc/keys is not masked: it can be read, and what is in it used");
}

std::string text_of(const std::string& name) {
  std::ifstream file(std::string(CTTRACE_DOCS) + "/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Rules, AreDocumentedEach) {
  const std::string page = text_of("policies.md");
  const nlohmann::json schema = nlohmann::json::parse(text_of("schema/policy.json"));
  const nlohmann::json& rules = schema["properties"]["rules"]["items"]["properties"]["rule"]["enum"];
  EXPECT_EQ(rules.size(), rule_kinds().size());
  for (const RuleKind& kind : rule_kinds()) {
    const std::string name(kind.name);
    const size_t begin = page.find("\n### `" + name + "`\n");
    ASSERT_NE(begin, page.npos) << name;
    const std::string section = page.substr(begin, page.find("\n#", begin + 1) - begin);
    EXPECT_NE(std::find(rules.begin(), rules.end(), name), rules.end()) << name;
    const nlohmann::json& properties = schema["$defs"][name]["properties"];
    EXPECT_EQ(properties.size(), kind.parameters.size() + 3) << name;  // rule, id, why
    for (const ParameterRow& row : kind.parameters) {
      const std::string parameter(row.name);
      EXPECT_NE(section.find("`" + parameter + "`"), section.npos) << name << " " << parameter;
      EXPECT_TRUE(properties.contains(parameter)) << name << " " << parameter;
      const nlohmann::json& required = schema["$defs"][name]["required"];
      EXPECT_EQ(std::find(required.begin(), required.end(), parameter) != required.end(), row.required) << name;
    }
    const bool is_tested = std::ranges::any_of(kBroken, [&](const Broken& each) {
      return std::string(each.rule).find("\"" + name + "\"") != std::string::npos;
    });
    EXPECT_TRUE(is_tested) << name;
  }
}

}  // namespace
}  // namespace cttrace
