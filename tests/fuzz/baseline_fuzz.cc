// Any text as a baseline: read or refused in one line; what is read is written so that it is read again as the same,
// and is the same as itself, but where it is of a set-up that failed: that is not judged.
#include <algorithm>
#include <cstdint>

#include "check/baseline.h"
#include "check/diff.h"
#include "check/diff_text.h"
#include "outputs.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cttrace;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<canon::Baseline> read = canon::read_baseline(text, "baseline");
  if (!read) {
    if (read.error().exit_status != 2) fuzz::broken("the wrong exit status", read.error().line());
    fuzz::each_line(read.error().line() + "\n", fuzz::check_for_people);
    return 0;
  }
  const std::string written = canon::baseline_text(*read);
  const Result<canon::Baseline> again = canon::read_baseline(written, "baseline");
  if (!again) fuzz::broken("what is written cannot be read", again.error().line());
  if (canon::baseline_text(*again) != written) fuzz::broken("it is not read as it is written", written);
  const Report report = canon::diff(read->form, again->form, {.how = true});
  const bool judged = std::ranges::all_of(read->form.containers, &canon::CanonicalContainer::handed_over);
  for (const Finding& finding : report.findings)
    if (judged || finding.verdict != Verdict::kCannotJudge) fuzz::broken("it differs from itself", finding.message);
  // Beside one that has nothing in common with it.
  canon::CanonicalForm other = read->form;
  for (canon::CanonicalContainer& each : other.containers) each.outcome.clear(), each.how.clear();
  fuzz::each_line(canon::diff_text(canon::diff(read->form, other, {.how = true}), {.width = 80}),
                  fuzz::check_for_people);
  return 0;
}
