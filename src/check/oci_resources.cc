// Fields of an OCI configuration: linux.resources and linux.cgroupsPath, by the files of the cgroup that were written.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "base/words.h"
#include "check/controls.h"
#include "check/evidence.h"
#include "check/oci_judging.h"

namespace cttrace {
namespace {

using Control = CgroupFacts::Control;

// Says so where what was written last may not be known.
bool is_all_known(OciJudging& judging, const std::string& path) {
  const std::string more = what_is_left_out<ControlsWritten>(judging.container);
  if (!more.empty()) judging.cannot_judge(path, more + ": what was written last may be among them");
  return more.empty();
}

// What is written for a value in cgroup v1 and v2: any of these, separated by `|`; empty: it has no such file.
struct Resource {
  std::string_view path;  // below linux.resources
  std::string_view file1, file2;
  // As v2 has it, by any way of conversion that runtimes use; nullptr: as v1 has it.
  std::vector<std::string> (*values2)(const OciJudging& judging, int64_t value);
};

using Values = std::vector<std::string>;

Values or_max(const OciJudging&, int64_t value) { return {value < 0 ? "max" : std::to_string(value)}; }

// Of memory and swap in v1, of swap alone in v2.
Values swap_alone(const OciJudging& judging, int64_t both) {
  const OciJson* const limit = judging.at("linux.resources.memory.limit");
  const int64_t memory = limit && limit->is_number_integer() ? limit->get<int64_t>() : 0;
  return or_max(judging, memory > 0 && both >= memory ? both - memory : both);
}

// [2, 262144] to [1, 10000]. A line, until runc 1.3.1 and crun 1.22; since then a curve, by which 1024 is 100.
Values weights_of_shares(const OciJudging&, int64_t shares) {
  constexpr int64_t kLeast = 2, kMost = 262144;
  if (shares <= 0) return {"0"};
  shares = std::clamp(shares, kLeast, kMost);
  const double log = std::log2(static_cast<double>(shares));
  const double curve = std::ceil(std::pow(10, (log * log + 125 * log) / 612.0 - 7.0 / 34.0));
  return {std::to_string(1 + (shares - kLeast) * 9999 / (kMost - kLeast)),
          std::to_string(shares == kLeast  ? 1
                         : shares == kMost ? 10000
                                           : static_cast<int64_t>(curve))};
}

// io.weight has another range than blkio.weight, and io.bfq.weight has that one's.
Values io_weights(const OciJudging&, int64_t weight) {
  constexpr int64_t kLeast = 10, kMost = 1000;
  const int64_t within = std::clamp(weight, kLeast, kMost);
  return {std::to_string(weight), std::to_string(1 + (within - kLeast) * 9999 / (kMost - kLeast))};
}

constexpr Resource kResources[] = {
    {"memory.limit", "memory.limit_in_bytes", "memory.max", or_max},
    {"memory.reservation", "memory.soft_limit_in_bytes", "memory.low", or_max},
    {"memory.swap", "memory.memsw.limit_in_bytes", "memory.swap.max", swap_alone},
    {"memory.kernel", "memory.kmem.limit_in_bytes", "", nullptr},
    {"memory.kernelTCP", "memory.kmem.tcp.limit_in_bytes", "", nullptr},
    {"memory.swappiness", "memory.swappiness", "", nullptr},
    {"cpu.shares", "cpu.shares", "cpu.weight", weights_of_shares},
    {"cpu.quota", "cpu.cfs_quota_us", "cpu.max", or_max},
    {"cpu.burst", "cpu.cfs_burst_us", "cpu.max.burst", nullptr},
    {"cpu.period", "cpu.cfs_period_us", "cpu.max", nullptr},
    {"cpu.realtimeRuntime", "cpu.rt_runtime_us", "", nullptr},
    {"cpu.realtimePeriod", "cpu.rt_period_us", "", nullptr},
    {"cpu.idle", "cpu.idle", "cpu.idle", nullptr},
    {"cpu.cpus", "cpuset.cpus", "cpuset.cpus", nullptr},
    {"cpu.mems", "cpuset.mems", "cpuset.mems", nullptr},
    {"pids.limit", "pids.max", "pids.max", or_max},
    {"network.classID", "net_cls.classid", "", nullptr},
    {"blockIO.weight", "blkio.weight|blkio.bfq.weight", "io.weight|io.bfq.weight", io_weights},
    {"blockIO.leafWeight", "blkio.leaf_weight", "", nullptr},
};

// A quota and a period are two words of one file in v2.
std::string_view part_of(const Control& control, std::string_view path) {
  const std::string_view value = control.value;
  if (control_name(control) != "cpu.max") return value;
  const size_t space = value.find(' ');
  if (path.ends_with("quota")) return value.substr(0, space);
  return space == value.npos ? "100000" : value.substr(space + 1);
}

// Whether it failed, where nothing came to be written.
bool was_tried(const OciJudging& judging, std::string_view names) {
  return std::ranges::any_of(judging.handed.cgroup.controls, [&](const Control& control) {
    return control.error && has_word(names, control_name(control), '|');
  });
}

void say_what_was_written(OciJudging& judging, const std::string& path, const std::string& wanted,
                          const std::string& names, const Control* written) {
  const std::string first = names.substr(0, names.find('|'));
  const std::string found = written                     ? written->value
                            : was_tried(judging, names) ? "writing failed"
                                                        : "nothing was written";
  const std::string message = written ? fmt::format("{} was written to {}", found, control_name(*written))
                              : was_tried(judging, names) ? fmt::format("writing {} failed", first)
                                                          : fmt::format("no {} was written", first);
  const bool unlimited = !is_no_limit(wanted) && (!written || is_no_limit(written->value));
  Finding& finding =
      judging.broken(path, message, wanted, found, unlimited ? Consequence::kWeaker : Consequence::kEqual);
  if (written) finding.events = {written->event};
}

void judge_resource(OciJudging& judging, const OciJson& value, const std::string& path) {
  const auto row = std::ranges::find(
      kResources, std::string_view(path).substr(std::string_view("linux.resources.").size()), &Resource::path);
  const std::optional<int64_t> number = value.is_string() ? std::nullopt : judging.number(value, path);
  if (!value.is_string() && !number) return;
  if (!is_all_known(judging, path)) return;
  const std::string wanted = number ? std::to_string(*number) : value.get<std::string>();
  const std::string names = fmt::format("{}|{}", row->file1, row->file2);
  const Control* const written = last_written(judging.handed.cgroup.controls, names);
  // Nothing, or no limit, is what is there without a step.
  const bool asks_for_nothing = number ? *number <= 0 || is_no_limit(wanted) : wanted.empty();
  if (!written && asks_for_nothing) return judging.satisfied(path, "it is not limited");
  if (!written) return say_what_was_written(judging, path, wanted, names, nullptr);
  const bool of_version_1 = has_word(row->file1, control_name(*written), '|');
  const Values expected = !of_version_1 && row->values2 && number ? row->values2(judging, *number) : Values{wanted};
  const std::string_view found = part_of(*written, path);
  const bool fits = std::ranges::any_of(expected, [&](const std::string& each) { return has_word(found, each, ' '); });
  if (fits || (is_no_limit(wanted) && is_no_limit(found)))
    return judging.satisfied(path, fmt::format("{} was written to {}", written->value, control_name(*written)),
                             {written->event});
  say_what_was_written(judging, path, wanted, names, written);
}

// "c 10:200 rwm", as devices.allow has it.
std::string device_line(const OciJson& rule) {
  const auto number = [&](const char* key) {
    return rule.contains(key) && rule[key].is_number_integer() && rule[key].get<int64_t>() >= 0
               ? std::to_string(rule[key].get<int64_t>())
               : std::string("*");
  };
  const std::string type = rule.contains("type") && rule["type"].is_string() ? rule["type"].get<std::string>() : "a";
  const std::string access =
      rule.contains("access") && rule["access"].is_string() ? rule["access"].get<std::string>() : "rwm";
  return fmt::format("{} {}:{} {}", type, number("major"), number("minor"), access);
}

void judge_device_rules(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_list(value, path)) return;
  const auto& controls = judging.handed.cgroup.controls;
  const bool has_files = std::ranges::any_of(controls, [](const Control& control) {
    return control_name(control) == "devices.allow" || control_name(control) == "devices.deny";
  });
  // cgroup v2 has a BPF program instead.
  if (!has_files) return judging.not_visible(path, "rules of devices are a BPF program, which is not recorded");
  for (const OciJson& rule : value) {
    if (!judging.is_object(rule, path)) continue;
    judging.check_keys(rule, path, {"allow", "type", "major", "minor", "access"});
    const bool allow = rule.contains("allow") && rule["allow"] == true;
    const std::string line = device_line(rule), field = path + "[" + line + "]";
    const auto found = std::ranges::find_if(controls, [&](const Control& control) {
      if (control_name(control) != (allow ? "devices.allow" : "devices.deny")) return false;
      return control.value == line || (line.starts_with("a *:*") && control.value.starts_with('a'));
    });
    if (found != controls.end())
      judging.satisfied(field, fmt::format("it was written to {}", control_name(*found)), {found->event});
    else if (allow)
      judging.broken(field, "it was not written to devices.allow", line, "nothing", Consequence::kStronger);
    else
      judging.satisfied(field, "all that is not allowed is denied");
  }
}

void judge_unified(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_object(value, path)) return;
  if (!is_all_known(judging, path)) return;
  for (const auto& [name, each] : value.items()) {
    const std::string field = path + "[" + name + "]";
    const std::optional<std::string> wanted = judging.text(each, field);
    if (!wanted) continue;
    const Control* const written = last_written(judging.handed.cgroup.controls, name);
    if (written && written->value == *wanted)
      judging.satisfied(field, "it was written", {written->event});
    else
      say_what_was_written(judging, field, *wanted, name, written);
  }
}

