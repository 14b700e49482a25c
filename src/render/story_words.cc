// What a step is called by kind.
#include "render/story_words.h"

#include <fmt/format.h>
#include <linux/sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>

#include "base/escape.h"
#include "base/paths.h"
#include "cttrace/namespace.h"
#include "render/columns.h"
#include "render/completeness.h"
#include "render/place_words.h"
#include "render/values.h"

namespace cttrace {
namespace {

using std::string;

constexpr size_t kFewValues = 12;

// Extents in a row: "0 100000 65536" stays, each in its own line becomes one.
string map_text(const string& map) {
  string one_line = map;
  std::ranges::replace(one_line, '\n', ',');
  return safe(one_line);
}

// "cpuset.cpus"; a sysctl has the name that sysctl(8) has for it.
string control_name(const string& file) {
  constexpr std::string_view kSysctls = "/proc/sys/";
  if (!file.starts_with(kSysctls)) return safe(last_part(file));
  string name = file.substr(kSysctls.size());
  std::ranges::replace(name, '/', '.');
  return safe(name);
}

string device_text(const DevicesMade::One& node, const Around& around) {
  const char type = S_ISCHR(node.mode) ? 'c' : S_ISBLK(node.mode) ? 'b' : '\0';
  if (!type) return shown(node.path, around);
  return kept_together(fmt::format("{} {} {}:{}", shown(node.path, around), type, node.major, node.minor));
}

// " (mode 0666, owner 0:5)"; the mode is what was asked for.
string rights_of(const DevicesMade::One& node) {
  string text = " (mode ";
  for (int shift = 9; shift >= 0; shift -= 3) text += static_cast<char>('0' + ((node.mode >> shift) & 7));
  if (node.uid && node.gid) text += fmt::format(", owner {}:{}", *node.uid, *node.gid);
  return text + ")";
}

string how_made(uint64_t flags, const string& cgroup) {
  std::vector<string> words;
  if (flags & CLONE_PARENT) words.push_back("as its sibling");
  if (flags & CLONE_VFORK) words.push_back("vfork");
  if (!cgroup.empty())
    words.push_back("into cgroup " + safe(cgroup) + " at once");
  else if (flags & CLONE_INTO_CGROUP)
    words.push_back("into another cgroup at once");
  return in_parentheses(std::move(words));
}

// " with new user, mnt": which namespaces a process was to get.
string with_new(uint64_t flags) {
  std::vector<string> names;
  for (const NamespaceType& type : namespace_types_from({CLONE_NEWUSER}))
    if (flags & type.flag) names.push_back(type.name());
  return names.empty() ? "" : " with new " + listed(names);
}

// "maps the users, makes the namespaces and becomes the program".
string roles_text(const std::vector<std::string_view>& roles) {
  string text;
  for (size_t i = 0; i < roles.size(); ++i)
    text += (i == 0 ? "" : i + 1 == roles.size() ? " and " : ", ") + string(roles[i]);
  return text;
}

class Words {
 public:
  Words(const Step& step, const Around& around) : step_(step), around_(around) {}

