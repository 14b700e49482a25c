// `cttrace check FILE`: judges the containers in a recording, and says so in as many forms as are asked for.
#include <unistd.h>

#include <cstdio>

#include "check/policy.h"
#include "check/reports.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/policy_file.h"
#include "cli/read_recording.h"
#include "cli/values.h"
#include "cli/version.h"

namespace cttrace {
namespace {

std::vector<Report> judge_all(const Options& options) {
  // What to judge by is read first: a recording may be long.
  std::vector<Policy> policies;
  for (const std::string& name : options.policies) {
    Result<Policy> policy = load_policy(name);
    if (!policy) throw Failure(policy.error());
    policies.push_back(std::move(*policy));
  }
  const RecordingFacts facts = read_recording(options.operands[0]);
  std::vector<Report> reports;
  for (const Policy& policy : policies) reports.push_back(judge(policy, facts));
  return reports;
}

std::string written(const std::vector<Report>& reports, ReportWanted::Form form, const Style& style) {
  switch (form) {
    case ReportWanted::Form::kText: return report_text(reports, style);
    case ReportWanted::Form::kJson: return report_json(reports, kVersion);
    case ReportWanted::Form::kJunit: return report_junit(reports);
    case ReportWanted::Form::kSarif: return report_sarif(reports, kVersion);
  }
  return {};
}

void write_report(const std::vector<Report>& reports, const ReportWanted& wanted, const Options& options) {
  Result<Output> output = wanted.file.empty() ? Output::open(options, STDOUT_FILENO) : Output::to_file(wanted.file);
  if (!output) throw Failure(output.error());
  output->write(written(reports, wanted.form, output->style(options.color, options.render.verbose)));
  const Status closed = output->close();
  if (!closed) throw Failure(closed.error());
}

// Two reports into one file would be neither.
void check_reports(const Options& options) {
  std::vector<std::string> files;
  for (const ReportWanted& wanted : options.reports) {
    const std::string& file = wanted.file.empty() ? options.output : wanted.file;
    if (std::ranges::find(files, file) != files.end())
      throw Failure(usage_error("use --report", file.empty() ? "twice" : file, "two reports cannot go to one place",
                                "give each a file: --report junit=FILE"));
    files.push_back(file);
    const Status distinct = check_not_the_same(file, options.operands[0]);
    if (!distinct) throw Failure(distinct.error());
  }
}

}  // namespace

int check(const Options& options) {
  if (options.policies.empty())
    throw Failure(usage_error("run", "cttrace check", "nothing says what to judge by", "--policy oci-default"));
  check_reports(options);
  const std::vector<Report> reports = judge_all(options);
  for (const ReportWanted& wanted : options.reports) write_report(reports, wanted, options);
  if (options.reports.empty()) write_report(reports, {}, options);
  if (options.annotate_github) std::fputs(report_github(reports).c_str(), stderr);
  return exit_status(verdict_of(reports));
}

}  // namespace cttrace
