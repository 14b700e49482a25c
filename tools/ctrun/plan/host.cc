// The host, from /proc.
#include "plan/host.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>

#include "base/fd.h"

namespace cttrace::ctrun {
namespace {

constexpr size_t kHostFileMost_bytes = 64 << 20;

std::string text_of(const std::string& path) {
  Result<std::string> text = read_file(path, kHostFileMost_bytes);
  return text ? std::move(*text) : std::string();
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

// mountinfo writes space, tab, newline and backslash as \ooo.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

struct Row {
  std::string root, path, type, super_options;
};

std::vector<Row> mountinfo() {
  std::vector<Row> rows;
  for (const std::string& line : split(text_of("/proc/self/mountinfo"), '\n')) {
    const std::vector<std::string> words = split(line, ' ');
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (words.size() < 6 || words.end() - dash < 3) continue;
    rows.push_back({unescaped(words[3]), unescaped(words[4]), dash[1], words.back()});
  }
  return rows;
}

// The path of ours in a hierarchy, seen from its mount: which may show only a part of the hierarchy.
std::string below_mount(const std::string& own, const std::string& root) {
  if (root == "/" || root.empty()) return own;
  if (own == root) return "/";
  return own.rfind(root + "/", 0) == 0 ? own.substr(root.size()) : "/";
}

void read_hierarchies(Host& host, const std::vector<Row>& rows) {
  for (const std::string& line : split(text_of("/proc/self/cgroup"), '\n')) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    Hierarchy hierarchy;
    hierarchy.controllers = split(line.substr(first + 1, second - first - 1), ',');
    hierarchy.unified = hierarchy.controllers.empty();
    for (const Row& row : rows) {
      const std::vector<std::string> options = split(row.super_options, ',');
      const bool it = hierarchy.unified ? row.type == "cgroup2"
                                        : row.type == "cgroup" && std::find(options.begin(), options.end(),
                                                                            hierarchy.controllers[0]) != options.end();
      if (!it) continue;
      hierarchy.mount_point = row.path;
      hierarchy.own = below_mount(line.substr(second + 1), row.root);
      break;
    }
    if (!hierarchy.mount_point.empty()) host.hierarchies.push_back(std::move(hierarchy));
  }
  for (const Hierarchy& each : host.hierarchies)
    if (each.unified) {
      std::string words = text_of(each.mount_point + "/cgroup.controllers");
      std::replace(words.begin(), words.end(), '\n', ' ');
      host.unified_controllers = split(words, ' ');
    }
}

bool in_initial_user_namespace() {
  unsigned long first = 0, lower = 0, count = 0;
  std::istringstream stream(text_of("/proc/self/uid_map"));
  stream >> first >> lower >> count;
  return first == 0 && lower == 0 && count == 4294967295UL;
}

}  // namespace

bool Hierarchy::has(const std::string& controller) const {
  return std::find(controllers.begin(), controllers.end(), controller) != controllers.end();
}

bool Host::hybrid() const {
  return std::any_of(hierarchies.begin(), hierarchies.end(), [](const Hierarchy& each) { return !each.unified; });
}

Host read_host() {
  Host host;
  host.uid = geteuid();
  host.gid = getegid();
  host.initial_user_namespace = in_initial_user_namespace();
  const std::string last = text_of("/proc/sys/kernel/cap_last_cap");
  std::from_chars(last.data(), last.data() + last.size(), host.last_capability);
  const std::vector<Row> rows = mountinfo();
  for (const Row& row : rows) host.mounts.push_back({row.path, row.type});
  read_hierarchies(host, rows);
  std::error_code ignored;
  host.working_folder = std::filesystem::current_path(ignored).string();
  struct stat root = {};
  if (stat("/", &root) == 0) host.root_disk = {major(root.st_dev), minor(root.st_dev)};
  return host;
}

const HostMount* mount_over(const Host& host, const std::string& path) {
  const HostMount* found = nullptr;
  for (const HostMount& each : host.mounts) {
    const bool above = each.path == "/" || path == each.path || path.rfind(each.path + "/", 0) == 0;
    if (above && (!found || each.path.size() >= found->path.size())) found = &each;
  }
  return found;
}

}  // namespace cttrace::ctrun
