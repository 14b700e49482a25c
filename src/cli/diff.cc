// `cttrace diff A B`: what the containers of B got otherwise than those of A.
#include "check/diff.h"

#include "check/diff_text.h"
#include "cli/canonical_file.h"
#include "cli/commands.h"
#include "cli/report_output.h"

namespace cttrace {
namespace {

std::string text_of(std::span<const Report> reports, const Style& style) {
  return canon::diff_text(reports.front(), style);
}

}  // namespace

int diff(const Options& options) {
  check_outputs(options);
  const canon::CanonicalForm before = canonical_file(options.operands[0], options.container);
  const canon::CanonicalForm after = canonical_file(options.operands[1], options.container);
  const std::vector<Report> reports = {canon::diff(before, after, {.how = options.how})};
  write_reports(reports, options, text_of);
  return exit_status(verdict_of(reports.front()));
}

}  // namespace cttrace
