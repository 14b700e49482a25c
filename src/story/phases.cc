// Places and phases of steps.
#include "story/phases.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/paths.h"
#include "story/call.h"

namespace cttrace {
namespace {

using How = MountDone::How;

// /dev/null of the host on /dev/null of the container.
bool is_device_of_host(const MountDone::One& mount) {
  const std::string& target = mount.target.shown();
  return folder_of(target) == "/dev" && last_part(mount.source) == last_part(target) &&
         last_part(folder_of(mount.source)) == "dev";
}

bool is_of_kernel(const std::string& path) {
  return path.starts_with("/proc/") || (path.starts_with("/sys/") && !is_below(path, "/sys/fs/cgroup"));
}

// Of what the kernel shows: it is made read-only, or something else is laid over it. What is bound where it is already
// hides nothing.
bool hides_or_protects(const MountDone& done) {
  const auto of_kernel = [](const MountDone::One& each) { return is_of_kernel(each.target.inside); };
  const auto the_same = [](const MountDone::One& each) {
    return each.source == each.target.inside || each.source == each.target.path;
  };
  const auto brought = [](const MountDone::One& each) {
    return each.source != each.target.path && shows_the_same(each.source, each.target.inside);
  };
  if (!std::ranges::all_of(done.mounts, of_kernel)) return false;
  if (done.how == How::kBind && std::ranges::all_of(done.mounts, brought)) return false;
  const bool changes = done.how == How::kRemount || done.how == How::kBind;
  if (changes && std::ranges::find(done.options, "ro") != done.options.end()) return true;
  return done.how == How::kMove || (done.how == How::kBind && std::ranges::none_of(done.mounts, the_same));
}

bool is_network_namespace(const MountDone& done) {
  const std::string& source = done.mounts[0].source;
  return done.how == How::kBind && (source.ends_with("/ns/net") || source.starts_with("net:["));
}

Phase phase_of(const MountDone& done, const Roots& roots, uint32_t switches) {
  const Seen& target = done.mounts[0].target;
  if (is_network_namespace(done)) return Phase::kNetwork;
  if (roots.last() == 0) return Phase::kMounts;
  const bool before = switches < roots.last();
  if (done.how == How::kMove && target.path == "/") return Phase::kRootSwitch;
  if (target.shown() == "/") return before ? Phase::kRootfs : Phase::kRootSwitch;
  if (target.inside.empty()) return before ? Phase::kRootfs : Phase::kRootSwitch;
  if (done.how == How::kBind && std::ranges::all_of(done.mounts, is_device_of_host)) return Phase::kDevices;
  return hides_or_protects(done) ? Phase::kMasking : Phase::kMounts;
}

// The root itself is no path that is masked.
void unmask_root(Step& step) {
  const auto& masked = std::get<PathsMasked>(step.facts);
  const PathsMasked::One& one = masked.paths[0];
  if (masked.paths.size() != 1 || one.path.inside != "/" || one.with != PathsMasked::With::kReadOnly || one.error)
    return;
  MountDone done{.how = How::kBind, .options = {"ro"}};
  done.mounts.push_back({.source = one.path.path, .target = one.path});
  step.facts = std::move(done);
}

}  // namespace

void place(Step& step, const Roots& roots) {
  const auto see = [&](Seen& seen) {
    seen.inside = roots.inside(seen.path, step.switches);
    // A place that no path leads to, in a detached tree, is neither inside nor outside.
    seen.outside = roots.last() > 0 && seen.inside.empty() && seen.path.starts_with('/');
  };
  if (auto* masked = std::get_if<PathsMasked>(&step.facts)) {
    for (auto& each : masked->paths) see(each.path);
    unmask_root(step);
  }
  if (auto* made = std::get_if<DevicesMade>(&step.facts)) {
    for (auto& each : made->nodes) see(each.path);
    if (S_ISFIFO(made->nodes[0].mode)) step.phase = Phase::kCreate;
  }
  if (auto* done = std::get_if<MountDone>(&step.facts)) {
    for (auto& each : done->mounts) see(each.target);
    step.phase = phase_of(*done, roots, step.switches);
  }
}

}  // namespace cttrace
