// Fields of an OCI configuration: hooks, what no tracer sees, and what nobody asked for.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "base/paths.h"
#include "check/evidence.h"
#include "check/masks.h"
#include "check/oci_judging.h"
#include "render/identity_words.h"
#include "render/mount_words.h"

namespace cttrace {
namespace {

// What was given may be a link to where the executable is: /bin/sh.
bool ran(const ProgramRun& run, const std::string& program) { return run.path == program || run.given == program; }

void judge_hooks(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_list(value, path)) return;
  for (const OciJson& hook : value) {
    if (!judging.is_object(hook, path)) continue;
    judging.check_keys(hook, path, {"path", "args", "env", "timeout"});
    const std::string program = text_in(hook, "path");
    const std::string field = path + "[" + program + "]";
    std::vector<EventNumber> events;
    for (const Step& step : judging.container.steps)
      if (const auto* run = std::get_if<ProgramRun>(&step.facts); run && ran(*run, program) && !step.error)
        events.insert(events.end(), step.calls.begin(), step.calls.end());
    if (!events.empty())
      judging.satisfied(field, program + " was executed", events);
    else
      judging.broken(field, program + " was not executed", "executed", "not executed");
  }
}

// Where runtimes bring devices from, and what they mount without being asked.
constexpr std::array<std::string_view, 9> kOwn = {"/",        "/dev/console", "/dev/null",    "/dev/zero", "/dev/full",
                                                  "/dev/tty", "/dev/random",  "/dev/urandom", "/dev/ptmx"};
constexpr std::array<std::pair<uint32_t, uint32_t>, 8> kOwnDevices = {
    {{1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}, {5, 1}, {5, 2}}};

// Texts below `list` under `key`, or the texts themselves.
std::vector<std::string> paths_of(const OciJudging& judging, std::string_view list, const char* key) {
  std::vector<std::string> paths;
  const OciJson* const found = judging.at(list);
  if (!found || !found->is_array()) return paths;
  for (const OciJson& each : *found) {
    const OciJson* const text = !key ? &each : each.is_object() && each.contains(key) ? &each[key] : nullptr;
    if (text && text->is_string()) paths.emplace_back(without_slash_at_end(text->get_ref<const std::string&>()));
  }
  return paths;
}

// A mount of these brings more along: those below it.
std::vector<std::string> with_more_below(const OciJudging& judging) {
  std::vector<std::string> paths;
  const OciJson* const mounts = judging.at("mounts");
  if (!mounts || !mounts->is_array()) return paths;
  for (const OciJson& each : *mounts) {
    if (!each.is_object() || !each.contains("destination") || !each["destination"].is_string()) continue;
    const bool of_cgroups = each.value("type", OciJson()) == "cgroup";
    const bool recursive = each.contains("options") && each["options"].is_array() &&
                           std::ranges::find(each["options"], OciJson("rbind")) != each["options"].end();
    if (of_cgroups || recursive)
      paths.emplace_back(without_slash_at_end(each["destination"].get_ref<const std::string&>()));
  }
  return paths;
}

void judge_mounts(OciJudging& judging) {
  if (!judging.handed.mounts.known()) return;
  std::set<std::string> asked(kOwn.begin(), kOwn.end());
  for (const std::string& path : paths_of(judging, "mounts", "destination")) asked.insert(path);
  for (const std::string& path : paths_of(judging, "linux.devices", "path")) asked.insert(path);
  const std::vector<std::string> masked = paths_of(judging, "linux.maskedPaths", nullptr);
  const std::vector<std::string> read_only = paths_of(judging, "linux.readonlyPaths", nullptr);
  const std::vector<std::string> more = with_more_below(judging);
  for (const MountFacts& mount : judging.handed.mounts.value) {
    if (asked.contains(mount.path) ||
        std::ranges::any_of(more, [&](const std::string& top) { return is_below(mount.path, top); }))
      continue;
    const MaskFacts* const mask = mask_of(judging.container, mount.path);
    const bool hides = is_a_mask(judging.container, mount);
    const std::vector<std::string>& list = hides ? masked : read_only;
    if (std::ranges::find(list, mount.path) != list.end()) continue;
    const std::string what = mount.filesystem.empty() ? "a mount" : mount.filesystem;
    if (hides) {
      judging.unasked("linux.maskedPaths[" + mount.path + "]", mount.path + " is masked", what, Consequence::kStronger)
          .events = events_of(mount);
    } else if (mask) {
      judging
          .unasked("linux.readonlyPaths[" + mount.path + "]", mount.path + " is read-only", what,
                   Consequence::kStronger)
          .events = events_of(mount);
    } else {
      const bool is_hosts = mount.sharing.known() && mount.sharing.value.filesystem_outside;
      judging
          .unasked("mounts[" + mount.path + "]", what + " is mounted on " + mount.path, what,
                   is_hosts ? Consequence::kWeaker : Consequence::kEqual)
          .events = events_of(mount);
    }
  }
}

void judge_devices(OciJudging& judging) {
  const std::vector<std::string> asked = paths_of(judging, "linux.devices", "path");
  const std::vector<std::string> mounted = paths_of(judging, "mounts", "destination");
  for (const auto& [path, device] : judging.handed.devices) {
    const bool is_own =
        !device.block && (device.major == 136 ||
                          std::ranges::find(kOwnDevices, std::pair(device.major, device.minor)) != kOwnDevices.end());
    if (is_own || std::ranges::find(asked, path) != asked.end() || std::ranges::find(mounted, path) != mounted.end())
      continue;
    const std::string what = fmt::format("{} {}:{}", device.block ? 'b' : 'c', device.major, device.minor);
    Finding& finding =
        judging.unasked("linux.devices[" + path + "]", "there is a device " + path, what, Consequence::kWeaker);
    if (device.made_by) finding.events = {device.made_by};
  }
}

void judge_identity(OciJudging& judging) {
  const OciJson* const limits = judging.at("process.rlimits");
  for (const auto& [resource, limit] : judging.handed.identity.limits) {
    std::string name = "RLIMIT_" + limit_name(resource);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const bool asked = limits && limits->is_array() && std::ranges::any_of(*limits, [&](const OciJson& each) {
                         return each.is_object() && each.value("type", OciJson()) == name;
                       });
    if (!asked)
      judging.unasked("process.rlimits[" + name + "]", limit_words(resource, limit) + " was set",
                      limit_words(resource, limit), Consequence::kEqual);
  }
  const std::vector<EventNumber> filters = events_of(judging.container, IdentityGiven::What::kSeccomp);
  const Fact<uint32_t>& mode = judging.handed.identity.seccomp_mode;
  if (!judging.at("linux.seccomp") && !filters.empty() && mode.known() && mode.value == 2)
    judging.unasked("linux.seccomp", "there is a seccomp filter", "a filter", Consequence::kStronger).events = filters;
  const Fact<bool>& no_new_privs = judging.handed.identity.no_new_privs;
  const std::vector<EventNumber> set = events_of(judging.container, IdentityGiven::What::kNoNewPrivs);
  if (!judging.at("process.noNewPrivileges") && !set.empty() && no_new_privs.known() && no_new_privs.value)
    judging.unasked("process.noNewPrivileges", "no_new_privs is set", "set", Consequence::kStronger).events = set;
}

void judge_names(OciJudging& judging) {
  for (const Step& step : judging.container.steps) {
    const auto* given = std::get_if<NameGiven>(&step.facts);
    if (!given || step.error) continue;
    const char* const field = given->domain ? "domainname" : "hostname";
    if (!judging.at(field))
      judging.unasked(field, "it is " + given->name, given->name, Consequence::kEqual).events = step.calls;
  }
  const OciJson* const sysctls = judging.at("linux.sysctl");
  for (const auto& [file, value] : judging.handed.sysctls) {
    std::string name = file;
    std::ranges::replace(name, '/', '.');
    if (!sysctls || !sysctls->is_object() || !sysctls->contains(name))
      judging.unasked("linux.sysctl[" + name + "]", name + " was set to " + value, value, Consequence::kEqual);
  }
}

}  // namespace

void judge_unasked(OciJudging& judging) {
  judge_mounts(judging);
  judge_devices(judging);
  judge_identity(judging);
  judge_names(judging);
}

std::vector<OciField> oci_other_fields() {
  return {
      {"ociVersion", "it asks for nothing", nullptr},
      {"annotations", "they ask a runtime for what it likes", nullptr},
      {"hooks.prestart", "programs that are executed before the hand-over", judge_hooks},
      {"hooks.createRuntime", "programs that are executed before the hand-over", judge_hooks},
      {"hooks.createContainer", "programs that are executed before the hand-over", judge_hooks},
      {"hooks.startContainer", "programs that are executed before the hand-over", judge_hooks},
      {"hooks.poststart", "what happens after the hand-over is not judged", nullptr},
      {"hooks.poststop", "what happens after the hand-over is not judged", nullptr},
      {"solaris", "of other systems than Linux", nullptr},
      {"windows", "of other systems than Linux", nullptr},
      {"vm", "of virtual machines", nullptr},
      {"zos", "of other systems than Linux", nullptr},
  };
}

}  // namespace cttrace
