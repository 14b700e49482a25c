// The configuration of runc's `spec`, which everybody knows.
#include "commands/example_config.h"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace cttrace::ctrun {
namespace {

using Json = nlohmann::ordered_json;

Json mount_row(const char* destination, const char* type, const char* source, std::vector<std::string> options) {
  Json row = {{"destination", destination}, {"type", type}, {"source", source}};
  if (!options.empty()) row["options"] = std::move(options);
  return row;
}

Json mounts(bool rootless) {
  Json rows = Json::array();
  rows.push_back(mount_row("/proc", "proc", "proc", {}));
  rows.push_back(mount_row("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}));
  // Group 5, tty, is not mapped in an ordinary user's namespace.
  std::vector<std::string> pts = {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"};
  if (!rootless) pts.emplace_back("gid=5");
  rows.push_back(mount_row("/dev/pts", "devpts", "devpts", pts));
  rows.push_back(mount_row("/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}));
  rows.push_back(mount_row("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}));
  rows.push_back(mount_row("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}));
  if (!rootless)
    rows.push_back(mount_row("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", "ro"}));
  return rows;
}

Json linux_part(bool rootless) {
  Json namespaces = Json::array();
  for (const char* type : {"pid", "network", "ipc", "uts", "mount"}) namespaces.push_back({{"type", type}});
  Json part;
  if (rootless) {
    namespaces.push_back({{"type", "user"}});
    part["uidMappings"] = Json::array({{{"containerID", 0}, {"hostID", geteuid()}, {"size", 1}}});
    part["gidMappings"] = Json::array({{{"containerID", 0}, {"hostID", getegid()}, {"size", 1}}});
  } else {
    part["resources"] = {{"devices", Json::array({{{"allow", false}, {"access", "rwm"}}})}};
  }
  part["namespaces"] = std::move(namespaces);
  part["maskedPaths"] = {"/proc/acpi",          "/proc/asound",     "/proc/kcore",       "/proc/keys",
                         "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
                         "/sys/firmware",       "/proc/scsi"};
  part["readonlyPaths"] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
  return part;
}

Json document(bool rootless) {
  const std::vector<std::string> capabilities = {"CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"};
  return {{"ociVersion", "1.0.2"},
          {"process",
           {{"terminal", true},
            {"user", {{"uid", 0}, {"gid", 0}}},
            {"args", {"sh"}},
            {"env", {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"}},
            {"cwd", "/"},
            {"capabilities",
             {{"bounding", capabilities},
              {"effective", capabilities},
              {"permitted", capabilities},
              {"ambient", capabilities}}},
            {"rlimits", Json::array({{{"type", "RLIMIT_NOFILE"}, {"hard", 1024}, {"soft", 1024}}})},
            {"noNewPrivileges", true}}},
          {"root", {{"path", "rootfs"}, {"readonly", true}}},
          {"hostname", "ctrun"},
          {"mounts", mounts(rootless)},
          {"linux", linux_part(rootless)}};
}

uint32_t id_of(std::string_view text, const std::string& user) {
  uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size())
    throw Failure(
        Error{.what = "use --user", .subject = user, .why = "it must be numbers: UID or UID:GID", .exit_status = 2});
  return id;
}

}  // namespace

std::string example_config(bool rootless) { return document(rootless).dump(2) + "\n"; }

std::string config_without_bundle(const Options& options) {
  Json config = document(geteuid() != 0);
  std::error_code failed;
  config["root"] = {{"path", std::filesystem::absolute(options.rootfs, failed).string()},
                    {"readonly", options.read_only}};
  config["hostname"] = options.hostname.empty() ? options.id : options.hostname;
  Json& process = config["process"];
  process["terminal"] = options.tty;
  process["rlimits"] = Json::array();
  if (!options.words.empty()) process["args"] = options.words;
  for (const std::string& each : options.env) process["env"].push_back(each);
  if (!options.cwd.empty()) process["cwd"] = options.cwd;
  if (!options.user.empty()) {
    const std::string_view user = options.user;
    const size_t colon = user.find(':');
    process["user"]["uid"] = id_of(user.substr(0, colon), options.user);
    process["user"]["gid"] = colon == std::string_view::npos ? 0 : id_of(user.substr(colon + 1), options.user);
  }
  return config.dump(2) + "\n";
}

}  // namespace cttrace::ctrun
