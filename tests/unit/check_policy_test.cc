// Reading policies: what is wrong is named by its place, and what is built in is right.
#include <gtest/gtest.h>

#include "check/json_reading.h"
#include "check/policy.h"
#include "check/policy_test.h"
#include "check_facts.h"

namespace cttrace {
namespace {

std::string refused(const std::string& text) {
  const Result<Policy> policy = parse_policy(text, "p.json");
  if (policy) {
    ADD_FAILURE() << "was accepted: " << text;
    return {};
  }
  EXPECT_EQ(policy.error().exit_status, 2);
  EXPECT_EQ(policy.error().subject, "p.json");
  return policy.error().line();
}

void expect_refused(const std::string& text, const std::string& part) {
  const std::string line = refused(text);
  EXPECT_NE(line.find(part), line.npos) << line;
}

std::string with_rules(const std::string& rules) { return R"({"version": 1, "rules": [)" + rules + "]}"; }

TEST(PolicyText, NamesWhereItCannotBeRead) {
  expect_refused("{\n  \"version\" 1\n}", "line 2, column 13");
  expect_refused("", "line 1, column 1");
  expect_refused("[]", "not an object");
  expect_refused(R"({"version": 1, "version": 1, "rules": []})", "\"version\" is there twice");
  expect_refused(R"({"version": 1, "rules": )" + std::string(100, '['), "deeper");
  expect_refused(std::string(kLargestText_bytes + 1, ' '), "larger");
  expect_refused("{\"version\": \"\xff\"}", "line 1");
}

TEST(PolicyText, NamesTheKeyThatIsWrong) {
  expect_refused(R"({"rules": [{"rule": "seccomp"}]})", "\"version\" is missing");
  expect_refused(R"({"version": 1})", "\"rules\" is missing");
  expect_refused(R"({"version": 2, "rules": []})", "version: this cttrace reads version 1 only");
  expect_refused(R"({"version": 1, "rules": []})", "rules: it must be a list");
  expect_refused(R"({"version": 1, "rulse": []})", "rulse: a policy has no such key");
  expect_refused(R"({"version": 1, "judges": ["containres"], "rules": []})", "judges[0]");
  expect_refused(with_rules("7"), "rules[0]: it must be an object");
  expect_refused(with_rules(R"({"rule": "seccomp"}, {"why": "x"})"), "rules[1]: \"rule\" is missing");
  expect_refused(with_rules(R"({"rule": "seccmop"})"), "did you mean seccomp?");
  expect_refused(with_rules(R"({"rule": "seccomp", "paths": []})"), "rules[0].paths");
  expect_refused(with_rules(R"({"rule": "masked"})"), "rules[0]: \"paths\" is missing");
  expect_refused(with_rules(R"({"rule": "masked", "paths": "/x"})"), "rules[0].paths: it must be a list");
  expect_refused(with_rules(R"({"rule": "masked", "paths": ["/x", 1]})"), "rules[0].paths[1]: it must be text");
  expect_refused(with_rules(R"({"rule": "mount-flags", "paths": [], "flags": ["nosiud"]})"), "did you mean nosuid?");
  expect_refused(with_rules(R"({"rule": "user-namespace", "required": 1})"), "rules[0].required: it must be true");
  expect_refused(with_rules(R"({"rule": "user-namespace", "most_ids": -1})"), "rules[0].most_ids");
  expect_refused(with_rules(R"({"rule": "seccomp"}, {"rule": "seccomp"})"), "\"seccomp\" is there already");
  expect_refused(with_rules(R"({"rule": "seccomp", "id": ""})"), "rules[0].id");
}

TEST(PolicyText, NamesTheWordThatCouldNeverMatch) {
  const auto wrong = [](const std::string& rule, const std::string& list, const std::string& word) {
    const std::string text = with_rules(R"({"rule": ")" + rule + R"(", ")" + list + R"(": [")" + word + R"("], )" +
                                        (list == "if_present" ? R"("paths": [], )" : "") + R"("id": "x"})");
    expect_refused(text, "rules[0]." + list + "[0]: ");
  };
  for (const char* word : {"CAP_X", "CAP_CHWON", "cap_chown", ""}) wrong("capabilities", "within", word);
  for (const char* word : {"c 1:x", "c 1", "x 1:3", "c 01:3", "c 1:3 ", "", "*"}) wrong("devices", "within", word);
  for (const char* word : {"mount", "mount:", "mount:EPREM", "muont:EPERM", ":EPERM"})
    wrong("failures", "except", word);
  for (const char* word : {"x", "-1", "03", ""}) wrong("descriptors", "except", word);
  for (const char* word : {"relative", "/proc/", "/a/../b", "//a", "/a/./b", ""}) {
    for (const char* rule : {"masked", "read-only"})
      for (const char* list : {"paths", "if_present"}) wrong(rule, list, word);
    for (const char* rule : {"mounts-not-shared", "no-host-files"}) wrong(rule, "except", word);
  }
  expect_refused(with_rules(R"({"rule": "capabilities", "within": ["CAP_CHWON"]})"), "did you mean CAP_CHOWN");
  expect_refused(R"({"version": 1, "judges": [], "rules": [{"rule": "seccomp"}]})", "judges: it is empty");
  const Result<Policy> good = parse_policy(with_rules(R"(
      {"rule": "capabilities", "within": ["CAP_CHOWN"]}, {"rule": "devices", "within": ["c 1:3", "b *:*", "c 136:*"]},
      {"rule": "failures", "except": ["mount:EPERM"]}, {"rule": "descriptors", "except": ["3"]},
      {"rule": "masked", "paths": ["/", "/a b/..c"]})"),
                                           "p.json");
  EXPECT_TRUE(good) << good.error().line();
}

TEST(PolicyText, MayHaveComments) {
  const Result<Policy> policy = parse_policy(
      "// what it is for\n{\"version\": 1, /* one */ \"rules\": [{\"rule\": \"masked\", \"id\": \"ours\", \"why\": "
      "\"W\", "
      "\"paths\": [\"/a\"]}]}",
      "p.json");
  ASSERT_TRUE(policy) << policy.error().line();
  EXPECT_EQ(policy->name, "p.json");
  EXPECT_TRUE(policy->containers && policy->sandboxes && policy->chroots && policy->entries);
  ASSERT_EQ(policy->rules.size(), 1u);
  EXPECT_EQ(policy->rules[0].id, "ours");
  EXPECT_EQ(policy->rules[0].parameters.list("paths"), std::vector<std::string>{"/a"});
}

TEST(PolicyText, WhatIsBuiltInIsRight) {
  std::vector<std::string> names;
  for (const BuiltInPolicy& each : built_in_policies()) {
    const Result<Policy> policy = parse_policy(each.text, "built in");
    ASSERT_TRUE(policy) << policy.error().line();
    EXPECT_EQ(policy->name, each.name);
    EXPECT_FALSE(policy->description.empty());
    names.emplace_back(each.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"hardened", "oci-default", "rootless"}));
  EXPECT_EQ(find_built_in("no-such"), nullptr);
}

Report judged(const RecordingFacts& facts, const std::string& rules = R"({"rule": "seccomp"})") {
  const Result<Policy> policy = parse_policy(with_rules(rules), "p");
  EXPECT_TRUE(policy);
  return judge(*policy, facts);
}

TEST(PolicyJudges, WhatIsRightHoldsByAllThatAreBuiltIn) {
  for (const BuiltInPolicy& each : built_in_policies()) {
    const Report report = judge(*parse_policy(each.text, "built in"), made_recording(made_container()));
    EXPECT_EQ(verdict_of(report), Verdict::kHolds) << each.name;
    for (const Finding& finding : report.findings) EXPECT_NE(finding.verdict, Verdict::kBroken) << finding.message;
  }
}

TEST(PolicyJudges, CannotWhereSomethingIsMissing) {
  RecordingFacts lost = made_recording(made_container());
  lost.lost = {"12 records were lost"};
  EXPECT_EQ(verdict_of(judged(lost)), Verdict::kCannotJudge);
  EXPECT_EQ(judged(lost).cannot_judge, std::vector<std::string>{"12 records were lost"});

  RecordingFacts short_one = made_recording(made_container());
  short_one.broken_off = "the recording is truncated at byte 7";
  EXPECT_EQ(judged(short_one).cannot_judge,
            std::vector<std::string>{"it is read only in part: the recording is truncated at byte 7"});
  // Nor is anything in it broken for sure.
  short_one.containers[0].handed->identity.seccomp_mode.value = 0;
  EXPECT_EQ(verdict_of(judged(short_one)), Verdict::kCannotJudge);

  RecordingFacts doubtful = made_recording(made_container());
  doubtful.containers[0].doubt = "somebody who is not traced was there";
  EXPECT_EQ(verdict_of(judged(doubtful)), Verdict::kCannotJudge);

  RecordingFacts failed = made_recording(made_container());
  failed.containers[0].ending = Ending::kFailed;
  failed.containers[0].failures = {{.call = "mount", .what = "/x", .error = EINVAL, .step = 4}};
  EXPECT_EQ(verdict_of(judged(failed)), Verdict::kCannotJudge);
  ASSERT_EQ(judged(failed).findings.size(), 1u);
  EXPECT_EQ(judged(failed).findings[0].message,
            "its set-up failed: no program was handed over to; mount /x failed with EINVAL (step 5)");

  EXPECT_EQ(verdict_of(judged(RecordingFacts())), Verdict::kCannotJudge);
}

TEST(PolicyJudges, OnlyWhatItIsFor) {
  RecordingFacts facts = made_recording(made_container());
  facts.containers[0].isolation = Isolation::kChroot;
  facts.containers[0].handed->identity.seccomp_mode.value = 0;
  const Policy policy =
      *parse_policy(R"({"version": 1, "judges": ["containers"], "rules": [{"rule": "seccomp"}]})", "p");
  const Report report = judge(policy, facts);
  EXPECT_EQ(verdict_of(report), Verdict::kCannotJudge);  // as there is nothing that it is for
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].verdict, Verdict::kNoted);
}

