// `cttrace check FILE...`: judges the containers in recordings, and says so in as many forms as are asked for.
#include <filesystem>
#include <future>

#include "check/oci.h"
#include "check/policy.h"
#include "check/reports.h"
#include "cli/commands.h"
#include "cli/judge_baseline.h"
#include "cli/policy_file.h"
#include "cli/read_recording.h"
#include "cli/report_output.h"
#include "cli/text_file.h"
#include "cli/values.h"

namespace cttrace {
namespace {

std::vector<Policy> load_policies(const Options& options) {
  std::vector<Policy> policies;
  for (const std::string& name : options.policies) {
    Result<Policy> policy = load_policy(name);
    if (!policy) throw Failure(policy.error());
    policies.push_back(std::move(*policy));
  }
  return policies;
}

OciConfig load_oci(const std::string& file) {
  const Result<std::string> text = read_text_file(file, "the OCI configuration");
  if (!text) throw Failure(text.error());
  std::error_code unreadable;
  const std::string folder = std::filesystem::canonical(file, unreadable).parent_path().string();
  Result<OciConfig> config = parse_oci_config(*text, file, folder);
  if (!config) throw Failure(config.error());
  return std::move(*config);
}

std::vector<Report> judge_all(const Options& options) {
  const std::vector<Policy> policies = load_policies(options);
  std::optional<OciConfig> oci;
  if (!options.oci.empty()) oci = load_oci(options.oci);
  // A recording of many containers takes its time, as does a baseline of them: they are read side by side.
  std::future<std::vector<RecordingFacts>> reading = std::async(std::launch::async, [&options] {
    std::vector<RecordingFacts> runs;
    for (const std::string& file : options.operands) runs.push_back(read_recording(file, options.container));
    return runs;
  });
  std::optional<canon::Baseline> baseline;
  if (!options.baseline.empty()) baseline = load_baseline(options.baseline, options.container);
  const std::vector<RecordingFacts> runs = reading.get();
  std::vector<Report> reports;
  for (const RecordingFacts& run : runs)
    for (const Policy& policy : policies) reports.push_back(judge(policy, run));
  if (oci)
    for (const RecordingFacts& run : runs) reports.push_back(judge(*oci, run));
  if (baseline)
    for (Report& report : judge_by_baseline(*baseline, runs, options)) reports.push_back(std::move(report));
  return reports;
}

}  // namespace

int check_recording(const Options& options) {
  if (options.policies.empty() && options.baseline.empty() && options.oci.empty())
    throw Failure(usage_error("run", "cttrace check", "nothing says what to judge by",
                              "--policy oci-default, --oci config.json or --baseline FILE"));
  const auto needs_baseline = [&](bool given, const char* option, const char* why) {
    if (given && options.baseline.empty())
      throw Failure(usage_error(std::string("use ") + option, "", why, "--baseline FILE"));
  };
  needs_baseline(options.update, "--update", "there is no baseline to be written anew");
  needs_baseline(options.how, "--how", "there is no baseline to compare the way with");
  needs_baseline(!options.reference.empty(), "--reference", "there is no baseline whose times it could be for");
  check_outputs(options);
  const std::vector<Report> reports = judge_all(options);
  write_reports(reports, options, report_text);
  return exit_status(verdict_of(reports));
}

}  // namespace cttrace
