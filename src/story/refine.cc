// Looking back over the steps of a process.
#include "story/refine.h"

#include <algorithm>
#include <cerrno>
#include <map>

#include "base/paths.h"
#include "cttrace/namespace.h"
#include "story/call.h"
#include "story/chains.h"

namespace cttrace {
namespace {

using How = MountDone::How;

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// What a step is about: two with the same words try the same. Empty: none of those that are tried again. Of what is
// mounted below or used, a mount is taken away when that is gone.
std::string aim_of(const Step& step, size_t which = 0) {
  if (const auto* done = std::get_if<MountDone>(&step.facts)) {
    if (done->how != How::kUnmount) return "mount " + done->mounts[0].target.path;
    return step.error && step.error != EBUSY ? std::string() : "unmount " + done->mounts[which].target.path;
  }
  if (const auto* controls = std::get_if<ControlsWritten>(&step.facts))
    return "write " + std::string(last_part(controls->writes[0].file));
  if (const auto* given = std::get_if<IdentityGiven>(&step.facts)) {
    const auto& one = given->changes[0];
    return "give " + std::to_string(static_cast<int>(one.what)) + " " + one.value.substr(0, one.value.find(' '));
  }
  if (const auto* made = std::get_if<ProcessMade>(&step.facts))
    return "make " + std::to_string(step.stage) + " " + std::to_string(made->flags & kNamespaceFlags);
  if (const auto* run = std::get_if<ProgramRun>(&step.facts)) return "run " + std::string(last_part(run->path));
  if (const auto* handed = std::get_if<HandedOver>(&step.facts)) return "run " + std::string(last_part(handed->path));
  return {};
}

// A mount that failed is tried again by the same mount, whatever options it is given, or by what the caller has there
// itself: rootless runtimes bind /sys where they may not mount a sysfs. Another filesystem in its place is no retry.
bool tries_again(const MountDone& failed, const MountDone& done) {
  const std::string &source = failed.mounts[0].source, &other = done.mounts[0].source;
  if (failed.how == How::kNew && done.how == How::kBind) {
    const Seen& target = failed.mounts[0].target;
    return !other.empty() && (target.path.ends_with(other) || is_below(other, target.shown()));
  }
  if (failed.how != done.how) return false;
  if (failed.how == How::kNew) return failed.type == done.type || (source.starts_with('/') && source == other);
  return failed.how != How::kBind || source == other;
}

bool tries_again(const Step& failed, const Step& done) {
  const auto* const before = std::get_if<MountDone>(&failed.facts);
  const auto* const after = std::get_if<MountDone>(&done.facts);
  return !before || !after || before->how == How::kUnmount || tries_again(*before, *after);
}

// Between two that take a mount away: what is gone in the end is another one.
bool mounts_again(const std::vector<Step>& steps, size_t from, size_t to) {
  const auto* const failed = std::get_if<MountDone>(&steps[from].facts);
  if (!failed || failed->how != How::kUnmount) return false;
  for (size_t i = from + 1; i < to; ++i) {
    const auto* const done = std::get_if<MountDone>(&steps[i].facts);
    const bool adds = done && (done->how == How::kNew || done->how == How::kBind || done->how == How::kMove);
    const auto same = [&](const auto& each) { return each.target.path == failed->mounts[0].target.path; };
    if (adds && !steps[i].error && std::ranges::any_of(done->mounts, same)) return true;
  }
  return false;
}

// Those that are taken away one after the other are one step.
size_t count_of_unmounts(const Step& step) {
  const auto* const done = std::get_if<MountDone>(&step.facts);
  return done && done->how == How::kUnmount ? done->mounts.size() : 1;
}

// A failure that was tried again, and worked: nobody need know of it.
void retried(std::vector<Step>& steps) {
  if (std::ranges::none_of(steps, &Step::error)) return;
  std::map<std::string, std::vector<size_t>> done;  // by aim: the steps that reached it
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].error) continue;
    for (size_t which = 0; which < count_of_unmounts(steps[i]); ++which)
      if (const std::string aim = aim_of(steps[i], which); !aim.empty()) done[aim].push_back(i);
  }
  std::map<size_t, size_t> into;
  for (size_t i = 0; i < steps.size(); ++i) {
    const auto found = steps[i].error ? done.find(aim_of(steps[i])) : done.end();
    if (found == done.end()) continue;
    for (const size_t later : found->second)
      if (later > i && tries_again(steps[i], steps[later]) && !mounts_again(steps, i, later)) into[i] = later;
  }
  for (const auto& [from, to] : into) {
    const uint64_t start_ns = steps[to].start_ns;
    steps[to].normal_failures += steps[from].call_count - steps[from].normal_failures;
    if (steps[to].reason.empty()) steps[to].reason = "tried before in another way";
    add_calls(steps[to], steps[from]);
    steps[to].start_ns = start_ns;
  }
  for (auto each = into.rbegin(); each != into.rend(); ++each)
    steps.erase(steps.begin() + static_cast<ptrdiff_t>(each->first));
}