  string operator()(const ProgramRun& run) const {
    if (step_.error) return shortened(wanted(run), around_.limit);
    const string line =
        shortened(command_line(run.argv.empty() ? std::vector<string>{run.path} : run.argv, around_), around_.limit);
    return run.itself ? "executes itself again: " + line : line;
  }
  string operator()(const ProcessMade& made) const {
    const auto& stages = *around_.stages;
    const auto child = std::ranges::find_if(stages, [&](const Stage& stage) {
      return made.tid && !stage.pids.empty() && stage.pids[0] == made.tid && stage.made_by == step_.stage;
    });
    if (child == stages.end()) return step_.error ? "a new process" + with_new(made.flags) : string();
    string roles = roles_text(child->roles);
    return "makes " + name_of(*child) + how_made(made.flags, child->cgroup) + (roles.empty() ? "" : ", which " + roles);
  }
  string operator()(const SelfProtected& self) const {
    return self.how == SelfProtected::How::kReadOnlyBind
               ? "protects its executable: binds it read-only, detaches that, executes it from there"
               : "protects its executable: executes a sealed copy in memory";
  }
  string operator()(const MapsWritten& maps) const {
    std::vector<string> parts;
    if (!maps.setgroups.empty()) parts.push_back("setgroups " + safe(maps.setgroups));
    if (!maps.uids.empty()) parts.push_back("uids " + map_text(maps.uids));
    if (!maps.gids.empty()) parts.push_back("gids " + map_text(maps.gids));
    const bool counts = !maps.uids.empty() || !maps.gids.empty();
    return fmt::format("{}{}", fmt::join(parts, "; "), counts ? " (inside outside count)" : "") +
           (maps.pid ? ", for " + name_of(maps.pid, around_) : "");
  }
  string operator()(const NamespacesChanged& changed) const {
    std::vector<string> names;
    for (const auto& each : changed.namespaces) {
      const char* name = namespace_name(each.type);
      names.push_back(name ? name : "?");
      if (each.inode) names.back() += kNoBreak + std::to_string(each.inode);
    }
    const string by = changed.by.empty() ? "" : " by " + shown(changed.by, around_);
    if (names.empty()) names.push_back("what is not known");
    return (changed.made ? "new " : "joins ") + listed(names) + by;
  }
  string operator()(const CgroupJoined& joined) const {
    std::vector<std::pair<string, std::vector<string>>> paths;
    for (const auto& each : joined.cgroups) {
      const string path(each.cgroup.empty() ? folder_of(each.file) : each.cgroup);
      auto found = std::ranges::find(paths, path, &std::pair<string, std::vector<string>>::first);
      if (found == paths.end()) found = paths.insert(found, {path, {}});
      if (!each.hierarchy.empty()) found->second.push_back(safe(each.hierarchy));
    }
    std::vector<string> parts;
    for (const auto& [path, hierarchies] : paths)
      parts.push_back(shown(path, around_) + (hierarchies.empty() ? "" : " of " + listed(hierarchies)));
    const string who = joined.pid ? name_of(joined.pid, around_) : "itself";
    return fmt::format("{} into {}", who, fmt::join(parts, "; "));
  }
  string operator()(const ControlsWritten& controls) const {
    std::vector<string> parts;
    string file;
    for (size_t i = 0; i < controls.writes.size();) {
      const auto& each = controls.writes[i];
      size_t end = i + 1;
      while (end < controls.writes.size() && controls.writes[end].file == each.file &&
             controls.writes[end].value == each.value)
        ++end;
      string value = kept_together(safe(control_value(each.file, each.value)));
      if (end - i > 1) value += kept_together(fmt::format(" ({} times)", end - i));
      parts.push_back(each.file == file ? value : control_name(each.file) + " = " + value);
      file = each.file;
      i = end;
    }
    const string where = elsewhere(controls.writes[0].file);
    if (parts.size() <= kFewValues + 1) return listed(parts) + where;
    const size_t more = parts.size() - kFewValues;
    parts.resize(kFewValues);
    return listed(parts) + fmt::format(" and {} more", more) + where;
  }
  string operator()(const MountDone& done) const { return words_of(done, around_); }
  string operator()(const DevicesMade& made) const {
    const auto& first = made.nodes[0];
    if (S_ISFIFO(first.mode)) return "fifo " + shown(first.path, around_);
    std::vector<string> names;
    string rights = rights_of(first);
    for (size_t i = 0; i < made.nodes.size(); ++i) {
      names.push_back(device_text(made.nodes[i], around_));
      const bool is_last = i + 1 == made.nodes.size();
      string next = is_last ? string() : rights_of(made.nodes[i + 1]);
      if (next != rights) names.back() += rights;  // said once of all that have the same
      rights = std::move(next);
    }
    return listed(names);
  }
  string operator()(const RootSwitched& switched) const {
    const string root = shown(switched.new_root_path, around_);
    const string& elsewhere = switched.in_other_namespace;
    if (!elsewhere.empty())
      return "chroot(\"" + safe(switched.new_root) + "\"): " + (elsewhere == "/" ? "the root" : safe(elsewhere)) +
             " of another mount namespace becomes /";
    if (switched.how == RootSwitched::How::kChroot && switched.new_root_path == "/")
      return "chroot(\"" + safe(switched.new_root) + "\"): what lies on / becomes /";
    if (switched.how == RootSwitched::How::kChroot)
      return "chroot(\"" + safe(switched.new_root) + "\"): " + root + " becomes /";
    string text = fmt::format("pivot_root(\"{}\", \"{}\"): {} becomes /; the old root ", safe(switched.new_root),
                              safe(switched.put_old), root);
    text += switched.new_root_path == switched.put_old_path ? "lies on it"
                                                            : "goes to " + shown(switched.put_old_path, around_);
    if (!switched.old_root_made.empty()) text += ", is made " + safe(switched.old_root_made);
    if (switched.old_root_detached)
      text += fmt::format(", is detached {} later: gone", duration_text(switched.detached_after_ns));
    return text;
  }
  string operator()(const PathsMasked& masked) const { return words_of(masked, around_); }
  string operator()(const NameGiven& given) const {
    return (given.domain ? "domainname " : "hostname ") + (given.name.empty() ? "''" : safe(given.name));
  }
  string operator()(const IdentityGiven& given) const { return words_of(given, around_); }
  string operator()(const Probed& probed) const {
    return fmt::format("asks what the kernel can do ({}, {})", safe(probed.what), plural(step_.call_count, "probe"));
  }
  string operator()(const HandedOver& handed) const {
    string text = handed.itself ? "no other program: goes on itself" : "execve";
    const std::vector<string> words = handed.argv.empty() ? std::vector<string>{handed.path} : handed.argv;
    if (!handed.itself || !words[0].empty()) text += (handed.itself ? " as " : " ") + command_line(words, around_);
    text += fmt::format(": uid {}, gid {}", handed.uid, handed.gid);
    if (handed.uid != handed.host_uid || handed.gid != handed.host_gid)
      text += fmt::format(" ({}, {} outside{})", handed.host_uid, handed.host_gid, unmapped(handed));
    text += fmt::format("; {} of {} capabilities", std::popcount(handed.capabilities),
                        flag_set("capabilities")->values.size());
    if (handed.no_new_privs) text += "; no_new_privs";
    if (handed.seccomp_mode == 0) return text + "; no seccomp filter";
    if (handed.seccomp_mode == 1) return text + "; seccomp strict";
    return text + "; " +
           (handed.seccomp_filters ? plural(*handed.seccomp_filters, "seccomp filter") : "seccomp filters");
  }
  string operator()(const CallMade& call) const {
    const string what = call.what.empty() ? "" : " (" + shown(call.what, around_) + ")";
    return call.name + (call.about.empty() ? "" : " " + shown(call.about, around_)) + what;
  }

