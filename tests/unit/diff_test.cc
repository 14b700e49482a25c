// Comparing canonical forms, and baselines.
#include "check/diff.h"

#include <gtest/gtest.h>

#include "check/baseline.h"
#include "check/diff_text.h"

namespace cttrace::canon {
namespace {

CanonicalContainer container(std::string name) {
  CanonicalContainer form{.name = std::move(name), .kind = "container", .runtime = "runc"};
  form.outcome["mounts"]["/sys"].fields = {{"type", "sysfs"}, {"flags", "ro,nosuid"}};
  form.outcome["privileges"]["no_new_privs"].fields = {{kIs, "yes"}};
  form.outcome["names"]["hostname"].unknown = true;
  form.how = {{.phase = "mounts", .object = "/sys", .what = "sysfs on /sys (ro,nosuid)", .step = 3},
              {.phase = "mounts", .object = "/a", .what = "tmpfs on /a", .step = 4}};
  form.cost.calls["mount"] = 2;
  form.cost.set_up_ns = 10'000'000;
  return form;
}

CanonicalForm form_of(std::vector<CanonicalContainer> containers, std::string name = "a") {
  return {.name = std::move(name), .containers = std::move(containers)};
}

const Finding* find(const Report& report, const std::string& subject) {
  for (const Finding& each : report.findings)
    if (each.subject == subject) return &each;
  return nullptr;
}

TEST(Diff, TheSameIsTheSame) {
  const Report report = diff(form_of({container("web")}), form_of({container("web")}), {.how = true});
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(exit_status(verdict_of(report)), 0);
}

TEST(Diff, SaysWhatItMeansAndWhichStepIsToBlame) {
  CanonicalContainer other = container("web");
  other.outcome["mounts"]["/sys"].fields["flags"] = "nosuid";
  other.how[0].what = "sysfs on /sys (nosuid)";
  const Report report = diff(form_of({container("web")}), form_of({other}), {});
  const Finding* const finding = find(report, "/sys");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->consequence, Consequence::kWeaker);
  EXPECT_EQ(
      finding->message,
      "/sys is now writable: by \"sysfs on /sys (nosuid)\" (step 3) instead of \"sysfs on /sys (ro,nosuid)\" (step 3)");
  EXPECT_EQ(exit_status(verdict_of(report)), 1);
  EXPECT_NE(diff_text(report, {}).find("isolation is weaker in 1 way"), std::string::npos);
}

TEST(Diff, TheWayAloneCountsOnlyWhereAskedFor) {
  CanonicalContainer other = container("web");
  std::swap(other.how[0], other.how[1]);
  const CanonicalForm a = form_of({container("web")}), b = form_of({other});
  EXPECT_EQ(exit_status(verdict_of(diff(a, b, {}))), 0);
  EXPECT_NE(diff_text(diff(a, b, {}), {}).find("same container, made differently"), std::string::npos);
  const Report report = diff(a, b, {.how = true});
  EXPECT_EQ(exit_status(verdict_of(report)), 1);
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].consequence, Consequence::kOnlyHow);
  EXPECT_TRUE(report.findings[0].message.starts_with("in another order")) << report.findings[0].message;
}