void judge_huge_pages(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_list(value, path)) return;
  if (!is_all_known(judging, path)) return;
  for (const OciJson& each : value) {
    if (!judging.is_object(each, path)) continue;
    judging.check_keys(each, path, {"pageSize", "limit"});
    const std::string size = text_in(each, "pageSize");
    const std::string field = path + "[" + size + "]";
    const auto limit = each.contains("limit") ? judging.number(each["limit"], field) : std::nullopt;
    if (!limit) continue;
    const std::string names = fmt::format("hugetlb.{0}.limit_in_bytes|hugetlb.{0}.max", size);
    const Control* const written = last_written(judging.handed.cgroup.controls, names);
    if (written && written->value == std::to_string(*limit))
      judging.satisfied(field, "it was written", {written->event});
    else
      say_what_was_written(judging, field, std::to_string(*limit), names, written);
  }
}

void judge_cgroups_path(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<std::string> wanted = judging.text(value, path);
  if (!wanted || wanted->empty()) return;
  const std::string& cgroup = judging.container.cgroup;
  if (cgroup.empty()) return judging.cannot_judge(path, "its cgroup is not known");
  // "slice:prefix:name" of systemd; a path may be below the runtime's own cgroup.
  std::string name = wanted->substr(wanted->rfind(':') + 1);
  const bool fits = name.size() < wanted->size()
                        ? cgroup.find(name) != cgroup.npos
                        : cgroup == name || cgroup.ends_with(name.starts_with('/') ? name : "/" + name);
  if (fits) return judging.satisfied(path, "it is " + cgroup, {judging.container.first});
  judging.broken(path, "its cgroup is " + cgroup, *wanted, cgroup);
}

}  // namespace