 private:
  static string unmapped(const HandedOver& handed) {
    if (handed.uid_is_mapped) return handed.gid_is_mapped ? "" : ": the gid is not mapped";
    return handed.gid_is_mapped ? ": the uid is not mapped" : ": not mapped";
  }

  // A program that could not be executed: which file it is says more than what it calls itself.
  string wanted(const ProgramRun& run) const {
    const bool not_read = run.path.empty() && !run.given;
    // The last place that it was looked for in is no more its place than the others.
    const bool searched = step_.call_count > 1;
    const string path(searched ? last_part(run.path) : run.path);
    const string file = not_read ? "a path that could not be read" : command_line({path}, around_);
    const string others = searched ? fmt::format(", looked for along PATH ({} calls)", step_.call_count) : string();
    if (run.argv.empty()) return "execve " + file + others;
    if (last_part(run.argv[0]) != last_part(run.path))
      return "execve " + file + " (as " + command_line(run.argv, around_) + ")" + others;
    const string words = command_line({run.argv.begin() + 1, run.argv.end()}, around_);
    return "execve " + file + (words.empty() ? "" : " " + words) + others;
  }

  // " in /sys/fs/cgroup/pids/above" of a cgroup's file, where that is not the container's own cgroup.
  string elsewhere(const string& file) const {
    const string folder(folder_of(file));
    if (around_.cgroup.empty() || !folder.starts_with("/sys/fs/cgroup") || folder.ends_with(around_.cgroup)) return {};
    return " in " + shown(folder, around_);
  }