// Whoever changes the runtime asks first whether it is the same container.
TEST(Diff, OfAnotherRuntimeItIsSaidThatItIsTheSameButForSomething) {
  CanonicalContainer other = container("web");
  other.runtime = "crun";
  std::swap(other.how[0], other.how[1]);
  const auto headline = [&] {
    const std::string text = diff_text(diff(form_of({container("web")}), form_of({other}, "b"), {}), {});
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(headline(), "a -> b: same container, made differently");
  other.outcome["mounts"]["/sys"].fields["flags"] = "nosuid";
  other.outcome["set-up"]["program"].fields = {{kIs, "/bin/sh"}};
  EXPECT_EQ(
      headline(),
      "a -> b: same container, made differently, but for 2 things: isolation is weaker in 1 way, 1 other difference");
  other.runtime = "runc";
  EXPECT_EQ(headline(), "a -> b: isolation is weaker in 1 way, 1 other difference");
  other.runtime = "crun";
  for (int i = 0; i < 12; ++i) other.outcome["mounts"]["/m" + std::to_string(i)].fields = {{"type", "tmpfs"}};
  EXPECT_EQ(headline(), "a -> b: isolation is weaker in 1 way, 13 other differences")
      << "that is not the same any more";
}

TEST(Diff, OfADeviceItCountsWhatCanBeDoneByIt) {
  using Fields = std::map<std::string, std::string>;
  const Fields null = {{"node", "c 1:3"}, {"mode", "0666"}}, disk = {{"node", "b 8:0"}, {"mode", "0600"}},
               random = {{"node", "c 1:8"}, {"mode", "0666"}}, strict = {{"node", "c 1:3"}, {"mode", "0600"}},
               unknown_mode = {{"node", "c 1:3"}};
  // Those of the two sides, nothing where there is no node; none: nothing is told.
  const auto consequence = [](const Fields& before, const Fields& after) -> std::optional<Consequence> {
    CanonicalContainer one = container("web"), other = container("web");
    if (!before.empty()) one.outcome["devices"]["/dev/x"].fields = before;
    if (!after.empty()) other.outcome["devices"]["/dev/x"].fields = after;
    const Report report = diff(form_of({one}), form_of({other}), {});
    if (report.findings.empty()) return std::nullopt;
    return report.findings[0].consequence;
  };
  EXPECT_EQ(consequence({}, null), Consequence::kEqual);
  EXPECT_EQ(consequence({}, disk), Consequence::kWeaker);
  EXPECT_EQ(consequence(disk, {}), Consequence::kStronger);
  EXPECT_EQ(consequence(null, {}), Consequence::kEqual);
  EXPECT_EQ(consequence(null, disk), Consequence::kWeaker);
  EXPECT_EQ(consequence(null, random), Consequence::kEqual);
  EXPECT_EQ(consequence(strict, null), Consequence::kWeaker);
  EXPECT_EQ(consequence(null, strict), Consequence::kStronger);
  EXPECT_EQ(consequence(null, unknown_mode), std::nullopt) << "nobody could tell";
  const Fields asked = {{"node", "c 1:3"}, {kModeAskedFor, "0600"}};
  EXPECT_EQ(consequence(asked, {{"node", "c 1:3"}, {kModeAskedFor, "0666"}}), Consequence::kWeaker);
  EXPECT_EQ(consequence(asked, unknown_mode), std::nullopt) << "as baselines of earlier versions are";
  EXPECT_EQ(consequence(asked, null), std::nullopt);
  EXPECT_EQ(consequence(unknown_mode, {{"node", "c 1:3"}, {"mode", "0666"}, {"flags", "nosuid"}}), Consequence::kEqual);
  EXPECT_EQ(consequence(unknown_mode, disk), Consequence::kWeaker);
}

TEST(Diff, WhatComesFromOutsideOrGoesThereIsWeaker) {
  const auto consequence = [](const std::string& before, const std::string& after) {
    CanonicalContainer one = container("web"), other = container("web");
    if (!before.empty()) one.outcome["mounts"]["/sys"].fields["propagation"] = before;
    if (!after.empty()) other.outcome["mounts"]["/sys"].fields["propagation"] = after;
    const Report report = diff(form_of({one}), form_of({other}), {});
    return report.findings.size() == 1 ? report.findings[0].consequence : Consequence::kNone;
  };
  EXPECT_EQ(consequence("", "slave of outside"), Consequence::kWeaker);
  EXPECT_EQ(consequence("", "shared with outside"), Consequence::kWeaker);
  EXPECT_EQ(consequence("slave of outside", "shared with outside"), Consequence::kWeaker);
  EXPECT_EQ(consequence("shared", "slave of outside"), Consequence::kWeaker);
  EXPECT_EQ(consequence("slave of outside", ""), Consequence::kStronger);
  EXPECT_EQ(consequence("shared with outside", "slave"), Consequence::kStronger);
  EXPECT_EQ(consequence("", "shared"), Consequence::kEqual);
}

TEST(Diff, CgroupsAreToldInWords) {
  CanonicalContainer one = container("web"), other = container("web");
  one.outcome["cgroup"]["path"].fields = {{kIs, "/<id>"}};
  other.outcome["cgroup"]["path"].fields = {{kIs, "/, /<id>"}};
  one.outcome["cgroup"]["devices.allow"].fields = {{kIs, "c 1:3 rwm, c 10:200 rwm"}};
  other.outcome["cgroup"]["devices.allow"].fields = {{kIs, "c 1:3 rwm, c 5:1 rwm, c 7:7 r"}};
  std::vector<std::string> told;
  for (const Finding& each : diff(form_of({one}), form_of({other}), {}).findings) told.push_back(each.message);
  EXPECT_EQ(told, (std::vector<std::string>{"its cgroup allows the device c 5:1 rwm (console), c 7:7 r now",
                                            "its cgroup no longer allows the device c 10:200 rwm (net/tun)",
                                            "its cgroup is / in some hierarchies, /<id> in others instead of /<id>"}));
}

TEST(Diff, TheRuleForEveryDeviceIsToldAsItIsWritten) {
  CanonicalContainer one = container("web");
  one.outcome["cgroup"]["devices.deny"].fields = {{kIs, "a"}};
  EXPECT_EQ(diff(form_of({one}), form_of({container("web")}), {}).findings[0].message,
            "its cgroup no longer denies the device a *:* rwm (any)");
}

TEST(Diff, WhatIsUnknownOnOneSideCannotBeJudged) {
  CanonicalContainer other = container("web");
  other.outcome["privileges"]["no_new_privs"] = {.fields = {}, .unknown = true};
  EXPECT_EQ(exit_status(verdict_of(diff(form_of({container("web")}), form_of({other}), {}))), 2);
  EXPECT_EQ(exit_status(verdict_of(diff(form_of({other}), form_of({container("web")}), {}))), 2);
  EXPECT_EQ(diff(form_of({other}), form_of({container("web")}), {}).findings[0].message,
            "privileges (no_new_privs): not known of before");
  const DiffOptions baseline{.against_baseline = true};
  EXPECT_EQ(exit_status(verdict_of(diff(form_of({other}), form_of({container("web")}), baseline))), 0)
      << "nobody knew when it was agreed to";
}

TEST(Diff, WhatIsUnknownAsAWholeHasNoParts) {
  CanonicalContainer one = container("web"), other = container("web");
  one.outcome["capabilities"][kAll].unknown = true;
  other.outcome["capabilities"]["CAP_KILL"].fields = {{kIs, "effective"}};
  for (const auto& [before, after] : {std::pair(one, other), {other, one}}) {
    const Report report = diff(form_of({before}), form_of({after}), {});
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_EQ(report.findings[0].verdict, Verdict::kCannotJudge);
  }
  EXPECT_EQ(exit_status(verdict_of(diff(form_of({one}), form_of({other}), {.against_baseline = true}))), 0)
      << "nobody knew when it was agreed to";
}

// Absence is a value of its own only where it says what is there: no mount, no capability.
TEST(Diff, AFactThatOneSideLacksIsNeitherWeakerNorStronger) {
  static constexpr std::pair<const char*, const char*> kFacts[] = {
      {"namespaces", "user"},        {"namespaces", "time"},  {"root", "root"},          {"root", "old root"},
      {"root", "working directory"}, {"set-up", "isolation"}, {"set-up", "program"},     {"identity", "uid"},
      {"identity", "gid map"},       {"identity", "groups"},  {"privileges", "seccomp"}, {"cgroup", "path"}};
  for (const auto& [group, key] : kFacts) {
    for (const char* const value : {"the starter's", "a folder: chroot", "0", "none", "gone", "outside its root", ""}) {
      CanonicalContainer with = container("web");
      with.outcome[group][key].fields = {{kIs, value}};
      for (const auto& [before, after] : {std::pair(with, container("web")), {container("web"), with}}) {
        const Report report = diff(form_of({before}), form_of({after}), {});
        ASSERT_EQ(report.findings.size(), 1u);
        EXPECT_EQ(report.findings[0].consequence, Consequence::kEqual) << report.findings[0].message;
        EXPECT_TRUE(report.findings[0].message.find("is gone: it was ") != std::string::npos ||
                    report.findings[0].message.find("is new: ") != std::string::npos)
            << report.findings[0].message;
        EXPECT_FALSE(report.findings[0].message.ends_with(' ')) << report.findings[0].message;
      }
    }
  }
}

TEST(Diff, WhereNoContainerWasSetUpNothingCanBeJudged) {
  CanonicalForm none = form_of({}, "b");
  const CanonicalForm one = form_of({container("web")});
  EXPECT_EQ(diff(one, none, {}).cannot_judge, std::vector<std::string>{"b: no container was set up in it"});
  EXPECT_EQ(exit_status(verdict_of(diff(one, none, {}))), 2);
  EXPECT_EQ(exit_status(verdict_of(diff(none, one, {}))), 2);
  none.why_none = "runc set up nothing: runc says: no";
  EXPECT_EQ(diff(none, none, {}).cannot_judge,
            std::vector<std::string>(2, "b: no container was set up in it: runc set up nothing: runc says: no"));
}

TEST(Diff, AnotherFilterIsNeitherWeakerNorStronger) {
  CanonicalContainer one = container("web"), other = container("web");
  one.outcome["privileges"]["seccomp"].fields = {{kIs, "filter (1)"}, {"filters", "a filter of 10 instructions"}};
  other.outcome["privileges"]["seccomp"].fields = {{kIs, "filter (1)"}, {"filters", "a filter of 11 instructions"}};
  const Report report = diff(form_of({one}), form_of({other}), {});
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].consequence, Consequence::kEqual);
  EXPECT_EQ(report.findings[0].message,
            "its seccomp filter is another: a filter of 11 instructions instead of a filter of 10 instructions");
  one.outcome["privileges"]["seccomp"].fields.erase("filters");
  EXPECT_EQ(exit_status(verdict_of(diff(form_of({one}), form_of({other}), {.against_baseline = true}))), 0)
      << "baselines of earlier versions do not have them";
}

