// Places and phases of steps.
#include "story/phases.h"

#include <sys/stat.h>

#include <algorithm>

#include "story/call.h"
#include "story/chains.h"

namespace cttrace {
namespace {

bool is_device_of_host(const MountDone::One& mount) {
  const std::string folder = folder_of(mount.target.shown());
  return mount.source.find("/dev/") != std::string::npos && last_part(mount.source) == last_part(mount.target.path) &&
         folder == "/dev" && last_part(folder_of(mount.source)) == "dev";
}

Phase phase_of(const MountDone& done, bool before_switch, bool switches) {
  const Seen& target = done.mounts[0].target;
  if (!switches) return Phase::kMounts;
  if (target.shown() == "/" || target.inside == "/") return before_switch ? Phase::kRootfs : Phase::kRootSwitch;
  if (target.inside.empty()) return before_switch ? Phase::kRootfs : Phase::kMounts;
  if (done.how == MountDone::How::kBind && std::ranges::all_of(done.mounts, is_device_of_host)) return Phase::kDevices;
  return Phase::kMounts;
}

}  // namespace

std::string_view phase_name(Phase phase) {
  static constexpr std::string_view kNames[] = {"create",  "user maps", "namespaces", "cgroup",
                                                "rootfs",  "mounts",    "devices",    "root switch",
                                                "masking", "network",   "identity",   "hand-over"};
  return kNames[static_cast<size_t>(phase)];
}

void place(Step& step, const Roots& roots) {
  const auto see = [&](Seen& seen) { seen.inside = roots.inside(seen.path, step.epoch); };
  const bool before = step.epoch < roots.count();
  if (auto* masked = std::get_if<PathsMasked>(&step.facts)) {
    for (auto& each : masked->paths) see(each.path);
    const auto& one = masked->paths[0];
    if (masked->paths.size() == 1 && one.path.inside == "/" && one.with == PathsMasked::With::kReadOnly) {
      MountDone done{.how = MountDone::How::kBind, .options = {"ro"}};
      done.mounts.push_back({.source = one.path.path, .target = one.path});
      step.facts = std::move(done);
    }
  }
  if (auto* made = std::get_if<DevicesMade>(&step.facts)) {
    for (auto& each : made->nodes) see(each.path);
    if (S_ISFIFO(made->nodes[0].mode)) step.phase = Phase::kCreate;
  }
  if (auto* done = std::get_if<MountDone>(&step.facts)) {
    for (auto& each : done->mounts) see(each.target);
    step.phase = phase_of(*done, before, roots.count() > 0);
  }
}

std::vector<Step> in_order(std::vector<std::vector<Step>> by_process) {
  struct Block {
    uint64_t start_ns;
    std::vector<Step> steps;
  };
  std::vector<Block> blocks;
  for (auto& steps : by_process) {
    Phase last{};
    bool begun = false;
    for (Step& step : steps) {
      if (!begun || step.phase != last) blocks.push_back({step.start_ns, {}});
      begun = true;
      last = step.phase;
      std::vector<Step>& into = blocks.back().steps;
      if (into.empty() || !fold(into.back(), step)) into.push_back(std::move(step));
    }
  }
  std::ranges::stable_sort(blocks, {}, &Block::start_ns);
  std::vector<Step> all;
  for (Block& block : blocks)
    for (Step& step : block.steps) all.push_back(std::move(step));
  return all;
}

}  // namespace cttrace
