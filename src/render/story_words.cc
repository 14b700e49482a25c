// What a step is called by kind.
#include "render/story_words.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "base/escape.h"
#include "cttrace/namespace.h"
#include "render/completeness.h"
#include "render/values.h"

namespace cttrace {
namespace {

using std::string;

string safe(std::string_view text) { return escape_for_terminal(text); }

string joined(const std::vector<string>& words, const char* separator = ", ") {
  return fmt::format("{}", fmt::join(words, separator));
}

string last_part(const string& path) { return path.substr(path.rfind('/') + 1); }
string folder_of(const string& path) { return path.substr(0, std::max<size_t>(path.rfind('/'), 1)); }

bool is_below(const string& path, const string& folder) {
  return !folder.empty() && folder != "/" && path.starts_with(folder) &&
         (path.size() == folder.size() || path[folder.size()] == '/');
}

string in_parentheses(std::vector<string> parts) {
  std::erase(parts, "");
  return parts.empty() ? string() : " (" + joined(parts, "; ") + ")";
}

// "a, b and 3 more".
string shortened(std::vector<string> words, size_t most) {
  if (words.size() <= most + 1) return joined(words);
  const size_t more = words.size() - most;
  words.resize(most);
  return joined(words) + fmt::format(" and {} more", more);
}

class Words {
 public:
  Words(const Step& step, const Around& around) : step_(step), around_(around) {}

  string operator()(const ProgramRun& run) const {
    const string line = command_line(run.argv.empty() ? std::vector<string>{run.path} : run.argv);
    return run.itself ? "executes itself again: " + line : line;
  }
  string operator()(const ProcessMade&) const { return {}; }
  string operator()(const SelfProtected& protect) const {
    return protect.how == SelfProtected::How::kReadOnlyBind
               ? "protects its own executable: bound read-only, detached, and executed from there"
               : "protects its own executable: copied into memory, sealed, and executed from there";
  }
  string operator()(const MapsWritten& maps) const {
    std::vector<string> parts;
    if (!maps.setgroups.empty()) parts.push_back("setgroups " + safe(maps.setgroups));
    if (!maps.uids.empty()) parts.push_back("uids " + map(maps.uids));
    if (!maps.gids.empty()) parts.push_back("gids " + map(maps.gids));
    string text = joined(parts, "; ");
    if (maps.pid) text += fmt::format(" (of {})", process(maps.pid));
    return text;
  }
  string operator()(const NamespacesChanged& changed) const {
    std::vector<string> names;
    for (const auto& each : changed.namespaces) {
      const char* name = namespace_name(each.type);
      names.push_back(fmt::format("{}{}", name ? name : "?", each.inode ? fmt::format(" {}", each.inode) : ""));
    }
    return (changed.made ? "new " : "joins ") + joined(names);
  }
  string operator()(const CgroupJoined& joined_) const {
    std::map<string, std::vector<string>> by_path;
    std::vector<string> order;
    for (const auto& each : joined_.cgroups) {
      const string path = each.cgroup.empty() ? folder_of(each.file) : each.cgroup;
      if (!by_path.contains(path)) order.push_back(path);
      by_path[path].push_back(each.hierarchy);
    }
    std::vector<string> parts;
    for (const string& path : order) {
      std::vector<string> hierarchies = by_path[path];
      std::erase(hierarchies, "");
      parts.push_back(safe(path) + (hierarchies.empty() ? "" : " of " + safe(joined(hierarchies))));
    }
    const string who = joined_.pid ? process(joined_.pid) : "itself";
    return who + " into " + joined(parts, "; ");
  }
  string operator()(const ControlsWritten& controls) const {
    std::vector<string> parts;
    string file;
    for (const auto& each : controls.writes) {
      const bool same = each.file == file;
      file = each.file;
      parts.push_back((same ? "" : control_name(each.file) + " = ") + safe(each.value));
    }
    return shortened(parts, 12);
  }
  string operator()(const MountDone& done) const;
  string operator()(const DevicesMade& made) const {
    const auto& first = made.nodes[0];
    if (S_ISFIFO(first.mode)) return "fifo " + path(first.path) + ", at which the start waits";
    std::vector<string> names;
    for (const auto& each : made.nodes)
      names.push_back(path(each.path) +
                      (S_ISCHR(each.mode) || S_ISBLK(each.mode)
                           ? fmt::format(" {} {}:{}", S_ISCHR(each.mode) ? "c" : "b", each.major, each.minor)
                           : ""));
    string owner;
    if (first.uid && first.gid) owner = fmt::format(", owner {}:{}", *first.uid, *first.gid);
    return joined(names) + fmt::format(" (mode {:04o}{})", first.mode & 07777, owner);
  }
  string operator()(const RootSwitched& switched) const {
    if (switched.how == RootSwitched::How::kChroot) return "chroot to " + safe(place(switched.new_root_path));
    const bool same = switched.new_root_path == switched.put_old_path;
    string text = fmt::format("pivot_root(\"{}\", \"{}\"): {} becomes /; old root ", safe(switched.new_root),
                              safe(switched.put_old), safe(place(switched.new_root_path)));
    text += same ? "stacked on it" : "at " + safe(switched.put_old_path);
    if (!switched.old_root_made.empty()) text += ", made " + switched.old_root_made;
    if (switched.old_root_detached)
      text += fmt::format(", detached {} later: gone", duration_text(switched.detached_after_ns));
    return text;
  }
  string operator()(const PathsMasked& masked) const;
  string operator()(const NameGiven& given) const {
    return (given.domain ? "domainname " : "hostname ") + safe(given.name);
  }
  string operator()(const IdentityGiven& given) const {
    std::vector<string> parts;
    for (const auto& each : given.changes) {
      if (each.times > 3)
        parts.push_back(fmt::format("{} capabilities {}", each.times, each.what));
      else
        parts.push_back(safe(each.what) + (each.value.empty() ? "" : " " + safe(each.value)));
    }
    return joined(parts);
  }
  string operator()(const Probed& probed) const {
    return fmt::format("asks what the kernel can do: {}, {}", probed.what, plural(step_.call_count, "probe"));
  }
  string operator()(const HandedOver& handed) const {
    return "execve " + command_line(handed.argv.empty() ? std::vector<string>{handed.path} : handed.argv);
  }
  string operator()(const CallsMade& calls) const {
    return calls.name + (calls.what.empty() ? "" : " " + safe(calls.what));
  }