TEST(Diff, OffsetsAndWhoIsPidOneAreToldInWords) {
  CanonicalContainer one = container("web"), other = container("web");
  one.outcome["namespaces"]["time"].fields = {{kIs, "its own"}};
  other.outcome["namespaces"]["time"].fields = {{kIs, "its own"}, {"offsets", "monotonic 5 0"}};
  one.outcome["set-up"]["pid 1"].fields = {{kIs, "the program"}};
  other.outcome["set-up"]["pid 1"].fields = {{kIs, "another process"}};
  const Report report = diff(form_of({one}), form_of({other}), {});
  ASSERT_EQ(report.findings.size(), 2u);
  EXPECT_EQ(report.findings[0].message, "its pid 1 is another process instead of the program");
  EXPECT_EQ(report.findings[1].message, "the offsets of its time namespace are monotonic 5 0 instead of none");
  other = one;
  other.outcome["set-up"].erase("pid 1");
  EXPECT_TRUE(diff(form_of({one}), form_of({other}), {}).findings.empty()) << "as baselines of earlier versions are";
}

TEST(Diff, AnEarlierBaselineHasNoHostnameThatAContainerIsCalledBy) {
  CanonicalContainer earlier = container("web"), now = container("web");
  earlier.outcome["names"]["hostname"] = {.fields = {{kIs, "<id>"}}};
  now.outcome["names"]["hostname"] = {.fields = {{kIs, "web"}}};
  EXPECT_TRUE(diff(form_of({earlier}), form_of({now}), {.against_baseline = true}).findings.empty());
  now.outcome["names"]["hostname"] = {.fields = {{kIs, "db"}}};
  EXPECT_EQ(diff(form_of({earlier}), form_of({now}), {.against_baseline = true}).findings.size(), 1u);
}