std::vector<OciField> oci_resource_fields() {
  std::vector<OciField> fields = {
      {"linux.cgroupsPath", "its cgroup", judge_cgroups_path},
      {"linux.resources.devices", "the devices that may be used", judge_device_rules},
      {"linux.resources.unified", "files of cgroup v2", judge_unified},
      {"linux.resources.hugepageLimits", "limits of huge pages", judge_huge_pages},
      {"linux.resources.network.priorities", "priorities show in no file that is judged", nullptr},
      {"linux.resources.rdma", "rdma limits are not judged", nullptr},
      {"linux.resources.memory.disableOOMKiller", "memory.oom_control is not judged", nullptr},
      {"linux.resources.memory.useHierarchy", "memory.use_hierarchy is not judged", nullptr},
      {"linux.resources.blockIO.weightDevice", "weights of single disks are not judged", nullptr},
      {"linux.resources.blockIO.throttleReadBpsDevice", "limits of single disks are not judged", nullptr},
      {"linux.resources.blockIO.throttleWriteBpsDevice", "limits of single disks are not judged", nullptr},
      {"linux.resources.blockIO.throttleReadIOPSDevice", "limits of single disks are not judged", nullptr},
      {"linux.resources.blockIO.throttleWriteIOPSDevice", "limits of single disks are not judged", nullptr},
      {"linux.resources.memory.checkBeforeUpdate", "it asks for nothing that lasts", nullptr},
  };
  static const std::vector<std::string> kPaths = [] {
    std::vector<std::string> paths;
    for (const Resource& row : kResources) paths.push_back("linux.resources." + std::string(row.path));
    return paths;
  }();
  for (const std::string& path : kPaths) fields.push_back({path, "a file of its cgroup", judge_resource});
  return fields;
}

}  // namespace cttrace
