#include "cli/policy_file.h"

#include <cerrno>

#include "base/nearest.h"
#include "cli/text_file.h"

namespace cttrace {

Result<Policy> load_policy(const std::string& name) {
  if (const BuiltInPolicy* const built_in = find_built_in(name)) return parse_policy(built_in->text, name);
  const Result<std::string> text = read_text_file(name, "the policy");
  if (text) return parse_policy(*text, name);
  Error error = text.error();
  if (error.code != ENOENT) return error;
  std::vector<std::string_view> names;
  for (const BuiltInPolicy& each : built_in_policies()) names.push_back(each.name);
  const std::string meant = did_you_mean(name, names);
  error.why = "there is neither such a file nor a policy of that name that is built in";
  error.remedy = meant.empty() ? "cttrace policy list shows those that are" : meant;
  return error;
}

}  // namespace cttrace