TEST(Diff, OfASetUpThatFailedOnlyTheWayIsCompared) {
  CanonicalContainer failed = container("web");
  failed.handed_over = false;
  failed.doubts = {"its set-up failed"};
  failed.outcome.clear();
  failed.how.pop_back();
  for (const bool how : {false, true}) {
    const Report report = diff(form_of({container("web")}), form_of({failed}, "b"), {.how = how});
    EXPECT_EQ(exit_status(verdict_of(report)), 2);
    ASSERT_EQ(report.findings.size(), 2u);
    EXPECT_EQ(report.findings[0].message, "b: its set-up failed");
    EXPECT_EQ(report.findings[1].verdict, Verdict::kNoted);
    EXPECT_EQ(diff_text(report, {}).find("no longer: tmpfs on /a") != std::string::npos, how);
  }
  const Report report = diff(form_of({container("web")}), form_of({failed, container("more")}, "b"), {});
  EXPECT_EQ(exit_status(verdict_of(report)), 1);
  EXPECT_TRUE(diff_text(report, {}).starts_with("a -> b: 1 difference, 1 thing that cannot be judged\n"));
}

TEST(Diff, WhatIsAllowedCountsWhereTheRestIsDenied) {
  using Rules = std::pair<const char*, const char*>;  // devices.deny, devices.allow
  const auto consequences = [](const Rules& before, const Rules& after) {
    CanonicalContainer one = container("web"), other = container("web");
    for (const auto& [form, rules] : {std::pair(&one, before), {&other, after}}) {
      if (rules.first) form->outcome["cgroup"]["devices.deny"].fields = {{kIs, rules.first}};
      if (rules.second) form->outcome["cgroup"]["devices.allow"].fields = {{kIs, rules.second}};
    }
    std::vector<Consequence> all;
    for (const Finding& each : diff(form_of({one}), form_of({other}), {}).findings) all.push_back(each.consequence);
    return all;
  };
  using All = std::vector<Consequence>;
  EXPECT_EQ(consequences({"a", "c 1:3 rwm"}, {"a", nullptr}), All{Consequence::kStronger});
  EXPECT_EQ(consequences({"a", nullptr}, {"a", "c 1:3 rwm"}), All{Consequence::kWeaker});
  EXPECT_EQ(consequences({"a", "c 1:3 rwm"}, {nullptr, nullptr}), (All{Consequence::kEqual, Consequence::kWeaker}));
  EXPECT_EQ(consequences({nullptr, nullptr}, {"a", "c 1:3 rwm"}), (All{Consequence::kEqual, Consequence::kStronger}));
}

TEST(Diff, ACgroupsLimitIsWhatMoreOfIsLess) {
  const auto consequence = [](const char* file, const char* before, const char* after) {
    CanonicalContainer one = container("web"), other = container("web");
    if (before) one.outcome["cgroup"][file].fields = {{kIs, before}};
    if (after) other.outcome["cgroup"][file].fields = {{kIs, after}};
    return diff(form_of({one}), form_of({other}), {}).findings[0].consequence;
  };
  EXPECT_EQ(consequence("pids.max", "100", nullptr), Consequence::kWeaker);
  EXPECT_EQ(consequence("pids.max", nullptr, "100"), Consequence::kStronger);
  EXPECT_EQ(consequence("cpu.weight", nullptr, "100"), Consequence::kEqual);
  EXPECT_EQ(consequence("memory.limit_in_bytes", "4096", "8192"), Consequence::kWeaker);
  EXPECT_EQ(consequence("cpu.cfs_quota_us", "8000", "4000"), Consequence::kStronger);
  EXPECT_EQ(consequence("cpuset.mems", "0", nullptr), Consequence::kEqual);
  EXPECT_EQ(consequence("cpuset.cpus", "0", "1"), Consequence::kEqual);
}

