// Reports: what is in each form, and that nothing hostile breaks one.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "check/reports.h"

namespace cttrace {
namespace {

// What a traced process may have said: controls, markup, bytes that are no UTF-8, what is not allowed in XML.
const std::string kHostile = "\x1b[2J<a&\"'>]]>\n::error::x\r%\x01\xff\xef\xbf\xbf\xe2\x80\xae";

Report made_report() {
  Report report{.judge = "policy", .judged = "a b.ctt", .against = "policy p"};
  report.rules = {{.id = "masked", .title = "T", .help = "H"}};
  report.containers = {"web"};
  report.findings = {
      {.rule = "masked",
       .verdict = Verdict::kBroken,
       .consequence = Consequence::kWeaker,
       .container = "web",
       .subject = "/proc/keys",
       .message = "/proc/keys is not masked",
       .expected = "E",
       .found = "F",
       .events = {31, 33}},
      {.rule = "seccomp", .verdict = Verdict::kHolds, .container = "web", .message = "there is a filter"},
      {.rule = "cwd", .verdict = Verdict::kCannotJudge, .container = "web", .message = "cwd is not known"},
      {.rule = "asound", .verdict = Verdict::kNotVisible, .container = "web", .subject = "/x", .message = "who knows"}};
  return report;
}

Report hostile_report() {
  Report report = made_report();
  report.judged = report.against = report.containers[0] = kHostile;
  report.cannot_judge = {kHostile};
  for (Finding& finding : report.findings)
    finding.container = finding.subject = finding.message = finding.expected = finding.found = kHostile;
  return report;
}

bool is_harmless(const std::string& text) {
  for (const char c : text)
    if (c != '\n' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)) return false;
  return text.find("\xe2\x80\xae") == text.npos && text.find('\xff') == text.npos;
}

TEST(Reports, ComeToTheWorst) {
  Report report;
  EXPECT_EQ(exit_status(verdict_of(report)), 0);
  report.findings.push_back({.verdict = Verdict::kNotVisible});
  report.findings.push_back({.verdict = Verdict::kNoted});
  EXPECT_EQ(exit_status(verdict_of(report)), 0);
  report.findings.push_back({.verdict = Verdict::kCannotJudge});
  EXPECT_EQ(exit_status(verdict_of(report)), 2);
  report.findings.push_back({.verdict = Verdict::kBroken});
  EXPECT_EQ(exit_status(verdict_of(report)), 1);
  report.cannot_judge.emplace_back("lost");
  EXPECT_EQ(exit_status(verdict_of(report)), 2);
  const Report others[] = {report, made_report()};
  EXPECT_EQ(exit_status(verdict_of(others)), 1);
}

TEST(Reports, TextSaysWhatIsBrokenAndNamesTheRest) {
  EXPECT_EQ(report_text({{made_report()}}, Style{}),
            "a b.ctt against policy p: broken: 1 finding\n"
            "  web\n"
            "    isolation is weaker:\n"
            "      masked: /proc/keys is not masked\n"
            "        expected: E; found: F; by events 31, 33\n"
            "    cannot be judged:\n"
            "      cwd: cwd is not known\n"
            "    holds: seccomp\n"
            "    not visible to a tracer: asound (/x)\n");
  const std::string all = report_text({{made_report()}}, Style{.verbose = true});
  EXPECT_NE(all.find("      seccomp: there is a filter\n"), all.npos) << all;
}

TEST(Reports, TextSaysOnceWhyAPolicyHasARule) {
  Report report = made_report();
  report.rules[0].why = "issue 17";
  report.findings.insert(report.findings.begin(), report.findings[0]);
  const std::string text = report_text({{report}}, Style{});
  const size_t at = text.find("        why: issue 17\n      masked: ");
  EXPECT_NE(at, text.npos) << text;
  EXPECT_EQ(text.find("why: ", at + 15), text.npos) << text;
}

TEST(Reports, TextNamesEverythingOnceAndNotAllOfVeryMuch) {
  Report report{.judge = "oci", .judged = "r", .against = "c", .containers = {"web"}};
  for (const char* subject : {"mounts[/a].type", "mounts[/a].options", "mounts[/a].options", "mounts[/b].type"})
    report.findings.push_back({.rule = "mounts", .container = "web", .subject = subject});
  EXPECT_EQ(report_text({{report}}, Style{}),
            "r against c: holds\n  web\n    holds: mounts ([/a].type, [/a].options, [/b].type)\n");
  for (const char* subject : {"mounts[/c].type", "mounts[/d].type", "mounts[/e].type"})
    report.findings.push_back({.rule = "mounts", .container = "web", .subject = subject});
  EXPECT_EQ(report_text({{report}}, Style{}),
            "r against c: holds\n  web\n    holds: mounts ([/a].type, [/a].options, [/b].type, [/c].type, 2 more)\n");
}

TEST(Reports, TextKeepsToItsWidth) {
  Report report = made_report();
  for (int i = 0; i < 40; ++i) report.findings[0].message += " word";
  for (const size_t width : {80u, 160u}) {
    const std::string text = report_text({{report}}, Style{.width = width});
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), width) << line;
  }
}

