#include "cli/report_output.h"

#include <unistd.h>

#include <algorithm>

#include "check/reports.h"
#include "cli/output.h"
#include "cli/same_file.h"
#include "cli/values.h"
#include "cli/version.h"

namespace cttrace {
namespace {

std::string written(const std::vector<Report>& reports, ReportWanted::Form form, ReportText text, const Style& style) {
  switch (form) {
    case ReportWanted::Form::kText: return text(reports, style);
    case ReportWanted::Form::kJson: return report_json(reports, kVersion);
    case ReportWanted::Form::kJunit: return report_junit(reports);
    case ReportWanted::Form::kSarif: return report_sarif(reports, kVersion);
  }
  return {};
}

const std::string& file_of(const ReportWanted& wanted, const Options& options) {
  return wanted.file.empty() ? options.output : wanted.file;
}

void write_report(const std::vector<Report>& reports, const ReportWanted& wanted, const Options& options,
                  ReportText text) {
  Result<Output> output = Output::whole(file_of(wanted, options));
  if (!output) throw Failure(output.error());
  output->write(written(reports, wanted.form, text, output->style(options.color, options.render.verbose)));
  const Status closed = output->close();
  if (!closed) throw Failure(closed.error());
}

void check_distinct(const std::string& file, const Options& options) {
  const Status distinct = check_not_read(file, options);
  if (!distinct) throw Failure(distinct.error());
}

// What is told on standard error, beside the reports.
void annotate(const std::vector<Report>& reports) {
  Output output = Output::to_stream(STDERR_FILENO);
  output.write(report_github(reports));
  const Status closed = output.close();
  if (!closed) throw Failure(closed.error());
}

}  // namespace

void check_outputs(const Options& options) {
  if (options.reports.empty()) check_distinct(options.output, options);
  std::vector<std::string> files;
  for (const ReportWanted& wanted : options.reports) {
    const std::string& file = file_of(wanted, options);
    if (std::ranges::any_of(files, [&](const std::string& other) { return is_one_file(file, other); }))
      throw Failure(usage_error("use --report", file.empty() ? "twice" : file, "two reports cannot go to one place",
                                "give each a file: --report junit=FILE"));
    files.push_back(file);
    check_distinct(file, options);
  }
}

void write_reports(const std::vector<Report>& reports, const Options& options, ReportText text) {
  for (const ReportWanted& wanted : options.reports) write_report(reports, wanted, options, text);
  if (options.reports.empty()) write_report(reports, {}, options, text);
  if (options.annotate_github) annotate(reports);
}

}  // namespace cttrace
