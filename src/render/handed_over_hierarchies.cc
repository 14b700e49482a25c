// In which cgroup of every hierarchy a process is, where /proc has told what each is called.
#include <algorithm>
#include <map>

#include "base/escape.h"
#include "render/telling.h"

namespace cttrace {
void tell_named_cgroups(Telling& telling) {
  std::map<std::string, std::vector<std::string>> by_path;
  for (const auto& [hierarchy, path] : telling.task.cgroups) {
    if (!telling.known(path, "cgroup")) continue;
    const auto named = telling.options.hierarchies.find(hierarchy);
    const bool has_name = named != telling.options.hierarchies.end() && !named->second.empty();
    by_path[path.value].push_back(has_name ? named->second : "cgroup2");
  }
  // The one that most hierarchies have goes without saying which.
  const auto most = std::ranges::max_element(by_path, {}, [](const auto& each) { return each.second.size(); });
  std::vector<std::string> words;
  for (auto each = by_path.begin(); each != by_path.end(); ++each) {
    const std::string path = escape_for_terminal(each->first);
    if (each == most)
      words.insert(words.begin(), path);
    else
      words.push_back("in " + in_a_row(each->second) + ": " + path);
  }
  telling.fields.add("cgroup", words);
}

}  // namespace cttrace