bool binds_itself(const MountDone& done) {
  return done.how == How::kBind && !done.beneath && done.mounts[0].source == done.mounts[0].target.path;
}

bool shows_the_kernel(const std::string& path) {
  return path.starts_with("/proc/") || (path.starts_with("/sys/") && !is_below(path, "/sys/fs/cgroup"));
}

// A tmpfs in which nothing can be: it is there to hide.
bool is_empty_folder(const MountDone& done) {
  const bool holds_nothing = done.data.starts_with("size=0") || has(done.options, "ro");
  return done.how == How::kNew && !done.beneath && done.type == "tmpfs" && holds_nothing &&
         shows_the_kernel(done.mounts[0].target.shown());
}

// Finds the step that mounted `path`, before `end`.
Step* mounted(std::vector<Step>& steps, size_t end, const std::string& path) {
  for (size_t i = end; i-- > 0;) {
    if (const auto* done = std::get_if<MountDone>(&steps[i].facts); done && !steps[i].error) {
      const bool places = (done->how == How::kNew || done->how == How::kBind) && !done->beneath;
      const auto same = [&](const auto& each) { return each.target.path == path; };
      if (places && std::ranges::any_of(done->mounts, same)) return &steps[i];
    }
    if (const auto* masked = std::get_if<PathsMasked>(&steps[i].facts)) {
      const auto same = [&](const auto& each) { return each.path.path == path; };
      if (std::ranges::any_of(masked->paths, same)) return &steps[i];
    }
  }
  return nullptr;
}

void become_masks(Step& step, PathsMasked::With with) {
  PathsMasked masked;
  for (auto& each : std::get<MountDone>(step.facts).mounts) masked.paths.push_back({.path = each.target, .with = with});
  step.facts = std::move(masked);
  step.phase = Phase::kMasking;
}

// The step that hides or protects what the mount is on; nullptr: the mount is there for something else.
Step* mask_of(std::vector<Step>& steps, size_t end, const MountDone::One& mount) {
  if (mount.target.shown() == "/") return nullptr;
  Step* const before = mounted(steps, end, mount.target.path);
  if (!before) return nullptr;
  const auto* earlier = std::get_if<MountDone>(&before->facts);
  if (earlier && binds_itself(*earlier) && before->phase != Phase::kRootfs)
    become_masks(*before, PathsMasked::With::kReadOnly);
  return std::holds_alternative<PathsMasked>(before->facts) ? before : nullptr;
}

// Read-only in the end: of what was bound on itself, and of what hides something, that is the purpose.
void made_read_only(std::vector<Step>& steps) {
  for (size_t i = 0; i < steps.size(); ++i) {
    auto* done = std::get_if<MountDone>(&steps[i].facts);
    if (!done || steps[i].error || done->how != How::kRemount || !has(done->options, "ro")) continue;
    const bool call_each = steps[i].calls.size() == done->mounts.size() && steps[i].call_count == done->mounts.size() &&
                           steps[i].names.size() == 1;
    MountDone left = *done;
    left.mounts.clear();
    Step own = steps[i];
    own.calls.clear();
    for (size_t m = 0; m < done->mounts.size(); ++m) {
      Step* const before = call_each ? mask_of(steps, i, done->mounts[m]) : nullptr;
      if (before) {
        before->calls.push_back(steps[i].calls[m]);
        before->call_count += 1;
        const std::string_view name = steps[i].names.begin()->first;
        ++before->names[name];
        if (--own.names[name] == 0) own.names.erase(name);
        continue;
      }
      left.mounts.push_back(done->mounts[m]);
      if (call_each) own.calls.push_back(steps[i].calls[m]);
    }
    if (left.mounts.size() == done->mounts.size()) continue;
    own.call_count = static_cast<uint32_t>(own.calls.size());
    own.facts = std::move(left);
    steps[i] = std::move(own);
  }
  std::erase_if(steps, [](const Step& step) {
    const auto* done = std::get_if<MountDone>(&step.facts);
    return done && done->mounts.empty();
  });
}

// Where every call failed, and that is normal, nothing was done.
bool came_to_nothing(const Step& step) {
  const bool tells_itself = std::holds_alternative<PathsMasked>(step.facts) ||
                            std::holds_alternative<Probed>(step.facts) ||
                            std::holds_alternative<IdentityGiven>(step.facts);
  return !tells_itself && !step.error && step.call_count && step.normal_failures >= step.call_count;
}

}  // namespace

void refine(std::vector<Step>& steps) {
  retried(steps);
  std::erase_if(steps, came_to_nothing);
  for (Step& step : steps)
    if (const auto* done = std::get_if<MountDone>(&step.facts); done && !step.error && is_empty_folder(*done))
      become_masks(step, PathsMasked::With::kEmptyFolder);
  made_read_only(steps);
  std::vector<Step> joined;
  joined.reserve(steps.size());
  for (Step& step : steps)
    if (joined.empty() || joined.back().phase != step.phase || !fold(joined.back(), step))
      joined.push_back(std::move(step));
  steps = std::move(joined);
}

}  // namespace cttrace