TEST(PolicyJudges, NamesEveryContainerOnce) {
  RecordingFacts facts = made_recording(made_container());
  facts.containers.push_back(made_container());
  facts.containers.push_back(made_container());
  facts.containers[2].kind = ContainerFacts::Kind::kEntry;
  facts.containers[2].entry = 1;
  EXPECT_EQ(judged(facts).containers, (std::vector<std::string>{"web", "web, number 2", "web, entry 1"}));
}

TEST(PolicyJudges, WhatHasNoNameIsAContainer) {
  RecordingFacts facts = made_recording(made_container());
  facts.containers[0].name = "";
  EXPECT_EQ(judged(facts).containers, std::vector<std::string>{"a container"});
  const Policy policy = *parse_policy(R"({"version": 1, "judges": ["chroots"], "rules": [{"rule": "seccomp"}]})", "p");
  EXPECT_TRUE(judge(policy, facts).findings[0].message.starts_with("a container is not judged by this policy: "));
}

TEST(PolicyTests, SayWhatDiffers) {
  const Result<PolicyTest> test = parse_policy_test(
      R"({"policy": "p", "cases": [{"recording": "r", "findings": [{"rule": "seccomp"}, {"rule": "a", "subject": "/x"}]}]})",
      "t.json");
  ASSERT_TRUE(test) << test.error().line();
  RecordingFacts facts = made_recording(made_container());
  facts.containers[0].handed->identity.seccomp_mode.value = 0;
  facts.containers[0].handed->identity.no_new_privs.value = false;
  const Report report = judged(facts, R"({"rule": "seccomp"}, {"rule": "no-new-privs"})");
  const std::vector<std::string> lines = differences(test->cases[0], report);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], "not found: a broken, of /x");
  EXPECT_TRUE(lines[1].starts_with("not expected: no-new-privs broken, in web")) << lines[1];
}

TEST(PolicyTests, AreCheckedLikePolicies) {
  for (const char* text :
       {"{}", R"({"policy": "p", "cases": []})", R"({"policy": "p", "cases": [{"recording": "r"}]})",
        R"({"policy": "p", "cases": [{"recording": "r", "findings": [{"rule": "a", "verdict": "holds"}]}]})",
        R"({"policy": "p", "cases": [{"recording": "r", "findings": [{"rlue": "a"}]}]})"}) {
    const Result<PolicyTest> test = parse_policy_test(text, "t.json");
    ASSERT_FALSE(test) << text;
    EXPECT_EQ(test.error().exit_status, 2);
  }
}

}  // namespace
}  // namespace cttrace
