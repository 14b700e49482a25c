// Resources as the files of cgroup v1 or v2 that they are written to.
#include <algorithm>

#include "plan/parts.h"

namespace cttrace::ctrun {
namespace {

using Writes = std::vector<std::pair<std::string, std::string>>;

// Making nodes is harmless, using them is not; the default devices, terminals, tun.
constexpr const char* kAlwaysAllowed[] = {"c *:* m",   "b *:* m",     "c 1:3 rwm", "c 1:8 rwm",
                                          "c 1:7 rwm", "c 5:0 rwm",   "c 1:5 rwm", "c 1:9 rwm",
                                          "c 5:1 rwm", "c 136:* rwm", "c 5:2 rwm", "c 10:200 rwm"};

std::string or_max(int64_t value) { return value < 0 ? "max" : std::to_string(value); }

// Where a v1 controller's files are, or empty where v2 has it.
std::string v1_folder(const Host& host, const std::vector<std::string>& folders, const std::string& controller) {
  for (size_t i = 0; i < folders.size(); ++i)
    if (host.hierarchies[i].has(controller)) return folders[i] + "/";
  return {};
}

std::string v2_folder(const Host& host, const std::vector<std::string>& folders) {
  for (size_t i = 0; i < folders.size(); ++i)
    if (host.hierarchies[i].unified) return folders[i] + "/";
  return {};
}

[[noreturn]] void no_controller(const std::string& controller) {
  throw Failure(Error{.what = "limit",
                      .subject = controller,
                      .why = "this host has no cgroup controller of that name",
                      .remedy = "leave linux.resources." + controller + " out"});
}

// Each takes the folder that has the controller.
void memory_v1(Writes& writes, const std::string& folder, const Resources& r) {
  // Whichever is lower must be written first, or the kernel refuses: a new cgroup has no limit, so memory is.
  if (r.memory_limit) writes.emplace_back(folder + "memory.limit_in_bytes", std::to_string(*r.memory_limit));
  if (r.memory_swap) writes.emplace_back(folder + "memory.memsw.limit_in_bytes", std::to_string(*r.memory_swap));
  if (r.memory_reservation)
    writes.emplace_back(folder + "memory.soft_limit_in_bytes", std::to_string(*r.memory_reservation));
  if (r.memory_swappiness) writes.emplace_back(folder + "memory.swappiness", std::to_string(*r.memory_swappiness));
  if (r.oom_killer_disabled.value_or(false)) writes.emplace_back(folder + "memory.oom_control", "1");
}

void memory_v2(Writes& writes, const std::string& folder, const Resources& r) {
  if (r.memory_limit) writes.emplace_back(folder + "memory.max", or_max(*r.memory_limit));
  if (r.memory_reservation) writes.emplace_back(folder + "memory.low", or_max(*r.memory_reservation));
  // v1's number has memory and swap together, v2's has swap alone.
  if (r.memory_swap)
    writes.emplace_back(folder + "memory.swap.max",
                        *r.memory_swap < 0 ? "max" : std::to_string(*r.memory_swap - r.memory_limit.value_or(0)));
}

void cpu_v1(Writes& writes, const std::string& folder, const Resources& r) {
  if (r.cpu_shares) writes.emplace_back(folder + "cpu.shares", std::to_string(*r.cpu_shares));
  if (r.cpu_period) writes.emplace_back(folder + "cpu.cfs_period_us", std::to_string(*r.cpu_period));
  if (r.cpu_quota) writes.emplace_back(folder + "cpu.cfs_quota_us", std::to_string(*r.cpu_quota));
}

void cpu_v2(Writes& writes, const std::string& folder, const Resources& r) {
  // 2..262144 to 1..10000, as every runtime converts them.
  if (r.cpu_shares)
    writes.emplace_back(folder + "cpu.weight",
                        std::to_string(1 + ((std::max<uint64_t>(*r.cpu_shares, 2) - 2) * 9999) / 262142));
  if (r.cpu_quota || r.cpu_period)
    writes.emplace_back(folder + "cpu.max",
                        or_max(r.cpu_quota.value_or(-1)) + " " + std::to_string(r.cpu_period.value_or(100000)));
}

}  // namespace

std::vector<std::string> cgroup_folders(const Host& host, const std::string& path, const std::string& id) {
  std::vector<std::string> folders;
  for (const Hierarchy& each : host.hierarchies) {
    const std::string own = each.own == "/" ? "" : each.own;
    if (path.empty())
      folders.push_back(each.mount_point + own + "/" + id);
    else
      folders.push_back(each.mount_point + (path[0] == '/' ? path : own + "/" + path));
  }
  return folders;
}

std::vector<std::pair<std::string, std::string>> resource_writes(const Host& host, const Resources& resources,
                                                                 const std::vector<std::string>& folders) {
  Writes writes;
  const std::string v2 = v2_folder(host, folders);
  using Writer = void (*)(Writes&, const std::string&, const Resources&);
  const auto write = [&](const std::string& controller, bool wanted, Writer v1_writer, Writer v2_writer) {
    if (!wanted) return;
    const auto& known = host.unified_controllers;
    if (const std::string v1 = v1_folder(host, folders, controller); !v1.empty())
      v1_writer(writes, v1, resources);
    else if (!v2.empty() && std::find(known.begin(), known.end(), controller) != known.end())
      v2_writer(writes, v2, resources);
    else
      no_controller(controller);
  };
  const Resources& r = resources;
  write("memory", r.memory_limit || r.memory_reservation || r.memory_swap, memory_v1, memory_v2);
  write("cpu", r.cpu_shares || r.cpu_period || r.cpu_quota, cpu_v1, cpu_v2);
  const Writer cpuset = [](Writes& to, const std::string& folder, const Resources& from) {
    if (!from.cpus.empty()) to.emplace_back(folder + "cpuset.cpus", from.cpus);
    if (!from.mems.empty()) to.emplace_back(folder + "cpuset.mems", from.mems);
  };
  write("cpuset", !r.cpus.empty() || !r.mems.empty(), cpuset, cpuset);
  const Writer pids = [](Writes& to, const std::string& folder, const Resources& from) {
    to.emplace_back(folder + "pids.max", or_max(*from.pids_limit));
  };
  write("pids", r.pids_limit.has_value(), pids, pids);
  if (const std::string devices = v1_folder(host, folders, "devices"); !devices.empty() && !r.devices.empty()) {
    for (const DeviceRule& rule : r.devices)
      writes.emplace_back(devices + (rule.allow ? "devices.allow" : "devices.deny"), rule.rule);
    for (const char* rule : kAlwaysAllowed) writes.emplace_back(devices + "devices.allow", rule);
  }
  if (!r.unified.empty() && v2.empty()) no_controller("unified");
  for (const auto& [file, value] : r.unified) writes.emplace_back(v2 + file, value);
  return writes;
}

}  // namespace cttrace::ctrun
