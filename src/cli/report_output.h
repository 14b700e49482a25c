// Where reports go, and in what form.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "check/finding.h"
#include "cli/options.h"
#include "render/columns.h"

namespace cttrace {

// Before anything is read: two reports into one file would be neither, and one over what is judged destroys it. Throws
// Failure.
void check_outputs(const Options& options);

// Every --report, or one as text; and --annotate. `text` makes the text for people. Throws Failure.
using ReportText = std::string (*)(std::span<const Report> reports, const Style& style);
void write_reports(const std::vector<Report>& reports, const Options& options, ReportText text);

}  // namespace cttrace
