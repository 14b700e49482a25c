// Rules on devices, limits of cgroups, and how the set-up went.
#include <fmt/format.h>

#include <charconv>

#include "check/controls.h"
#include "check/evidence.h"
#include "check/masks.h"
#include "check/rule_kinds.h"

namespace cttrace {
namespace {

using Type = ParameterRow::Type;

// "c 1:3" is in "c 1:3", "c 1:*", "c *:*".
bool is_allowed(const DeviceFacts& device, const std::vector<std::string>& patterns) {
  const std::string type(1, device.block ? 'b' : 'c'), major = std::to_string(device.major),
                                                       minor = std::to_string(device.minor);
  for (const std::string& first : {major, std::string("*")})
    for (const std::string& second : {minor, std::string("*")})
      if (std::ranges::find(patterns, fmt::format("{} {}:{}", type, first, second)) != patterns.end()) return true;
  return false;
}

// Nodes that every devtmpfs has by these names: drivers/char/mem.c, drivers/tty/tty_io.c.
struct KnownNode {
  std::string_view name;
  uint32_t major, minor;
};
constexpr KnownNode kKnownNodes[] = {{"/null", 1, 3},    {"/zero", 1, 5}, {"/full", 1, 7},    {"/random", 1, 8},
                                     {"/urandom", 1, 9}, {"/tty", 5, 0},  {"/console", 5, 1}, {"/ptmx", 5, 2}};

// A mask, a node that is judged as a device, or one that is allowed: otherwise it is not known what a mount brings.
bool is_known_node(const Judging& judging, const MountFacts& mount, const std::vector<std::string>& within) {
  if (judging.handed.devices.contains(mount.path)) return true;
  const auto node = std::ranges::find(kKnownNodes, mount.source_path, &KnownNode::name);
  if (node == std::end(kKnownNodes)) return false;
  return is_a_mask(judging.container, mount) || is_allowed({.major = node->major, .minor = node->minor}, within);
}

void judge_devtmpfs(Judging& judging, const MountFacts& mount) {
  const bool whole = mount.source_path == "/";
  const std::string message =
      whole ? mount.path + " is the host's devtmpfs: all its devices are there"
            : fmt::format("{} is {} of the host's devtmpfs: the devices there need not be in the container", mount.path,
                          mount.source_path);
  Finding& finding = judging.broken(mount.path, message);
  finding.expected = "devices of its own", finding.found = whole ? "devtmpfs" : mount.source_path + " of devtmpfs";
  finding.events = events_of(mount);
}

void judge_devices(Judging& judging) {
  const std::vector<MountFacts>* const mounts = judging.mounts();
  const std::vector<std::string>& within = judging.parameters.list("within");
  for (const auto& [path, device] : judging.handed.devices) {
    if (is_allowed(device, within)) continue;
    Finding& finding = judging.broken(path, fmt::format("{} is a device that the container need not have", path));
    finding.expected = "not there";
    finding.found = fmt::format("{} {}:{}", device.block ? 'b' : 'c', device.major, device.minor);
    if (device.permissions.known()) finding.found += fmt::format(", mode {:04o}", device.permissions.value & 07777);
    if (device.made_by) finding.events = {device.made_by};
  }
  if (!mounts) return;
  for (const MountFacts& mount : *mounts)
    if (mount.filesystem == "devtmpfs" && !mount.hidden && !is_known_node(judging, mount, within))
      judge_devtmpfs(judging, mount);
  judging.holds(fmt::format("its {} devices are within the list", judging.handed.devices.size()));
}

struct Limit {
  std::string_view name;
  std::string_view words;
  std::string_view cgroup2, cgroup1;  // the file's name
};
constexpr Limit kLimits[] = {{"memory", "its memory is", "memory.max", "memory.limit_in_bytes"},
                             {"pids", "the number of its processes is", "pids.max", "pids.max"},
                             {"cpu", "its processor time is", "cpu.max", "cpu.cfs_quota_us"}};

void judge_limits(Judging& judging) {
  if (judging.container.kind == ContainerFacts::Kind::kEntry) return judging.holds("limits are the container's");
  if (const std::string more = what_is_left_out<ControlsWritten>(judging.container); !more.empty())
    return judging.cannot_judge("cgroup", more + ": what was written last may be among them");
  for (const Limit& limit : kLimits) {
    if (!judging.parameters.lists_has("of", limit.name)) continue;
    const CgroupFacts::Control* const written =
        last_written(judging.handed.cgroup.controls, fmt::format("{}|{}", limit.cgroup2, limit.cgroup1));
    if (written && !is_no_limit(written->value)) continue;
    const std::string why = written ? fmt::format("{} was written to {} last", written->value, control_name(*written))
                            : limit.cgroup2 == limit.cgroup1
                                ? fmt::format("no {} was written", limit.cgroup2)
                                : fmt::format("neither {} nor {} was written", limit.cgroup2, limit.cgroup1);
    Finding& finding = judging.broken(std::string(limit.name), fmt::format("{} not limited: {}", limit.words, why));
    finding.expected = "a limit", finding.found = written ? written->value : "none";
    if (written) finding.events = {written->event};
  }
  judging.holds("limits are set: " + joined(judging.parameters.list("of")));
}

void judge_failures(Judging& judging) {
  if (judging.container.steps_dropped)
    judging.cannot_judge("steps", "more steps than what is kept were made: what failed in them is not known");
  size_t normal = 0;
  for (const FailureFacts& failure : judging.container.failures) {
    const std::string error = errno_name(failure.error);
    if (failure.normal || judging.parameters.lists_has("except", failure.call + ":" + error)) {
      ++normal;
      continue;
    }
    Finding& finding = judging.broken(
        failure.call,
        fmt::format("{}{} failed with {}{}, which is not normal", failure.call,
                    failure.what.empty() ? "" : " (" + failure.what + ")", error, failure.denied ? ", by seccomp" : ""),
        Consequence::kEqual);
    finding.expected = "no failure but normal ones", finding.found = error;
    finding.events = {failure.event};
  }
  judging.holds(fmt::format("nothing failed that is not normal; {} normal failures", normal));
}

}  // namespace

std::vector<RuleKind> set_up_rules() {
  return {
      {"devices",
       "Its devices are within a list",
       "Device nodes that were made, bound or given away while tracing, and what is mounted of devtmpfs. Those that "
       "are "
       "in the image are not seen.",
       {{Type::kList, "within", true, "devices that it may have: \"c 1:3\", \"c 136:*\"", {}, WordForm::kDevice}},
       judge_devices},
      {"limited",
       "Its resources are limited",
       "A container without limits can take all of the host's memory or processes.",
       {{Type::kList, "of", true, "which resources", "memory|pids|cpu"}},
       judge_limits},
      {"failures",
       "No call failed but those whose failure is normal",
       "What failed and is not in the table of normal failures deserves a look: docs/normal-failures.md.",
       {{Type::kList, "except", false, "failures that are let pass: \"mount:EPERM\"", {}, WordForm::kFailure}},
       judge_failures},
  };
}

}  // namespace cttrace