 private:
  string process(uint32_t pid) const {
    if (around_.stages)
      for (const Stage& stage : *around_.stages)
        if (!stage.pids.empty() && stage.pids[0] == pid) return name_of(stage);
    return fmt::format("process {}", pid);
  }
  string place(const string& path) const { return short_path(path, around_); }
  string path(const Seen& seen) const { return seen.inside.empty() ? safe(place(seen.path)) : safe(seen.inside); }
  static string map(const string& text) {
    string one_line = text;
    std::ranges::replace(one_line, '\n', ',');
    return safe(one_line);
  }
  static string control_name(const string& file) {
    if (file.starts_with("/proc/sys/")) {
      string name = file.substr(10);
      std::ranges::replace(name, '/', '.');
      return safe(name);
    }
    return safe(last_part(file));
  }
  string with_options(const MountDone& done) const {
    return in_parentheses({joined(done.options, ","), safe(done.data)});
  }
  string bound(const MountDone& done) const;

  const Step& step_;
  const Around& around_;
};

// "/sys/fs/cgroup/*/web" for many of the kind.
string Words::bound(const MountDone& done) const {
  const auto& first = done.mounts[0];
  const string below = done.recursive ? ", with all below" : "";
  if (done.mounts.size() == 1) {
    if (first.source == first.target.path) return path(first.target) + " bound on itself" + below;
    return safe(place(first.source)) + " bound on " + path(first.target) + below;
  }
  const string folder = folder_of(first.target.shown());
  std::vector<string> names;
  string pattern;
  for (const auto& each : done.mounts) {
    const string name = last_part(each.target.shown());
    const size_t at = each.source.find("/" + name);
    string own = at == string::npos ? each.source
                                    : each.source.substr(0, at + 1) + "*" + each.source.substr(at + 1 + name.size());
    if (pattern.empty() && at != string::npos) pattern = own;
    names.push_back(safe(name) + (own == pattern ? "" : " <- " + safe(each.source)));
  }
  if (pattern.empty()) return joined(names) + " bound on " + safe(folder);
  return fmt::format("{} bound on {}: {}", safe(pattern), safe(folder == "/" ? "/*" : folder + "/*"), joined(names));
}

string Words::operator()(const MountDone& done) const {
  const Seen& target = done.mounts[0].target;
  std::vector<string> targets;
  for (const auto& each : done.mounts) targets.push_back(path(each.target));
  string text;
  switch (done.how) {
    case MountDone::How::kNew: {
      const string& source = done.mounts[0].source;
      text = safe(done.type) + (source.starts_with('/') ? " of " + safe(place(source)) : "") + " on " + path(target);
      text += with_options(done);
      break;
    }
    case MountDone::How::kBind: text = bound(done) + with_options(done); break;
    case MountDone::How::kRemount:
      text = joined(targets) + " now " + joined(done.options, ",") + in_parentheses({safe(done.data)});
      break;
    case MountDone::How::kMove: text = safe(place(done.mounts[0].source)) + " moved to " + path(target); break;
    case MountDone::How::kPropagation:
      return joined(targets) + (done.recursive ? " and all below" : "") + " made " + (done.recursive ? "r" : "") +
             done.propagation;
    case MountDone::How::kUnmount: return joined(targets) + (done.lazily ? " detached" : " unmounted");
  }
  if (!done.propagation.empty()) text += ", made " + done.propagation;
  return text;
}

string Words::operator()(const PathsMasked& masked) const {
  std::vector<string> null, empty, read_only, missing;
  for (const auto& each : masked.paths) {
    const string name = path(each.path);
    if (each.error)
      missing.push_back(name);
    else if (each.with == PathsMasked::With::kDevNull)
      null.push_back(name);
    else if (each.with == PathsMasked::With::kEmptyFolder)
      empty.push_back(name);
    else
      read_only.push_back(name);
  }
  std::vector<string> parts;
  if (!read_only.empty()) parts.push_back("read-only: " + joined(read_only));
  if (!null.empty()) parts.push_back(joined(null) + " <- /dev/null");
  if (!empty.empty()) parts.push_back(joined(empty) + " <- an empty folder");
  if (!missing.empty()) parts.push_back(fmt::format("{} not here: normal ({})", missing.size(), joined(missing)));
  return joined(parts, "; ");
}

}  // namespace

string name_of(const Stage& stage) {
  const string& word = stage.own_word.empty() ? stage.program : stage.own_word;
  return fmt::format("{}{}{}", safe(word), word.empty() ? "" : " ",
                     stage.pids.empty() ? stage.task.tid : stage.pids[0]);
}

string command_line(const std::vector<string>& argv) {
  string line;
  for (const string& word : argv) {
    const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$`|&;()<>*?#~!{}") == string::npos;
    string quoted = word;
    for (size_t at = 0; !plain && (at = quoted.find('\'', at)) != string::npos; at += 4) quoted.replace(at, 1, "'\\''");
    line += (line.empty() ? "" : " ") + (plain ? safe(word) : "'" + safe(quoted) + "'");
  }
  return line;
}

string short_path(const string& path, const Around& around) {
  if (is_below(path, around.bundle)) return "<bundle>" + path.substr(around.bundle.size());
  if (is_below(path, around.rootfs)) return "<rootfs>" + path.substr(around.rootfs.size());
  return path;
}

string duration_text(uint64_t ns) {
  if (ns < 1'000'000'000) return fmt::format("{:.1f} ms", static_cast<double>(ns) / 1e6);
  return fmt::format("{:.1f} s", static_cast<double>(ns) / 1e9);
}

string words_of(const Step& step, const Around& around) {
  string text = std::visit(Words(step, around), step.facts);
  if (!step.error) return text;
  const ErrorName error = error_name(step.error);
  return text +
         fmt::format(": failed: {} ({})", error.name.empty() ? std::to_string(step.error) : error.name, error.text);
}

}  // namespace cttrace