TEST(Diff, AMapOfTheHostsRootIsWeaker) {
  const auto consequence = [](const char* before, const char* after) {
    CanonicalContainer one = container("web"), other = container("web");
    one.outcome["identity"]["uid map"].fields = {{kIs, before}};
    other.outcome["identity"]["uid map"].fields = {{kIs, after}};
    return diff(form_of({one}), form_of({other}), {}).findings[0].consequence;
  };
  const char *const mapped = "0-65535 = host 100000-165535", *const root = "0 = host 0, 1-9 = host 100000-100008";
  EXPECT_EQ(consequence(mapped, root), Consequence::kWeaker);
  EXPECT_EQ(consequence(mapped, "0-9 = host 0-9"), Consequence::kWeaker);
  EXPECT_EQ(consequence(root, mapped), Consequence::kStronger);
  EXPECT_EQ(consequence(root, "the host's"), Consequence::kWeaker);
  EXPECT_EQ(consequence(mapped, "0-65535 = host 200000-265535"), Consequence::kEqual);
}

TEST(Diff, WhatATmpfsOfItsOwnShowsIsNotTheHosts) {
  const auto consequence = [](const std::map<std::string, std::string>& fields) {
    CanonicalContainer other = container("web");
    other.outcome["mounts"]["/file"].fields = fields;
    return diff(form_of({container("web")}), form_of({other}), {}).findings[0].consequence;
  };
  EXPECT_EQ(consequence({{"type", "tmpfs"}, {"shows", "/bindfile<tmp>"}}), Consequence::kEqual);
  EXPECT_EQ(consequence({{"type", "tmpfs"}, {"shows", "/x"}, {"whose", "the host's"}}), Consequence::kWeaker);
  EXPECT_EQ(consequence({{"type", "ext4"}, {"shows", "/x"}}), Consequence::kWeaker);
}

TEST(Diff, TheStartersRootAndMasksAreToldInWords) {
  const auto told = [](const char* group, const char* key, const char* before, const char* after) {
    CanonicalContainer one = container("web"), other = container("web");
    one.outcome[group][key].fields = {{kIs, before}};
    other.outcome[group][key].fields = {{kIs, after}};
    return diff(form_of({one}), form_of({other}), {}).findings[0].message;
  };
  EXPECT_EQ(told("root", "old root", "around it", "gone"),
            "the starter's root is gone now: it was still there, above the container's");
  EXPECT_EQ(told("root", "old root", "at /old", "gone"), "the starter's root is gone now: it could be reached at /old");
  EXPECT_EQ(told("root", "old root", "gone", "at /old"),
            "the starter's root, with all files of the host, can be reached at /old: it was gone");
  EXPECT_EQ(told("masked", "/proc/acpi", "read-only", "an empty folder"),
            "/proc/acpi is masked with an empty folder now: it was read-only");
}