TEST(Reports, NothingHostileIsWritten) {
  const Report reports[] = {hostile_report()};
  const std::string text = report_text(reports, Style{.verbose = true});
  EXPECT_TRUE(is_harmless(text)) << testing::PrintToString(text);
  EXPECT_TRUE(is_harmless(report_json(reports, "1")));
  EXPECT_TRUE(is_harmless(report_sarif(reports, "1")));
  const std::string junit = report_junit(reports), github = report_github(reports);
  EXPECT_TRUE(is_harmless(junit)) << junit;
  EXPECT_TRUE(is_harmless(github)) << github;
  EXPECT_EQ(junit.find("<a"), junit.npos);
  EXPECT_EQ(junit.find("\xef\xbf\xbf"), junit.npos);
  // Every line is one command: the hostile newline began none.
  std::istringstream lines(github);
  for (std::string line; std::getline(lines, line);)
    EXPECT_TRUE(line.starts_with("::error title=") || line.starts_with("::warning title=")) << line;
}

TEST(Reports, Json) {
  const nlohmann::json json = nlohmann::json::parse(report_json({{made_report()}}, "0.1"));
  EXPECT_EQ(json["exit_status"], 1);
  EXPECT_EQ(json["verdict"], "broken");
  const nlohmann::json& finding = json["reports"][0]["findings"][0];
  EXPECT_EQ(finding["consequence"], "weaker");
  EXPECT_EQ(finding["events"], (std::vector<int>{31, 33}));
  EXPECT_EQ(json["reports"][0]["counts"]["not-visible"], 1);
}

TEST(Reports, Junit) {
  const std::string xml = report_junit({{made_report()}});
  EXPECT_NE(xml.find("tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""), xml.npos) << xml;
  EXPECT_NE(xml.find("<testcase classname=\"policy p.web\" name=\"seccomp\" time=\"0\"/>"), xml.npos) << xml;
}

TEST(Reports, Sarif) {
  const nlohmann::json run = nlohmann::json::parse(report_sarif({{made_report()}}, "0.1"))["runs"][0];
  EXPECT_EQ(run["results"].size(), 4u);
  const nlohmann::json& broken = run["results"][0];
  EXPECT_EQ(broken["level"], "error");
  EXPECT_EQ(broken["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b.ctt");
  for (const nlohmann::json& result : run["results"])
    EXPECT_EQ(run["tool"]["driver"]["rules"][result["ruleIndex"].get<size_t>()]["id"], result["ruleId"]);
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], true);
}

TEST(Reports, Github) {
  EXPECT_EQ(report_github({{made_report()}}),
            "::error title=policy p%2C web%3A masked::/proc/keys is not masked (expected: E; found: F)\n"
            "::warning title=policy p%2C web%3A cwd::cwd is not known\n");
}

}  // namespace
}  // namespace cttrace
