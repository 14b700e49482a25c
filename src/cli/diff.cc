// `cttrace diff A B`: what the containers of B got otherwise than those of A.
#include "check/diff.h"

#include <unistd.h>

#include "check/diff_text.h"
#include "cli/canonical_file.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace cttrace {

int diff(const Options& options) {
  for (const std::string& file : options.operands) {
    const Status distinct = check_not_the_same(options.output, file);
    if (!distinct) throw Failure(distinct.error());
  }
  const check::CanonicalForm before = canonical_file(options.operands[0], options.container);
  const check::CanonicalForm after = canonical_file(options.operands[1], options.container);
  const Report report = check::diff(before, after, {.how = options.how});
  Result<Output> output = Output::open(options, STDOUT_FILENO);
  if (!output) throw Failure(output.error());
  output->write(check::diff_text(report, output->style(options.color, options.render.verbose)));
  const Status closed = output->close();
  if (!closed) throw Failure(closed.error());
  return exit_status(verdict_of(report));
}

}  // namespace cttrace