TEST(Diff, AMaskOfWhatIsNotThereIsNeitherWeakerNorStronger) {
  using Edit = void (*)(std::map<std::string, Group>&);
  // Of the side that has no mask.
  const auto expect = [](const char* path, const char* mask, Edit edit, bool matters, const std::string& why) {
    CanonicalContainer masked = container("web");
    masked.outcome["root"]["old root"].fields = {{kIs, "gone"}};
    masked.outcome["mounts"]["/"].fields = {{"type", "ext4"}};
    masked.outcome["mounts"]["/proc"].fields = {{"type", "proc"}};
    CanonicalContainer bare = masked;
    masked.outcome["masked"][path].fields = {{kIs, mask}};
    edit(bare.outcome);
    const auto finding = [&](const CanonicalContainer& before, const CanonicalContainer& after) {
      const Report report = diff(form_of({before}), form_of({after}), {});
      for (const Finding& each : report.findings)
        if (each.rule == "diff-masked" && each.subject == path) return each;
      return Finding();
    };
    EXPECT_EQ(finding(masked, bare).consequence, matters ? Consequence::kWeaker : Consequence::kEqual) << path;
    EXPECT_EQ(finding(bare, masked).consequence, matters ? Consequence::kStronger : Consequence::kEqual) << path;
    EXPECT_NE(finding(masked, bare).message.find(why), std::string::npos) << finding(masked, bare).message;
  };
  const Edit nothing = [](auto&) {};
  expect("/proc/keys", "/dev/null", nothing, true, "can be read now");
  expect(
      "/sys/firmware", "an empty folder", [](auto& outcome) { outcome["mounts"].erase("/sys"); }, false,
      "/sys/firmware is no longer masked: /sys is not mounted");
  expect(
      "/proc/keys", "/dev/null", [](auto& outcome) { outcome["mounts"]["/proc"].fields["options"] = "subset=pid"; },
      false, "/proc/keys is no longer masked: /proc shows processes alone (subset=pid)");
  const Edit read_only = [](auto& outcome) { outcome["mounts"]["/proc"].fields["flags"] = "ro"; };
  expect("/proc/sys", "read-only", read_only, false, "/proc/sys is no longer made read-only: /proc is read-only");
  expect("/proc/keys", "/dev/null", read_only, true, "can be read now");
  // Not every mount is listed there.
  expect(
      "/sys/firmware", "an empty folder",
      [](auto& outcome) {
        outcome["root"]["old root"].fields[kIs] = "around it";
        outcome["mounts"].erase("/sys");
      },
      true, "can be read now");
  expect(
      "/proc/keys", "/dev/null",
      [](auto& outcome) {
        outcome["root"]["old root"].fields[kIs] = "around it";
        outcome["mounts"]["/proc"].fields["options"] = "subset=pid";
      },
      false, "(subset=pid)");
  expect(
      "/proc/keys", "/dev/null",
      [](auto& outcome) {
        outcome["mounts"]["/proc/keys"].fields = {{"type", "tmpfs"}};
      },
      false, "/proc/keys is no longer masked: it is a mount of its own (tmpfs, writable)");
  expect("no path", "read-only", nothing, true, "can be written now");
  // What it is in is not listed, and may be read-only.
  expect(
      "/sys/fs", "read-only", [](auto& outcome) { outcome["root"]["old root"].fields[kIs] = "around it"; }, false,
      "/sys/fs is no longer made read-only: whether it can be written is not known");
  expect(
      "/proc/sys", "read-only",
      [](auto& outcome) {
        outcome["root"]["old root"].fields[kIs] = "around it";
        outcome["mounts"]["/proc/sys"].fields = {{"type", "proc"}};
      },
      true, "can be written now: it is bound on itself, but not made read-only");
}

TEST(Diff, ALimitThatIsSetToNoneIsNotStronger) {
  const auto consequence = [](const char* limit) {
    CanonicalContainer other = container("web");
    other.outcome["limits"]["core"].fields = {{"soft", limit}, {"hard", limit}};
    return diff(form_of({container("web")}), form_of({other}), {}).findings[0].consequence;
  };
  EXPECT_EQ(consequence("unlimited"), Consequence::kEqual);
  EXPECT_EQ(consequence("0"), Consequence::kStronger);
}

