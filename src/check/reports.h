// Reports as text for people, JSON, JUnit XML, SARIF and GitHub annotations. docs/reports.md says what is in them.
#pragma once

#include <span>
#include <string>

#include "check/finding.h"
#include "render/columns.h"

namespace cttrace {

// The worst of all: broken, then cannot judge, then holds.
Verdict verdict_of(std::span<const Report> reports);

// What a person reads, as wide as the style says. `style.verbose`: also what holds, one by one, and what no tracer
// sees.
std::string report_text(std::span<const Report> reports, const Style& style);

// docs/schema/report.json. `version` is cttrace's.
std::string report_json(std::span<const Report> reports, const std::string& version);

// A suite a report, a case a rule and container: what JUnit's consumers (Jenkins, GitLab, GitHub actions) read.
std::string report_junit(std::span<const Report> reports);

// SARIF 2.1.0: a run a report. Every result is in the recording, as a file, and in a container, as a logical place.
std::string report_sarif(std::span<const Report> reports, const std::string& version);

// Workflow commands: what GitHub shows beside a job. Only what is broken or cannot be judged.
std::string report_github(std::span<const Report> reports);

// What reports have in common.

// "expected a filter, found none"; empty where neither is told.
std::string expectation_words(const Finding& finding);
// The words of the rule; nullptr: the report has none of that name.
const RuleWords* find_rule(const Report& report, const std::string& id);

}  // namespace cttrace
