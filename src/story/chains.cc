// Which steps are one.
#include "story/chains.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/paths.h"
#include "story/call.h"
#include "story/steps.h"

namespace cttrace {
namespace {

constexpr size_t kMostCalls = 256;  // numbers that are kept
constexpr size_t kMostFolded = 256;
constexpr size_t kMostText_bytes = 1024;

using How = MountDone::How;
using What = IdentityGiven::What;

template <typename T>
void append(std::vector<T>& into, std::vector<T>& from) {
  for (T& each : from)
    if (into.size() < kMostFolded) into.push_back(std::move(each));
}

// --- What was begun, and goes on

// Errors that execvp(3) passes over: it tries the next folder of PATH.
bool is_passed_over(int error) {
  constexpr int kErrors[] = {ENOENT, ENOTDIR, EACCES, ESTALE, ENODEV, ETIMEDOUT};
  return std::ranges::find(kErrors, error) != std::end(kErrors);
}

// Where one was found that may not be executed, that is what comes of a search which finds no other.
bool stays_forbidden(const Step& last, const Step& next) { return last.error == EACCES && is_passed_over(next.error); }

// Its executable may have another one, behind a link.
std::string_view name_asked_for(const ProgramRun& run) {
  return last_part(run.given && !run.given->empty() ? *run.given : run.path);
}

bool goes_on(ProgramRun& last, const Step& whole, Step& next) {
  // Where along PATH the program is.
  auto* run = std::get_if<ProgramRun>(&next.facts);
  if (!run || run->itself || name_asked_for(*run) != name_asked_for(last)) return false;
  if (!stays_forbidden(whole, next)) last = std::move(*run);
  return true;
}

bool goes_on(SelfProtected& last, Step& next) {
  if (const auto* done = std::get_if<MountDone>(&next.facts)) {
    const bool same = done->mounts[0].target.path == last.path;
    return same && (done->how == How::kRemount || done->how == How::kUnmount);
  }
  const auto* run = std::get_if<ProgramRun>(&next.facts);
  return run && run->itself;
}

// "/a" for "/a/b": a mount is looked for upwards.
bool is_above(const std::string& path, const std::string& other) { return path != other && is_below(other, path); }

// A mount that came to its target, and is what the target's path leads to now.
bool is_on_top(const MountDone& done) { return (done.how == How::kBind || done.how == How::kNew) && !done.beneath; }

bool goes_on_to_propagate(MountDone& last, const MountDone& next, bool only_failed, bool next_failed) {
  const std::string& target = last.mounts.back().target.path;
  const std::string& other = next.mounts[0].target.path;
  if (last.how == How::kPropagation) {
    if (!only_failed || last.propagation != next.propagation || !is_above(other, target)) return false;
    last.mounts[0].target.path = other;
    return true;
  }
  const bool same = target == other && last.mounts.size() == 1 && is_on_top(last);
  if (!same || next_failed) return false;
  last.propagation = next.propagation;
  return true;
}

bool goes_on(MountDone& last, const Step& whole, Step& next) {
  auto* done = std::get_if<MountDone>(&next.facts);
  if (!done) return false;
  if (done->how == How::kPropagation) {
    const bool only_failed = whole.normal_failures == whole.call_count;
    return goes_on_to_propagate(last, *done, only_failed, next.normal_failures != 0);
  }
  const bool same = last.mounts.size() == 1 && done->mounts[0].target.path == last.mounts[0].target.path;
  if (!same || next.normal_failures || done->how != How::kRemount || !is_on_top(last)) return false;
  // What a remount says, holds, if it gives all options.
  if (done->only_named || !done->data.empty()) return false;
  last.options = done->options;
  return true;
}

bool goes_on(PathsMasked& last, Step& next) {
  const auto* done = std::get_if<MountDone>(&next.facts);
  PathsMasked::One& masked = last.paths.back();
  if (!done || done->mounts[0].target.path != masked.path.path) return false;
  if (done->how == How::kRemount) return true;
  if (done->how != How::kNew || done->beneath || masked.error != ENOTDIR) return false;
  masked.with = PathsMasked::With::kEmptyFolder;
  masked.error = 0;
  return true;
}

bool goes_on(DevicesMade& last, Step& next) {
  auto* made = std::get_if<DevicesMade>(&next.facts);
  if (!made || made->nodes[0].mode != 0 || made->nodes[0].path.path != last.nodes.back().path.path) return false;
  last.nodes.back().uid = made->nodes[0].uid;
  last.nodes.back().gid = made->nodes[0].gid;
  return true;
}

bool is_old_root(const RootSwitched& switched, const MountDone& done) {
  const std::string& target = done.mounts[0].target.path;
  // pivot_root(".", "."): the old root lies on the new one, and the last of it may be nowhere any more.
  if (switched.put_old_path == switched.new_root_path) return target == "/" || !target.starts_with('/');
  if (!is_below(switched.put_old_path, switched.new_root_path)) return false;
  return below(switched.put_old_path, switched.new_root_path) == target;
}

bool goes_on(RootSwitched& last, Step& next) {
  if (const auto* call = std::get_if<CallMade>(&next.facts)) {
    if (call->name == "chdir" || call->name == "fchdir") return true;
    // Until nothing of the old root is left: the last one fails.
    return call->name == "umount2" && last.old_root_detached && !call->about.starts_with("/");
  }
  const auto* done = std::get_if<MountDone>(&next.facts);
  if (!done || last.how != RootSwitched::How::kPivot || !is_old_root(last, *done)) return false;
  if (done->how == How::kUnmount) {
    last.old_root_detached = true;
    return true;
  }
  if (done->how != How::kPropagation || last.old_root_detached || next.normal_failures) return false;
  last.old_root_made = (done->recursive ? "r" : "") + done->propagation;
  return true;
}

template <typename T>
bool goes_on(T&, Step&) {
  return false;
}

// --- The same again

bool same_again(PathsMasked& before, PathsMasked& last) { return append(before.paths, last.paths), true; }

bool same_again(DevicesMade& before, DevicesMade& last) {
  const auto kind = [](const DevicesMade& made) { return made.nodes[0].mode & S_IFMT; };
  const auto is_device = [](uint32_t type) { return type == S_IFCHR || type == S_IFBLK; };
  if (!is_device(kind(before)) || !is_device(kind(last))) return false;
  return append(before.nodes, last.nodes), true;
}

bool same_again(CgroupJoined& before, CgroupJoined& last) {
  return before.pid == last.pid && (append(before.cgroups, last.cgroups), true);
}

bool same_again(ControlsWritten& before, ControlsWritten& last) {
  const bool sysctls = before.writes[0].file.starts_with("/proc/sys/") && last.writes[0].file.starts_with("/proc/sys/");
  if (!sysctls && folder_of(before.writes.back().file) != folder_of(last.writes.front().file)) return false;
  if (usual_phase(before) != usual_phase(last)) return false;
  return append(before.writes, last.writes), true;
}

bool same_again(MapsWritten& before, MapsWritten& last) {
  if (before.pid != last.pid) return false;
  for (auto member : {&MapsWritten::uids, &MapsWritten::gids, &MapsWritten::setgroups}) {
    if ((last.*member).empty()) continue;
    if (!(before.*member).empty()) return false;
    before.*member = last.*member;
  }
  return true;
}

bool same_again(NamespacesChanged& before, NamespacesChanged& last) {
  if (before.made || last.made) return false;
  for (const auto& each : last.namespaces) {
    const auto known = [&](const auto& other) { return other.type == each.type && other.inode == each.inode; };
    if (std::ranges::none_of(before.namespaces, known)) before.namespaces.push_back(each);
  }
  return true;
}

// Ids go together; so does what is done with the ambient set; limits; and dropping from the bounding set.
int family(What what) {
  switch (what) {
    case What::kUid:
    case What::kGid:
    case What::kGroups:
    case What::kFsUid:
    case What::kFsGid: return 1;
    case What::kAmbientRaise:
    case What::kAmbientLower:
    case What::kAmbientClear: return 2;
    default: return 16 + static_cast<int>(what);
  }
}

void add_value(std::string& values, const std::string& value) {
  constexpr std::string_view kMore = ", ...";
  if (values.size() + value.size() < kMostText_bytes)
    values.append(", ").append(value);
  else if (!values.ends_with(kMore))
    values.append(kMore);
}

bool same_again(IdentityGiven& before, IdentityGiven& last) {
  if (before.pid != last.pid || family(before.changes[0].what) != family(last.changes[0].what)) return false;
  for (auto& each : last.changes) {
    const auto same = [&](const auto& other) {
      if (other.what != each.what || other.error != each.error) return false;
      return family(each.what) != 1 || other.value == each.value;
    };
    const auto found = std::ranges::find_if(before.changes, same);
    if (found == before.changes.end()) {
      if (before.changes.size() < kMostFolded) before.changes.push_back(std::move(each));
      continue;
    }
    found->times += each.times;
    found->sets = each.sets;
    found->capabilities |= each.capabilities;
    if (family(each.what) != 1) add_value(found->value, each.value);
  }
  return true;
}

bool same_again(Probed& before, Probed& last) {
  if (before.what.find(last.what) == std::string::npos) before.what += ", " + last.what;
  return true;
}

bool same_again(MountDone& before, MountDone& last) {
  const bool alike = before.how == last.how && before.type == last.type && before.options == last.options &&
                     before.data == last.data && before.recursive == last.recursive &&
                     before.propagation == last.propagation && before.lazily == last.lazily &&
                     before.only_named == last.only_named;
  const bool folds = before.how == How::kBind || before.how == How::kRemount || before.how == How::kPropagation ||
                     before.how == How::kUnmount;
  if (!alike || !folds || before.beneath || last.beneath || before.into.mount_id || last.into.mount_id) return false;
  const std::string& one = before.mounts.back().target.path;
  const std::string& other = last.mounts.front().target.path;
  if (before.how == How::kBind) {
    if (folder_of(one) != folder_of(other)) return false;
    const auto itself = [](const MountDone& done) { return done.mounts[0].source == done.mounts[0].target.path; };
    if (itself(before) != itself(last)) return false;
  }
  before.propagated = std::max(before.propagated, last.propagated);
  return append(before.mounts, last.mounts), true;
}

template <typename T>
bool same_again(T&, T&) {
  return false;
}

bool reads_only_itself(const MountDone& done) {
  if (done.how != How::kBind || done.beneath || done.mounts.size() != 1) return false;
  const bool itself = done.mounts[0].source == done.mounts[0].target.path;
  return itself && std::ranges::find(done.options, "ro") != done.options.end();
}

bool continues(Step& last, Step& next) {
  if (auto* done = std::get_if<MountDone>(&last.facts)) return goes_on(*done, last, next);
  if (auto* run = std::get_if<ProgramRun>(&last.facts)) return goes_on(*run, last, next);
  return std::visit([&](auto& facts) { return goes_on(facts, next); }, last.facts);
}

bool may_go_on(const Step& last, const Step& next) {
  // A program that is looked for along PATH; what a mask that failed leaves to be done.
  if (std::holds_alternative<ProgramRun>(last.facts)) return is_passed_over(last.error);
  if (last.error) return false;
  const auto* masked = std::get_if<PathsMasked>(&last.facts);
  return !next.error || (masked && masked->paths.back().error);
}

// How many are listed, of what is done alike.
struct Listed {
  size_t operator()(const MountDone& done) const { return done.mounts.size(); }
  size_t operator()(const PathsMasked& masked) const { return masked.paths.size(); }
  size_t operator()(const DevicesMade& made) const { return made.nodes.size(); }
  size_t operator()(const CgroupJoined& joined) const { return joined.cgroups.size(); }
  size_t operator()(const ControlsWritten& written) const { return written.writes.size(); }
  // What is given twice is listed once.
  size_t operator()(const IdentityGiven& given) const {
    size_t times = 0;
    for (const IdentityGiven::One& one : given.changes) times += one.times;
    return times;
  }
  template <typename T>
  size_t operator()(const T&) const {
    return 0;
  }
};

size_t listed(const StepFacts& facts) { return std::visit(Listed(), facts); }

// A mount call that failed, and need not have succeeded: nothing tells that beside what succeeded.
bool did_nothing(const Step& step) {
  return std::holds_alternative<MountDone>(step.facts) && step.normal_failures >= step.call_count;
}

}  // namespace

void add_calls(Step& into, const Step& from) {
  into.first = std::min(into.first, from.first);
  into.last = std::max(into.last, from.last);
  into.start_ns = std::min(into.start_ns, from.start_ns);
  into.end_ns = std::max(into.end_ns, from.end_ns);
  for (EventNumber call : from.calls)
    if (into.calls.size() < kMostCalls) into.calls.push_back(call);
  into.call_count += from.call_count;
  for (const auto& [name, count] : from.names) into.names[name] += count;
  into.selected = into.selected || from.selected;
  into.left_out += from.left_out;
  into.normal_failures += from.normal_failures;
  if (into.reason.empty()) into.reason = from.reason;
}

bool is_search_for(const Step& step, const ProgramRun& run) {
  const auto* const asked = std::get_if<ProgramRun>(&step.facts);
  return asked && is_passed_over(step.error) && !run.itself && name_asked_for(*asked) == name_asked_for(run);
}

bool absorb(Step& last, Step& next) {
  if (!may_go_on(last, next) || !continues(last, next)) return false;
  if (std::holds_alternative<ProgramRun>(last.facts)) {
    ++last.normal_failures;
    last.reason = "looked for along PATH";
    if (!stays_forbidden(last, next)) {
      last.error = next.error;
      last.cause = next.cause;
    }
  } else if (next.error) {
    ++last.normal_failures;
  }
  if (auto* switched = std::get_if<RootSwitched>(&last.facts))
    if (switched->old_root_detached && !switched->detached_after_ns)
      switched->detached_after_ns = next.start_ns - last.start_ns;
  if (const auto* done = std::get_if<MountDone>(&last.facts); done && reads_only_itself(*done)) {
    last.facts = PathsMasked{{{.path = done->mounts[0].target}}};
    last.phase = Phase::kMasking;
  }
  add_calls(last, next);
  return true;
}

bool fold(Step& before, Step& last) {
  if (before.error || last.error || before.facts.index() != last.facts.index()) return false;
  if (did_nothing(before) || did_nothing(last)) return false;
  const size_t all = listed(before.facts) + listed(last.facts);
  const bool same =
      std::visit([&](auto& facts) { return same_again(facts, std::get<std::decay_t<decltype(facts)>>(last.facts)); },
                 before.facts);
  if (!same) return false;
  add_calls(before, last);
  before.left_out += static_cast<uint32_t>(all - listed(before.facts));
  return true;
}

}  // namespace cttrace
