// In which cgroup of every hierarchy a process is.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/escape.h"
#include "base/paths.h"
#include "base/words.h"
#include "render/telling.h"

namespace cttrace {
namespace {

using Names = std::set<std::string>;
using Hierarchies = std::vector<uint32_t>;

// "cpu,cpuacct" and "name=systemd" of options that say more (cgroup1_show_options, kernel/cgroup/cgroup-v1.c).
std::string hierarchy_name(std::string_view options) {
  constexpr std::string_view kOther[] = {
      "rw", "ro", "none", "all", "noprefix", "clone_children", "xattr", "cpuset_v2_mode", "favordynmods"};
  std::string name;
  while (!options.empty()) {
    const std::string_view word = options.substr(0, options.find(','));
    options.remove_prefix(std::min(word.size() + 1, options.size()));
    if (word.empty() || std::ranges::find(kOther, word) != std::end(kOther) || word.starts_with("release_agent="))
      continue;
    name += (name.empty() ? "" : ",") + std::string(word);
  }
  return name;
}

// Of version 1, as far as they are mounted somewhere.
Names mounted_hierarchies(const State& state) {
  Names names;
  for (const auto& [id, filesystem] : state.filesystems) {
    if (filesystem->type != "cgroup") continue;
    if (std::string name = hierarchy_name(filesystem->options.value); !name.empty()) names.insert(std::move(name));
  }
  return names;
}

// The hierarchy that is mounted on a folder of this name.
const std::string* mounted_as(const Names& names, std::string_view folder) {
  for (const std::string& name : names)
    if (name == folder || has_word(name, folder, ',') || name == "name=" + std::string(folder)) return &name;
  return nullptr;
}

// By the files that tasks were moved by: of all these hierarchies, or none.
Names names_of(const Telling& telling, const Hierarchies& hierarchies) {
  Names names;
  for (const uint32_t hierarchy : hierarchies) {
    if (hierarchy == 0) continue;
    const auto known = telling.state.hierarchies->find(hierarchy);
    const Filesystem* const filesystem =
        known == telling.state.hierarchies->end() ? nullptr : telling.state.filesystem(known->second);
    std::string name = filesystem && filesystem->type == "cgroup" ? hierarchy_name(filesystem->options.value) : "";
    if (name.empty() || !names.insert(std::move(name)).second) return {};
  }
  return names;
}

// Where no such move was seen, nobody tells which number is whose. But whoever makes a cgroup for somebody sets it up
// by the files in it, or shows it to the container.
Names made_in(const Telling& telling, const Names& names, const std::string& cgroup) {
  Names found;
  if (cgroup == "/") return found;
  for (const auto& [file, control] : *telling.state.controls) {
    std::string_view folder = folder_of(file);
    if (!folder.ends_with(cgroup)) continue;
    folder.remove_suffix(cgroup.size());
    if (const std::string* which = mounted_as(names, last_part(folder))) found.insert(*which);
  }
  const MountTree* const tree = telling.state.mounts_of(telling.task);
  for (const Slot slot : tree ? tree->in_tree_order() : std::vector<Slot>()) {
    const Filesystem* const shown = telling.state.filesystem(tree->filesystem_of(slot));
    if (!shown || shown->type != "cgroup" || tree->at(slot).root != cgroup) continue;
    if (const auto name = names.find(hierarchy_name(shown->options.value)); name != names.end()) found.insert(*name);
  }
  return found;
}

}  // namespace

std::string in_a_row(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + escape_for_terminal(words[i]);
  return text;
}

void tell_cgroups(Telling& telling) {
  std::map<std::string, Hierarchies> by_path;
  for (const auto& [hierarchy, path] : telling.task.cgroups)
    if (telling.known(path, "cgroup")) by_path[path.value].push_back(hierarchy);
  const Names all = mounted_hierarchies(telling.state);
  const size_t seen = telling.task.cgroups.size() - telling.task.cgroups.count(0);
  const bool is_all = seen >= all.size();
  // The one that most hierarchies have goes without saying which, unless there are others that nobody has looked at.
  const auto most = is_all ? std::ranges::max_element(by_path, {}, [](const auto& each) { return each.second.size(); })
                           : by_path.end();
  std::vector<std::string> words;
  Names others = all;
  size_t unnamed = 0;
  for (auto each = by_path.begin(); each != by_path.end(); ++each) {
    const std::string path = escape_for_terminal(each->first);
    if (each == most) {
      words.insert(words.begin(), path);
      continue;
    }
    const size_t of_version_1 = each->second.size() - (each->second.front() == 0);
    Names made = names_of(telling, each->second);
    if (made.empty()) made = made_in(telling, all, each->first);
    const bool named = made.size() == of_version_1;
    std::vector<std::string> where;
    if (each->second.front() == 0) where.emplace_back("cgroup2");
    for (const std::string& name : named ? made : Names()) where.push_back(name), others.erase(name);
    for (const uint32_t hierarchy : named ? Hierarchies() : each->second)
      if (hierarchy) where.push_back(fmt::format("hierarchy {}", hierarchy)), ++unnamed;
    words.push_back("in " + in_a_row(where) + ": " + path);
  }
  telling.fields.add("cgroup", words);
  if (is_all) return;
  if (unnamed)
    telling.unknown.push_back(fmt::format("cgroup in {} other hierarchies", all.size() - seen));
  else
    telling.unknown.push_back("cgroup in " + in_a_row({others.begin(), others.end()}));
}

}  // namespace cttrace
