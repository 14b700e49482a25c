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
#include "cli/same_file.h"
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
  const std::string meant = did_you_mean(name, names);
  throw Failure(usage_error("show the policy", name, "there is none of that name that is built in",
                            meant.empty() ? "cttrace policy list shows those that are" : meant));
}

// In a test file, files are named from where that is.
std::string beside(const std::string& file, const std::string& name) {
  return (std::filesystem::path(file).parent_path() / name).string();
}

void require_distinct(const std::string& output, const std::string& read, const std::string& what) {
  const Status distinct = check_not_the_same(output, read, what);
  if (!distinct) throw Failure(distinct.error());
}

struct Tested {
  std::string text;
  bool good = true;  // every case is as expected
};

Tested test(const std::string& file, const std::string& output) {
  require_distinct(output, file, "the test");
  const Result<std::string> text = read_text_file(file, "the test");
  if (!text) throw Failure(text.error());
  const Result<PolicyTest> test = parse_policy_test(*text, file);
  if (!test) throw Failure(test.error());
  const Result<Policy> policy = load_policy(find_built_in(test->policy) ? test->policy : beside(file, test->policy));
  if (!policy) throw Failure(policy.error());
  require_distinct(output, beside(file, test->policy), "the policy");
  Tested tested;
  for (const PolicyCase& each : test->cases) {
    const std::string recording = beside(file, each.recording);
    require_distinct(output, recording, "the recording");
    const std::vector<std::string> lines = differences(each, judge(*policy, read_recording(recording)));
    tested.good = tested.good && lines.empty();
    tested.text += fmt::format("{}: {}\n", escape_rest_for_terminal(each.recording),
                               lines.empty() ? "as expected" : "not as expected");
    for (const std::string& line : lines) tested.text += "  " + escape_rest_for_terminal(line) + "\n";
  }
  return tested;
}

const std::string& operand(const Options& options, const char* what) {
  if (options.operands.size() < 2)
    throw Failure(usage_error("run", "cttrace policy " + options.operands[0], std::string(what) + " is missing"));
  return options.operands[1];
}

}  // namespace

int policy(const Options& options) {
  const std::string& what = options.operands[0];
  Tested done;
  if (what == "list") {
    if (options.operands.size() > 1)
      throw Failure(usage_error("use", options.operands[1], "cttrace policy list takes no such argument"));
    done.text = list();
  } else if (what == "show") {
    done.text = text_of(operand(options, "NAME"));
  } else if (what == "test") {
    done = test(operand(options, "FILE"), options.output);
  } else {
    throw Failure(usage_error("run", "cttrace policy " + what, "it is none of list, show and test"));
  }
  Result<Output> output = Output::whole(options.output);
  if (!output) throw Failure(output.error());
  output->write(done.text);
  const Status closed = output->close();
  if (!closed) throw Failure(closed.error());
  return done.good ? 0 : 1;
}

}  // namespace cttrace
