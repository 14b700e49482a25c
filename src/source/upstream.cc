#include "source/upstream.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace cttrace {
namespace {

// Peer groups, by the kernel's number.
struct Groups {
  std::set<uint32_t> own;      // "shared:": what its mounts are in
  std::set<uint32_t> masters;  // "master:": what its mounts get from
};

void add_numbers(std::set<uint32_t>& to, std::string_view fields, std::string_view tag) {
  const size_t at = fields.find(tag);
  uint32_t group = 0;
  if (at == std::string_view::npos) return;
  const std::string_view number = fields.substr(at + tag.size());
  if (std::from_chars(number.data(), number.data() + number.size(), group).ec == std::errc()) to.insert(group);
}

Groups groups_of(std::string_view mountinfo) {
  Groups groups;
  while (!mountinfo.empty()) {
    const std::string_view line = mountinfo.substr(0, mountinfo.find('\n'));
    mountinfo.remove_prefix(std::min(line.size() + 1, mountinfo.size()));
    // No path has a space here: the kernel escapes it.
    const std::string_view fields = line.substr(0, line.find(" - "));
    add_numbers(groups.own, fields, " shared:");
    add_numbers(groups.masters, fields, " master:");
  }
  return groups;
}

}  // namespace

std::set<uint32_t> upstream_of(const std::vector<std::string>& own, const std::map<uint32_t, std::string>& others) {
  std::set<uint32_t> heard;  // groups in which nothing happens that does not come to the own ones
  const auto hear = [&heard](const Groups& groups) {
    heard.insert(groups.own.begin(), groups.own.end());
    heard.insert(groups.masters.begin(), groups.masters.end());
  };
  for (const std::string& table : own) hear(groups_of(table));
  std::map<uint32_t, Groups> waiting;
  for (const auto& [inode, table] : others) waiting.emplace(inode, groups_of(table));
  std::set<uint32_t> found;
  const auto is_heard = [&heard](const auto& each) {
    return std::ranges::any_of(each.second.own, [&heard](uint32_t group) { return heard.contains(group); });
  };
  for (;;) {
    const auto next = std::ranges::find_if(waiting, is_heard);
    if (next == waiting.end()) return found;
    found.insert(next->first);
    hear(next->second);
    waiting.erase(next);
  }
}

}  // namespace cttrace