TEST(Diff, WhatIsToldTogetherIsToldInThePlural) {
  CanonicalContainer one = container("web"), other = container("web");
  for (const char* const name : {"ipc", "net", "pid", "uts"}) {
    one.outcome["namespaces"][name].fields = {{kIs, "its own"}};
    other.outcome["namespaces"][name].fields = {{kIs, "the starter's"}};
    one.outcome["mounts"][std::string("/") + name].fields = {{"type", "tmpfs"}};
    other.outcome["mounts"][std::string("/new/") + name].fields = {{"type", "sysfs"}};
  }
  const std::string text = diff_text(diff(form_of({one}), form_of({other}), {}), {});
  EXPECT_NE(text.find("its ipc, net, pid and uts namespaces are the starter's instead of its own"), std::string::npos);
  EXPECT_NE(text.find("/new/uts are now mounted (sysfs, writable), which show something of the host"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("/ipc, /net, /pid and /uts are no longer mounted (they were tmpfs, writable)"), std::string::npos)
      << text;
}

TEST(Diff, LossAndOtherRulesCannotBeJudged) {
  CanonicalForm lossy = form_of({container("web")}), other_rules = form_of({container("web")});
  lossy.cannot_judge = {"lost: 3 records"};
  other_rules.rules = kRulesVersion + 1;
  for (const CanonicalForm* const form : {&lossy, &other_rules}) {
    const Report report = diff(form_of({container("web")}), *form, {});
    EXPECT_EQ(exit_status(verdict_of(report)), 2);
    EXPECT_EQ(report.cannot_judge.size(), 1u);
  }
}

TEST(Diff, ContainersCorrespondByNameOtherwiseByLikeness) {
  CanonicalContainer first = container("<id>"), second = container("<id>");
  second.outcome["mounts"]["/only-here"].fields = {{"type", "tmpfs"}};
  const Correspondence found = correspondence_of(form_of({first, second, container("web"), container("gone")}),
                                                 form_of({container("web"), second, first, container("new")}));
  const auto paired = [&](size_t before, size_t after) {
    return std::ranges::find(found.pairs, std::pair(before, after)) != found.pairs.end();
  };
  EXPECT_TRUE(paired(2, 0));
  EXPECT_TRUE(paired(1, 1));
  EXPECT_TRUE(paired(0, 2));
}

TEST(Diff, WhoIsMostAlikeIsPairedFirst) {
  CanonicalContainer plain = container("<id>"), odd = container("<id>"), odder = container("<id>");
  odd.outcome["mounts"]["/one"].fields = {{"type", "tmpfs"}};
  odder.outcome["mounts"]["/one"].fields = {{"type", "tmpfs"}};
  odder.outcome["mounts"]["/two"].fields = {{"type", "tmpfs"}};
  // The first one of those that are new would take `odder`, which the second one is.
  const Correspondence found = correspondence_of(form_of({odder, plain}), form_of({odd, odder}));
  const std::vector<std::pair<size_t, size_t>> expected = {{1, 0}, {0, 1}};
  EXPECT_EQ(found.pairs, expected);
}

TEST(Diff, MoreThanCanBeComparedWithEachOtherCorrespondInTheirOrder) {
  // As many that all pairs of them could not be kept.
  constexpr size_t kMany = 40'000;
  CanonicalForm before{.name = "a"}, after{.name = "b"};
  for (size_t i = 0; i < kMany; ++i) {
    before.containers.push_back({.name = "<id>", .kind = i % 4 ? "container" : "entry"});
    after.containers.push_back({.name = "<id>", .kind = i % 2 ? "container" : "entry"});
  }
  const Correspondence found = correspondence_of(before, after);
  EXPECT_EQ(found.only_before.size(), kMany / 4);
  EXPECT_EQ(found.only_after.size(), kMany / 4);
  const std::vector<std::pair<size_t, size_t>> first(found.pairs.begin(), found.pairs.begin() + 4);
  EXPECT_EQ(first, (std::vector<std::pair<size_t, size_t>>{{0, 0}, {1, 1}, {4, 2}, {2, 3}}));
}

TEST(Diff, WhatHasNoNameIsOfTheSameKind) {
  CanonicalContainer entry = container("<id>");
  entry.kind = "entry";
  const Correspondence found =
      correspondence_of(form_of({entry, container("<id>")}), form_of({container("<id>"), container("<id>")}));
  const std::vector<std::pair<size_t, size_t>> expected = {{1, 0}};
  EXPECT_EQ(found.pairs, expected);
}

TEST(Diff, AChosenNameIsNoOther) {
  const Correspondence found = correspondence_of(form_of({container("web"), container("<id>"), container("sh")}),
                                                 form_of({container("db"), container("sh"), container("<id>")}));
  const std::vector<std::pair<size_t, size_t>> expected = {{2, 1}, {1, 2}};
  EXPECT_EQ(found.pairs, expected);
  EXPECT_EQ(found.only_before, std::vector<size_t>{0});
  EXPECT_EQ(found.only_after, std::vector<size_t>{0});
}

TEST(Diff, OneContainerIsComparedWithOneWhateverTheyAreCalled) {
  CanonicalContainer other = container("db");
  other.outcome["mounts"]["/one"].fields = {{"type", "tmpfs"}};
  const Report report = diff(form_of({container("web")}), form_of({other}), {});
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].container, "web / db");
  EXPECT_EQ(report.containers, std::vector<std::string>{"web / db"});
  EXPECT_NE(diff_text(report, {}).find("\ncontainer web / db\n"), std::string::npos);
  // Of several nobody knows which.
  EXPECT_TRUE(correspondence_of(form_of({container("web")}), form_of({other, container("cache")})).pairs.empty());
  EXPECT_TRUE(correspondence_of(form_of({container("web"), container("cache")}), form_of({other})).pairs.empty());
  // An entry is no container.
  CanonicalContainer entry = container("db");
  entry.kind = "entry";
  EXPECT_TRUE(correspondence_of(form_of({container("web")}), form_of({entry})).pairs.empty());
}

TEST(Diff, ContainersThatAreInOneAloneAreSaid) {
  const Report report = diff(form_of({container("web")}), form_of({container("web"), container("more")}), {});
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].message, "more (runc) is new: nothing that was there corresponds to it");
  EXPECT_EQ(exit_status(verdict_of(report)), 1);
}

TEST(Baseline, IsReadAsItWasWritten) {
  Baseline baseline = learn(std::vector<CanonicalForm>{form_of({container("web")})});
  const std::vector<CanonicalForm> runs = {form_of({container("web")})};
  add_budgets(baseline, runs, 5.0);
  const std::string text = baseline_text(baseline);
  const Result<Baseline> again = read_baseline(text, "b.json");
  ASSERT_TRUE(again) << again.error().line();
  EXPECT_EQ(baseline_text(*again), text);
  EXPECT_EQ(exit_status(verdict_of(judge_baseline(runs[0], *again, true))), 0);
  EXPECT_EQ(exit_status(verdict_of(judge_budget(runs, *again, 5.0))), 0);
  EXPECT_EQ(exit_status(verdict_of(judge_budget(runs, *again, {}))), 2) << "no reference";
  EXPECT_EQ(exit_status(verdict_of(judge_budget(runs, *again, 3.0))), 1) << "3.3 times instead of 2";
}

