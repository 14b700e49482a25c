// Fields of an OCI configuration: process.
#include <fmt/format.h>
#include <sys/personality.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "check/evidence.h"
#include "check/oci_judging.h"
#include "render/identity_words.h"

namespace cttrace {
namespace {

using What = IdentityGiven::What;

void judge_terminal(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<bool> wanted = judging.flag(value, path);
  if (!wanted) return;
  if (!judging.handed.mounts.known()) return judging.cannot_judge(path, "its mounts are not known");
  const MountFacts* const console = judging.handed.mount_at("/dev/console");
  if ((console != nullptr) == *wanted)
    return judging.satisfied(path, *wanted ? "/dev/console is a terminal" : "there is no terminal on /dev/console",
                             console ? events_of(*console) : std::vector<EventNumber>());
  judging.broken(path, *wanted ? "no terminal is mounted on /dev/console" : "a terminal is mounted on /dev/console",
                 *wanted ? "a terminal" : "no terminal", *wanted ? "none" : "a terminal");
}

void judge_id(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<int64_t> wanted = judging.number(value, path);
  if (!wanted) return;
  const bool gid = path.ends_with("gid");
  const auto& ids = gid ? judging.handed.identity.gids : judging.handed.identity.uids;
  if (!ids.known()) return judging.cannot_judge(path, "it is not known");
  const auto inside = gid ? judging.handed.gid_inside(ids.value[1]) : judging.handed.uid_inside(ids.value[1]);
  const std::vector<EventNumber> events = events_of(judging.container, gid ? What::kGid : What::kUid);
  if (inside && *inside == *wanted) return judging.satisfied(path, fmt::format("it is {}", *wanted), events);
  const std::string found = inside ? std::to_string(*inside) : fmt::format("{} of the host", ids.value[1]);
  judging
      .broken(path, fmt::format("it is {} instead of {}", found, *wanted), std::to_string(*wanted), found,
              inside == 0u   ? Consequence::kWeaker
              : *wanted == 0 ? Consequence::kStronger
                             : Consequence::kEqual)
      .events = events;
}

void judge_groups(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_list(value, path)) return;
  std::vector<int64_t> wanted;
  for (const OciJson& each : value) {
    const std::optional<int64_t> group = judging.number(each, path);
    if (!group) return;
    wanted.push_back(*group);
  }
  const auto& groups = judging.handed.identity.groups;
  if (!groups.known()) return judging.cannot_judge(path, "its groups are not known");
  std::vector<int64_t> found;
  for (const uint32_t host : groups.value)
    found.push_back(judging.handed.gid_inside(host) ? int64_t{*judging.handed.gid_inside(host)} : -int64_t{host});
  for (std::vector<int64_t>* list : {&wanted, &found}) {
    std::ranges::sort(*list);
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  const std::vector<EventNumber> events = events_of(judging.container, What::kGroups);
  const std::string expected = fmt::format("{}", fmt::join(wanted, ", ")),
                    got = fmt::format("{}", fmt::join(found, ", "));
  if (wanted == found) return judging.satisfied(path, "they are " + (got.empty() ? "none" : got), events);
  const bool more = !std::ranges::includes(wanted, found);
  judging
      .broken(path, "its groups are " + (got.empty() ? "none" : got), expected.empty() ? "none" : expected, got,
              more ? Consequence::kWeaker : Consequence::kEqual)
      .events = events;
}

void judge_args(OciJudging& judging, const OciJson& value, const std::string& path) {
  const auto wanted = judging.texts(value, path);
  if (!wanted) return;
  const std::vector<EventNumber> events = {judging.container.last};
  if (judging.container.argv == *wanted) return judging.satisfied(path, "it is executed", events);
  judging.broken(path, "another command was executed", joined(*wanted, " "), joined(judging.container.argv, " "))
      .events = events;
}

void judge_cwd(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<std::string> wanted = judging.text(value, path);
  if (!wanted) return;
  const Fact<PlaceFacts>& cwd = judging.handed.cwd;
  if (!cwd.known()) return judging.cannot_judge(path, "the working directory is not known");
  if (cwd.value.inside == *wanted) return judging.satisfied(path, "it is " + *wanted);
  const std::string found = cwd.value.inside.empty() ? cwd.value.path + ", outside of the container" : cwd.value.inside;
  judging.broken(path, "the working directory is " + found, *wanted, found,
                 cwd.value.inside.empty() ? Consequence::kWeaker : Consequence::kEqual);
}

void judge_no_new_privs(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<bool> wanted = judging.flag(value, path);
  if (!wanted) return;
  const Fact<bool>& fact = judging.handed.identity.no_new_privs;
  if (!fact.known()) return judging.cannot_judge(path, "whether it is set is not known");
  const std::vector<EventNumber> events = events_of(judging.container, What::kNoNewPrivs);
  if (fact.value == *wanted) return judging.satisfied(path, *wanted ? "it is set" : "it is not set", events);
  judging
      .broken(path, *wanted ? "no_new_privs is not set: setuid programs give privileges" : "no_new_privs is set",
              *wanted ? "set" : "not set", *wanted ? "not set" : "set",
              *wanted ? Consequence::kWeaker : Consequence::kStronger)
      .events = events;
}

std::optional<uint32_t> resource_named(std::string_view name) {
  constexpr uint32_t kMost = 32;
  for (uint32_t resource = 0; resource < kMost; ++resource) {
    std::string known = "RLIMIT_" + limit_name(resource);
    std::ranges::transform(known, known.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (known == name) return resource;
  }
  return {};
}

void judge_limits(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_list(value, path)) return;
  const std::vector<EventNumber> events = events_of(judging.container, What::kLimit);
  for (const OciJson& each : value) {
    if (!judging.is_object(each, path)) continue;
    judging.check_keys(each, path, {"type", "soft", "hard"});
    const std::string type = text_in(each, "type");
    const std::string field = path + "[" + type + "]";
    const std::optional<uint32_t> resource = resource_named(type);
    const bool numbers = each.contains("soft") && each["soft"].is_number_integer() && each.contains("hard") &&
                         each["hard"].is_number_integer();
    if (!resource || !numbers) {
      judging.cannot_judge(field, resource ? "its limits are no numbers" : "there is no such limit");
      continue;
    }
    const Identity::Limit wanted = {.soft = each["soft"].get<uint64_t>(), .hard = each["hard"].get<uint64_t>()};
    const auto found = judging.handed.identity.limits.find(*resource);
    if (found == judging.handed.identity.limits.end()) {
      judging.broken(field, "it was not set", limit_words(*resource, wanted), "not set");
    } else if (found->second == wanted) {
      judging.satisfied(field, "it is " + limit_words(*resource, wanted), events);
    } else {
      judging
          .broken(field, "it is " + limit_words(*resource, found->second), limit_words(*resource, wanted),
                  limit_words(*resource, found->second))
          .events = events;
    }
  }
}

void judge_oom_score(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<int64_t> wanted = judging.number(value, path);
  if (!wanted) return;
  const Fact<int32_t>& fact = judging.handed.identity.oom_score_adj;
  judging.compare(path, {.value = std::to_string(fact.value), .evidence = fact.evidence}, std::to_string(*wanted),
                  events_of(judging.container, What::kOomScore));
}

void judge_label(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<std::string> wanted = judging.text(value, path);
  if (!wanted || wanted->empty()) return;
  const std::string& label = judging.handed.identity.label;
  const std::vector<EventNumber> events = events_of(judging.container, What::kLabel);
  if (label.find(*wanted) != label.npos) return judging.satisfied(path, "it was written", events);
  judging
      .broken(path, label.empty() ? "no label was written" : "another label was written", *wanted,
              label.empty() ? "none" : label, Consequence::kWeaker)
      .events = events;
}

}  // namespace

void judge_capability_set(OciJudging& judging, const OciJson& value, const std::string& path);

std::vector<OciField> oci_process_fields() {
  return {
      {"process.terminal", "a terminal on /dev/console", judge_terminal},
      {"process.consoleSize", "the size of a terminal is set by a call that is not traced", nullptr},
      {"process.user.uid", "the program's user", judge_id},
      {"process.user.gid", "the program's group", judge_id},
      {"process.user.additionalGids", "the program's other groups", judge_groups},
      {"process.user.umask", "umask is a call that is not traced", nullptr},
      {"process.user.username", "of other systems than Linux", nullptr},
      {"process.args", "the command", judge_args},
      {"process.commandLine", "of other systems than Linux", nullptr},
      {"process.env", "the environment is not recorded", nullptr},
      {"process.cwd", "the working directory", judge_cwd},
      {"process.capabilities.bounding", "the bounding set", judge_capability_set},
      {"process.capabilities.effective", "the effective set, as it was asked for", judge_capability_set},
      {"process.capabilities.permitted", "the permitted set, as it was asked for", judge_capability_set},
      {"process.capabilities.inheritable", "the inheritable set, as it was asked for", judge_capability_set},
      {"process.capabilities.ambient", "the ambient set, as it was asked for", judge_capability_set},
      {"process.rlimits", "limits of the process", judge_limits},
      {"process.noNewPrivileges", "no_new_privs", judge_no_new_privs},
      {"process.apparmorProfile", "the label that the program runs as", judge_label},
      {"process.selinuxLabel", "the label that the program runs as", judge_label},
      {"process.oomScoreAdj", "oom_score_adj", judge_oom_score},
      {"process.ioPriority", "ioprio_set is a call that is not traced", nullptr},
      {"process.scheduler", "sched_setattr is a call that is not traced", nullptr},
      {"process.execCPUAffinity", "sched_setaffinity is a call that is not traced", nullptr},
  };
}

}  // namespace cttrace
