// Any text as a policy, as a test of one, and as an OCI configuration: read or refused in one line, and what is read
// judges a container. Reports of that are whole, whatever the text said.
#include <cstdint>

#include "check/oci.h"
#include "check/policy.h"
#include "check/policy_test.h"
#include "check/reports.h"
#include "outputs.h"
#include "unit/check_facts.h"

namespace {

using namespace cttrace;

template <typename T>
void check_refusal(const Result<T>& read) {
  if (read) return;
  if (read.error().exit_status != 2) fuzz::broken("the wrong exit status", read.error().line());
  fuzz::each_line(read.error().line() + "\n", fuzz::check_for_people);
}

void check_report(const Report& report) {
  const std::span<const Report> reports(&report, 1);
  fuzz::each_line(report_text(reports, {.width = 80, .verbose = true}), fuzz::check_for_people);
  if (const std::string told = report_github(reports); !told.empty()) fuzz::each_line(told, fuzz::check_for_people);
  report_json(reports, "1");
  report_sarif(reports, "1");
  for (const char c : report_junit(reports))
    if (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t') fuzz::broken("XML holds no such character", "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const RecordingFacts facts = {.name = "r", .containers = {made_container()}};
  const Result<Policy> policy = parse_policy(text, "policy");
  check_refusal(policy);
  if (policy) check_report(judge(*policy, facts));
  check_refusal(parse_policy_test(text, "test"));
  const Result<OciConfig> config = parse_oci_config(text, "config.json", "/b");
  check_refusal(config);
  if (config) check_report(judge(*config, facts));
  return 0;
}
