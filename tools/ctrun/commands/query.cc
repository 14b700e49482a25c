// What only asks: state, list, ps, spec, features, mistakes.
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "act/cgroup_tree.h"
#include "commands/commands.h"
#include "commands/example_config.h"
#include "config/names.h"
#include "version.h"

namespace cttrace::ctrun {
namespace {

using Json = nlohmann::ordered_json;

struct Found {
  ContainerState state = {};
  ContainerStatus status = ContainerStatus::kCreating;
};

Found find(const std::string& root, const std::string& id) {
  const StateFolder folder = StateFolder::open(root, id, false);
  const std::optional<ContainerState> state = folder.load();
  if (!state) return {ContainerState{.id = id}, ContainerStatus::kCreating};
  return {*state, status_of(folder, *state)};
}

std::vector<Found> find_all(const std::string& root) {
  std::vector<Found> all;
  std::error_code failed;
  std::set<std::string> ids;
  for (const auto& entry : std::filesystem::directory_iterator(root, failed))
    ids.insert(entry.path().filename().string());
  // Where there is no folder yet there is no container.
  if (failed && failed.value() != ENOENT) throw Failure(system_error("read", root, failed.value()));
  for (const std::string& id : ids) {
    try {
      all.push_back(find(root, id));
    } catch (const Failure&) {
      // It went meanwhile, or is no container's.
    }
  }
  return all;
}

pid_t shown_pid(const Found& found) { return found.status == ContainerStatus::kStopped ? 0 : found.state.pid; }

std::string column(std::string text, size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text + " ";
}

}  // namespace

int print_state(const Options& options) {
  const Found found = find(options.root, options.id);
  print(oci_state(found.state, status_name(found.status), shown_pid(found)) + "\n");
  return 0;
}

int list(const Options& options) {
  const std::vector<Found> all = find_all(options.root);
  std::string text;
  if (options.json) {
    Json rows = Json::array();
    for (const Found& each : all)
      rows.push_back(Json::parse(oci_state(each.state, status_name(each.status), shown_pid(each))));
    text = rows.dump() + "\n";
  } else if (options.quiet) {
    for (const Found& each : all) text += each.state.id + "\n";
  } else {
    size_t width = 11;
    for (const Found& each : all) width = std::max(width, each.state.id.size());
    text = column("ID", width) + column("PID", 10) + column("STATUS", 11) + "BUNDLE\n";
    for (const Found& each : all)
      text += column(each.state.id, width) + column(std::to_string(shown_pid(each)), 10) +
              column(status_name(each.status), 11) + each.state.bundle + "\n";
  }
  print(text);
  return 0;
}

int print_processes(const Options& options) {
  const Found found = find(options.root, options.id);
  std::set<pid_t> pids;
  for (const std::string& cgroup : found.state.cgroups)
    for (const pid_t pid : processes_in(cgroup)) pids.insert(pid);
  if (options.json) {
    print(Json(pids).dump() + "\n");
    return 0;
  }
  std::string text = "PID\n";
  for (const pid_t pid : pids) text += std::to_string(pid) + "\n";
  print(text);
  return 0;
}

int write_spec(const Options& options) {
  const std::string path = (options.bundle.empty() ? "" : options.bundle + "/") + "config.json";
  const Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file)
    throw Failure(errno == EEXIST ? Error{.code = EEXIST,
                                          .what = "write",
                                          .subject = path,
                                          .why = "it is there already",
                                          .remedy = "remove it first"}
                                  : system_error("write", path));
  if (const Status written = write_all(file.get(), example_config(options.rootless), path); !written)
    throw Failure(written.error());
  return 0;
}

int print_features() {
  Json namespaces = Json::array();
  for (const NamespaceKind& kind : namespace_kinds()) namespaces.push_back(kind.oci);
  Json capabilities = Json::array();
  for (int bit = 0; bit <= CAP_LAST_CAP; ++bit) capabilities.push_back(capabilities_text(1ULL << bit));
  const Json document = {
      {"ociVersionMin", "1.0.0"},
      {"ociVersionMax", "1.0.2"},
      {"hooks", {"prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"}},
      {"mountOptions",
       {"async",       "atime",      "bind",       "defaults", "dev",        "diratime",      "dirsync", "exec",
        "iversion",    "lazytime",   "loop",       "loud",     "mand",       "noatime",       "nodev",   "nodiratime",
        "noexec",      "noiversion", "nolazytime", "nomand",   "norelatime", "nostrictatime", "nosuid",  "nosymfollow",
        "private",     "rbind",      "relatime",   "remount",  "ro",         "rprivate",      "rshared", "rslave",
        "runbindable", "rw",         "shared",     "silent",   "slave",      "strictatime",   "suid",    "symfollow",
        "sync",        "unbindable"}},
      {"linux",
       {{"namespaces", std::move(namespaces)},
        {"capabilities", std::move(capabilities)},
        {"cgroup", {{"v1", true}, {"v2", true}, {"systemd", false}, {"systemdUser", false}}},
        {"seccomp",
         {{"enabled", true},
          {"actions",
           {"SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD",
            "SCMP_ACT_LOG", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP"}},
          {"operators",
           {"SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ",
            "SCMP_CMP_NE"}}}},
        {"apparmor", {{"enabled", true}}},
        {"selinux", {{"enabled", true}}}}},
      {"annotations", {{"org.cttrace.ctrun.version", kVersion}}}};
  print(document.dump(2) + "\n");
  return 0;
}

int print_mistakes() {
  std::string text;
  for (const MistakeRow& row : mistakes()) text += column(row.name, 23) + row.sentence + "\n";
  print(text);
  return 0;
}

}  // namespace cttrace::ctrun