TEST(Baseline, LearnsWhatVaries) {
  CanonicalContainer other = container("web");
  other.outcome["mounts"]["/sys"].fields["flags"] = "nosuid";
  other.cost.calls["mount"] = 3;
  const Baseline baseline = learn(std::vector<CanonicalForm>{form_of({container("web")}), form_of({other})});
  EXPECT_EQ(baseline.form.containers[0].variable, (std::set<std::string>{"mounts//sys", "cost/calls of mount"}));
  for (const CanonicalContainer& each : {container("web"), other})
    EXPECT_EQ(exit_status(verdict_of(judge_baseline(form_of({each}), baseline, true))), 0);
  other.outcome["privileges"]["no_new_privs"].fields[kIs] = "no";
  EXPECT_EQ(exit_status(verdict_of(judge_baseline(form_of({other}), baseline, false))), 1);
}

TEST(Baseline, SaysWhichFactsAreNotComparedAnyMore) {
  CanonicalContainer other = container("web");
  other.cost.calls["mount"] = 3;
  const auto words = [&] {
    return variable_words(learn(std::vector<CanonicalForm>{form_of({container("web")}), form_of({other})}));
  };
  EXPECT_EQ(words(), std::vector<std::string>()) << "the cost is not what it got";
  other.outcome["mounts"]["/sys"].fields["flags"] = "nosuid";
  EXPECT_EQ(words(), std::vector<std::string>{"web: not the same in every run, so not compared: mounts//sys"});
  for (int i = 10; i < 24; ++i) other.outcome["mounts"]["/m" + std::to_string(i)].fields = {{"type", "tmpfs"}};
  EXPECT_TRUE(words()[0].ends_with("mounts//m21, and 3 more in \"variable\"")) << words()[0];
}

TEST(Baseline, ABudgetIsOfContainersThatWereSetUp) {
  Baseline baseline = learn(std::vector<CanonicalForm>{form_of({container("web")})});
  add_budgets(baseline, std::vector<CanonicalForm>{form_of({container("web")})}, {});
  CanonicalForm failed = form_of({container("web")});
  failed.containers[0].handed_over = false;
  EXPECT_EQ(exit_status(verdict_of(judge_budget(std::vector<CanonicalForm>{failed}, baseline, {}))), 2);
  EXPECT_EQ(reference_ms(failed), std::nullopt);
}

TEST(Baseline, LearnsWhatIsInOneRunAlone) {
  CanonicalContainer other = container("web");
  other.outcome["mounts"]["/only"].fields = {{"type", "tmpfs"}};
  other.outcome["devices"]["/dev/x"].fields = {{"node", "c 1:3"}};
  const std::set<std::string> variable = {"devices//dev/x", "mounts//only"};
  for (const auto& [first, second] : {std::pair(container("web"), other), {other, container("web")}}) {
    const Baseline baseline = learn(std::vector<CanonicalForm>{form_of({first}), form_of({second})});
    EXPECT_EQ(baseline.form.containers[0].variable, variable);
    for (const CanonicalContainer& each : {first, second})
      EXPECT_EQ(exit_status(verdict_of(judge_baseline(form_of({each}), baseline, true))), 0);
  }
}

TEST(Baseline, RefusesWhatIsNone) {
  const std::string good = baseline_text(learn(std::vector<CanonicalForm>{form_of({container("web")})}));
  const auto with = [&](const std::string& what, const std::string& instead) {
    std::string text = good;
    text.replace(text.find(what), what.size(), instead);
    return text;
  };
  const std::pair<std::string, const char*> cases[] = {
      {"", "b.json"},
      {"[]", "object"},
      {"{}", "format: is missing"},
      {good.substr(0, good.size() / 2), "line "},
      {good + "{}", "line "},
      {"{\"a\": " + std::string(64, '[') + std::string(64, ']') + "}", "nested deeper than 64 levels"},
      {"{\"a\": 1e999}", "a number in it is too large"},
      {with("cttrace baseline", "something"), "format: is not"},
      {with("\"version\": 1", "\"version\": 2"), "version: is 2"},
      {with("\"rules\": 1", "\"rules\": -1"), "rules: a whole number"},
      {with("\"name\": \"web\"", "\"name\": 1"), "containers[0].name: a text"},
      {with("\"flags\"", "\"type\""), "twice"},
      {with("\"yes\"", "[1]"), "containers[0].outcome.privileges.no_new_privs: an object"},
      {with("\"mounts_made\": 0", "\"mounts_made\": 1.5"), "containers[0].mounts_made"},
      {with("\"tolerance\": 0.5", "\"tolerance\": -1"), "tolerance: a number, not negative"}};
  for (const auto& [text, why] : cases) {
    const Result<Baseline> read = read_baseline(text, "b.json");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().exit_status, 2);
    EXPECT_NE(read.error().line().find(why), std::string::npos) << read.error().line();
  }
}

}  // namespace
}  // namespace cttrace::canon