  const Step& step_;
  const Around& around_;
};

}  // namespace

string safe(std::string_view text) { return escape_for_terminal(text); }

string no_call_to_blame(const string& runtime, bool usual_ones_failed) {
  return fmt::format("no traced call failed{}: what {} has printed or logged may say why",
                     usual_ones_failed ? " but those that usually do" : "", runtime);
}

string program_name(const Runtime& runtime) {
  return safe(runtime.name) + (runtime.version.empty() ? "" : " " + safe(runtime.version));
}

string name_of(const Stage& stage) {
  const string& word = stage.name.empty() ? stage.program : stage.name;
  const string pid = std::to_string(stage.pids.empty() ? stage.task.tid : stage.pids[0]);
  return word.empty() ? pid : kept_together(safe(word) + " " + pid);
}

string name_of(uint32_t pid, const Around& around) {
  if (around.stages)
    for (const Stage& stage : *around.stages)
      if (!stage.pids.empty() && stage.pids[0] == pid) return name_of(stage);
  return fmt::format("process {}", pid);
}

string shown(const string& path, const Around& around) {
  const auto is_in = [&](const string& folder) { return folder.size() > 1 && is_below(path, folder); };
  const auto rest = [&](const string& folder) {
    return with_id_named(safe(path.substr(without_slash_at_end(folder).size())), around.id);
  };
  if (is_in(around.bundle)) return "<bundle>" + rest(around.bundle);
  if (is_in(around.rootfs)) return "<rootfs>" + rest(around.rootfs);
  return with_id_named(safe(path), around.id);
}

string shown(const Seen& seen, const Around& around) {
  // Before it becomes the root it has the name that it has there.
  const bool is_root = seen.inside == "/" && seen.path != "/";
  if (!seen.inside.empty() && !is_root) return safe(seen.inside);
  return shown(seen.path, around) + (seen.outside && seen.path != "/" ? " (outside)" : "");
}

string kept_together(string text) {
  std::ranges::replace(text, ' ', kNoBreak);
  return text;
}

string duration_text(uint64_t ns) {
  if (ns && ns < 1'000'000) return fmt::format("{:.2f} ms", static_cast<double>(ns) / 1e6);
  if (ns < 10'000'000'000) return fmt::format("{:.1f} ms", static_cast<double>(ns) / 1e6);
  return fmt::format("{:.1f} s", static_cast<double>(ns) / 1e9);
}

namespace {

// ENOENT is what execve says of a program that is there, too. Of one that is looked for, what is not there is the
// program.
string cause_of(const Step& step) {
  if (!step.cause.empty()) return ": " + safe(step.cause);
  const auto* run = std::get_if<ProgramRun>(&step.facts);
  const bool may_be_either = run && step.error == ENOENT && step.call_count <= 1 && run->given != "";
  return may_be_either ? ": the program, or its interpreter" : "";
}

}  // namespace

string words_of(const Step& step, const Around& around) {
  string text = std::visit(Words(step, around), step.facts);
  if (step.left_out) text += fmt::format("; and {} more, which are not listed", step.left_out);
  if (!step.error) return text;
  if (step.killed) return text + ": failed: SIGSYS from seccomp, and no result";
  const ErrorName error = error_name(step.error);
  text += fmt::format(": failed: {} ({}{})", error.name.empty() ? std::to_string(step.error) : error.name, error.text,
                      cause_of(step));
  if (step.denied) text += ", denied by seccomp";
  if (!step.message.empty()) text += ": " + safe(step.message);
  return text;
}

}  // namespace cttrace
