// `cttrace policy list | show NAME | test FILE`: for those who write policies.
#include "check/policy.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "base/escape.h"
#include "base/nearest.h"
#include "check/policy_test.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/policy_file.h"
#include "cli/read_recording.h"
#include "cli/text_file.h"
#include "cli/values.h"
#include "cli/wrap.h"

namespace cttrace {
namespace {

constexpr size_t kNameColumns = 14;

std::string list() {
  std::string text;
  for (const BuiltInPolicy& each : built_in_policies()) {
    const Result<Policy> policy = parse_policy(each.text, std::string(each.name));
    if (!policy) throw Failure(policy.error());
    text += padded(each.name, kNameColumns) + wrap(policy->description, kNameColumns);
  }
  return text;
}

std::string text_of(const std::string& name) {
  if (const BuiltInPolicy* const found = find_built_in(name)) return std::string(found->text);
  std::vector<std::string_view> names;
  for (const BuiltInPolicy& each : built_in_policies()) names.push_back(each.name);
  throw Failure(
      usage_error("show the policy", name, "there is none of that name that is built in", did_you_mean(name, names)));
}

// In a test file, files are named from where that is.
std::string beside(const std::string& file, const std::string& name) {
  return (std::filesystem::path(file).parent_path() / name).string();
}

// True: every case is as expected.
bool test(const std::string& file, Output& output) {
  const Result<std::string> text = read_text_file(file, "the test");
  if (!text) throw Failure(text.error());
  const Result<PolicyTest> test = parse_policy_test(*text, file);
  if (!test) throw Failure(test.error());
  const Result<Policy> policy = load_policy(find_built_in(test->policy) ? test->policy : beside(file, test->policy));
  if (!policy) throw Failure(policy.error());
  bool good = true;
  for (const PolicyCase& each : test->cases) {
    const std::vector<std::string> lines =
        differences(each, judge(*policy, read_recording(beside(file, each.recording))));
    good = good && lines.empty();
    output.write(fmt::format("{}: {}\n", escape_for_terminal(each.recording),
                             lines.empty() ? "as expected" : "not as expected"));
    for (const std::string& line : lines) output.write("  " + escape_for_terminal(line) + "\n");
  }
  return good;
}

const std::string& operand(const Options& options, const char* what) {
  if (options.operands.size() < 2)
    throw Failure(usage_error("run", "cttrace policy " + options.operands[0], std::string(what) + " is missing"));
  return options.operands[1];
}

}  // namespace

int policy(const Options& options) {
  const std::string& what = options.operands[0];
  Result<Output> output = Output::open(options, STDOUT_FILENO);
  if (!output) throw Failure(output.error());
  bool good = true;
  if (what == "list") {
    if (options.operands.size() > 1)
      throw Failure(usage_error("use", options.operands[1], "cttrace policy list takes no such argument"));
    output->write(list());
  } else if (what == "show") {
    output->write(text_of(operand(options, "NAME")));
  } else if (what == "test") {
    good = test(operand(options, "FILE"), *output);
  } else {
    throw Failure(usage_error("run", "cttrace policy " + what, "it is none of list, show and test"));
  }
  const Status closed = output->close();
  if (!closed) throw Failure(closed.error());
  return good ? 0 : 1;
}

}  // namespace cttrace
