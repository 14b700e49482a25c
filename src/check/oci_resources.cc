// Fields of an OCI configuration: linux.resources and linux.cgroupsPath, by the files of the cgroup that were written.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "base/words.h"
#include "check/oci_judging.h"

namespace cttrace {
namespace {

using Control = CgroupFacts::Control;

// What is written for a value in cgroup v1 and v2: any of these, separated by `|`; empty: it has no such file.
struct Resource {
  std::string_view path;  // below linux.resources
  std::string_view file1, file2;
  std::string (*value2)(int64_t value);  // as v2 has it; nullptr: as v1 has it
};

std::string or_max(int64_t value) { return value < 0 ? "max" : std::to_string(value); }
std::string weight_of_shares(int64_t shares) {
  // runc and crun: [2, 262144] to [1, 10000]
  return std::to_string(shares <= 0 ? 0 : 1 + (shares - 2) * 9999 / 262142);
}

constexpr Resource kResources[] = {
    {"memory.limit", "memory.limit_in_bytes", "memory.max", or_max},
    {"memory.reservation", "memory.soft_limit_in_bytes", "memory.low", or_max},
    {"memory.swap", "memory.memsw.limit_in_bytes", "memory.swap.max", or_max},
    {"memory.kernel", "memory.kmem.limit_in_bytes", "", nullptr},
    {"memory.kernelTCP", "memory.kmem.tcp.limit_in_bytes", "", nullptr},
    {"memory.swappiness", "memory.swappiness", "", nullptr},
    {"cpu.shares", "cpu.shares", "cpu.weight", weight_of_shares},
    {"cpu.quota", "cpu.cfs_quota_us", "cpu.max", nullptr},
    {"cpu.burst", "cpu.cfs_burst_us", "cpu.max.burst", nullptr},
    {"cpu.period", "cpu.cfs_period_us", "cpu.max", nullptr},
    {"cpu.realtimeRuntime", "cpu.rt_runtime_us", "", nullptr},
    {"cpu.realtimePeriod", "cpu.rt_period_us", "", nullptr},
    {"cpu.idle", "cpu.idle", "cpu.idle", nullptr},
    {"cpu.cpus", "cpuset.cpus", "cpuset.cpus", nullptr},
    {"cpu.mems", "cpuset.mems", "cpuset.mems", nullptr},
    {"pids.limit", "pids.max", "pids.max", or_max},
    {"network.classID", "net_cls.classid", "", nullptr},
    {"blockIO.weight", "blkio.weight|blkio.bfq.weight", "io.weight|io.bfq.weight", nullptr},
    {"blockIO.leafWeight", "blkio.leaf_weight", "", nullptr},
};

std::string last_part(const std::string& file) { return file.substr(file.rfind('/') + 1); }

// Quotas and periods are two words of one file in v2.
void judge_resource(OciJudging& judging, const OciJson& value, const std::string& path) {
  const auto row = std::ranges::find(
      kResources, std::string_view(path).substr(std::string_view("linux.resources.").size()), &Resource::path);
  const bool is_text = value.is_string();
  if (!is_text && !judging.number(value, path)) return;
  const std::string wanted = is_text ? value.get<std::string>() : std::to_string(value.get<int64_t>());
  const Control* written = nullptr;
  for (const Control& control : judging.handed.cgroup.controls) {
    const std::string file = last_part(control.file);
    const bool of_version_1 = has_word(row->file1, file, '|');
    if (!of_version_1 && !has_word(row->file2, file, '|')) continue;
    written = &control;
    std::string expected = wanted;
    if (!of_version_1 && row->value2 && !is_text) expected = row->value2(value.get<int64_t>());
    const bool unlimited = !is_text && value.get<int64_t>() < 0 && (control.value == "max" || control.value == "-1");
    if (!control.error && (has_word(control.value, expected, ' ') || unlimited))
      return judging.satisfied(path, fmt::format("{} was written to {}", control.value, file), {control.event});
  }
  // Nothing, or no limit, is what is there without a step.
  const bool asks_for_nothing = is_text ? wanted.empty() : value.get<int64_t>() <= 0;
  if (!written && asks_for_nothing) return judging.satisfied(path, "it is not limited");
  const std::string found = !written ? "nothing was written" : written->error ? "writing failed" : written->value;
  Finding& finding =
      judging.broken(path,
                     written ? fmt::format("{} was written to {}", found, last_part(written->file))
                             : fmt::format("no {} was written", row->file1.substr(0, row->file1.find('|'))),
                     wanted, found, written ? Consequence::kEqual : Consequence::kWeaker);
  if (written) finding.events = {written->event};
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
    return last_part(control.file) == "devices.allow" || last_part(control.file) == "devices.deny";
  });
  // cgroup v2 has a BPF program instead.
  if (!has_files) return judging.not_visible(path, "rules of devices are a BPF program, which is not recorded");
  for (const OciJson& rule : value) {
    if (!judging.is_object(rule, path)) continue;
    judging.check_keys(rule, path, {"allow", "type", "major", "minor", "access"});
    const bool allow = rule.contains("allow") && rule["allow"] == true;
    const std::string line = device_line(rule), field = path + "[" + line + "]";
    const auto found = std::ranges::find_if(controls, [&](const Control& control) {
      const std::string file = last_part(control.file);
      if (file != (allow ? "devices.allow" : "devices.deny")) return false;
      return control.value == line || (line.starts_with("a *:*") && control.value.starts_with('a'));
    });
    if (found != controls.end())
      judging.satisfied(field, fmt::format("it was written to {}", last_part(found->file)), {found->event});
    else if (allow)
      judging.broken(field, "it was not written to devices.allow", line, "nothing", Consequence::kStronger);
    else
      judging.satisfied(field, "all that is not allowed is denied");
  }
}

void judge_unified(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_object(value, path)) return;
  for (const auto& [name, each] : value.items()) {
    const std::string field = path + "[" + name + "]";
    const std::optional<std::string> wanted = judging.text(each, field);
    if (!wanted) continue;
    const auto& controls = judging.handed.cgroup.controls;
    const auto found = std::find_if(controls.rbegin(), controls.rend(),
                                    [&name = name](const Control& control) { return last_part(control.file) == name; });
    if (found == controls.rend())
      judging.broken(field, "it was not written", *wanted, "nothing", Consequence::kWeaker);
    else if (found->value == *wanted && !found->error)
      judging.satisfied(field, "it was written", {found->event});
    else
      judging.broken(field, found->value + " was written", *wanted, found->value).events = {found->event};
  }
}

void judge_huge_pages(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_list(value, path)) return;
  for (const OciJson& each : value) {
    if (!judging.is_object(each, path)) continue;
    judging.check_keys(each, path, {"pageSize", "limit"});
    const std::string size = text_in(each, "pageSize");
    const std::string field = path + "[" + size + "]";
    const auto limit = each.contains("limit") ? judging.number(each["limit"], field) : std::nullopt;
    if (!limit) continue;
    const auto& controls = judging.handed.cgroup.controls;
    const auto found = std::ranges::find_if(controls, [&](const Control& control) {
      const std::string file = last_part(control.file);
      return file == "hugetlb." + size + ".limit_in_bytes" || file == "hugetlb." + size + ".max";
    });
    if (found == controls.end())
      judging.broken(field, "no limit was written", std::to_string(*limit), "nothing", Consequence::kWeaker);
    else if (found->value == std::to_string(*limit))
      judging.satisfied(field, "it was written", {found->event});
    else
      judging.broken(field, found->value + " was written", std::to_string(*limit), found->value).events = {
          found->event};
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
