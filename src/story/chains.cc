// Which steps are one.
#include "story/chains.h"

#include <algorithm>
#include <cerrno>

#include "story/call.h"

namespace cttrace {
namespace {

constexpr size_t kMostCalls = 64;  // numbers that are kept
constexpr size_t kMostFolded = 256;
constexpr size_t kMostText_bytes = 1024;

void add_calls(Step& into, const Step& from) {
  into.last = std::max(into.last, from.last);
  into.end_ns = std::max(into.end_ns, from.end_ns);
  for (EventNumber call : from.calls)
    if (into.calls.size() < kMostCalls) into.calls.push_back(call);
  into.call_count += from.call_count;
  into.normal_failures += from.normal_failures;
  if (into.reason.empty()) into.reason = from.reason;
}

template <typename T>
void append(std::vector<T>& into, std::vector<T>& from) {
  for (T& each : from)
    if (into.size() < kMostFolded) into.push_back(std::move(each));
}

// --- What is begun, and goes on

bool goes_on(SelfProtected& last, StepFacts& next) {
  if (const auto* done = std::get_if<MountDone>(&next)) {
    const bool same = done->mounts[0].target.path == last.path;
    return same && (done->how == MountDone::How::kRemount || done->how == MountDone::How::kUnmount);
  }
  const auto* run = std::get_if<ProgramRun>(&next);
  return run && run->itself;
}

bool goes_on(MountDone& last, StepFacts& next) {
  auto* done = std::get_if<MountDone>(&next);
  const bool placed = last.how == MountDone::How::kBind || last.how == MountDone::How::kNew;
  if (!done || !placed || done->mounts[0].target.path != last.mounts.back().target.path) return false;
  if (last.mounts.size() > 1) return false;
  if (done->how == MountDone::How::kRemount && last.how == MountDone::How::kBind) {
    last.options = done->options;
    return true;
  }
  if (done->how == MountDone::How::kPropagation) {
    last.propagation = done->propagation;
    return true;
  }
  return false;
}

bool goes_on(PathsMasked& last, StepFacts& next) {
  const auto* done = std::get_if<MountDone>(&next);
  if (!done || done->how != MountDone::How::kNew || last.paths.back().error != ENOTDIR) return false;
  if (done->mounts[0].target.path != last.paths.back().path.path) return false;
  last.paths.back().with = PathsMasked::With::kEmptyFolder;
  last.paths.back().error = 0;
  return true;
}

bool goes_on(DevicesMade& last, StepFacts& next) {
  auto* made = std::get_if<DevicesMade>(&next);
  if (!made || made->nodes[0].mode != 0 || made->nodes[0].path.path != last.nodes.back().path.path) return false;
  last.nodes.back().uid = made->nodes[0].uid;
  last.nodes.back().gid = made->nodes[0].gid;
  return true;
}

bool is_old_root(const RootSwitched& switched, const MountDone& done) {
  const std::string& target = done.mounts[0].target.path;
  // pivot_root(".", "."): the old root lies on the new one.
  if (switched.put_old_path == switched.new_root_path) return target == "/";
  return is_below(switched.put_old_path, switched.new_root_path) &&
         switched.put_old_path.substr(switched.new_root_path == "/" ? 0 : switched.new_root_path.size()) == target;
}

bool goes_on(RootSwitched& last, StepFacts& next) {
  if (const auto* calls = std::get_if<CallsMade>(&next)) return calls->name == "chdir" || calls->name == "fchdir";
  const auto* done = std::get_if<MountDone>(&next);
  if (!done || last.how != RootSwitched::How::kPivot || last.old_root_detached || !is_old_root(last, *done))
    return false;
  if (done->how == MountDone::How::kPropagation) {
    last.old_root_made = (done->recursive ? "r" : "") + done->propagation;
    return true;
  }
  if (done->how != MountDone::How::kUnmount) return false;
  return last.old_root_detached = true;
}

bool goes_on(ProgramRun&, StepFacts&) { return false; }

template <typename T>
bool goes_on(T&, StepFacts&) {
  return false;
}

// --- The same again

bool same_again(PathsMasked& before, PathsMasked& last) {
  append(before.paths, last.paths);
  return true;
}

bool same_again(DevicesMade& before, DevicesMade& last) {
  append(before.nodes, last.nodes);
  return true;
}

bool same_again(CgroupJoined& before, CgroupJoined& last) {
  if (before.pid != last.pid) return false;
  append(before.cgroups, last.cgroups);
  return true;
}

bool same_again(ControlsWritten& before, ControlsWritten& last) {
  if (folder_of(before.writes.back().file) != folder_of(last.writes.front().file)) return false;
  append(before.writes, last.writes);
  return true;
}

bool same_again(MapsWritten& before, MapsWritten& last) {
  if (before.pid != last.pid) return false;
  for (auto member : {&MapsWritten::uids, &MapsWritten::gids, &MapsWritten::setgroups}) {
    if (last.*member == "") continue;
    if (before.*member != "") return false;
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

bool is_id(const std::string& what) {
  return what == "uid" || what == "gid" || what == "groups" || what == "fsuid" || what == "fsgid";
}

bool same_again(IdentityGiven& before, IdentityGiven& last) {
  auto& one = before.changes.back();
  auto& other = last.changes.front();
  if (one.what == other.what) {
    if (one.value.size() + other.value.size() < kMostText_bytes) one.value += ", " + other.value;
    one.times += other.times;
    return true;
  }
  if (!is_id(one.what) || !is_id(other.what)) return false;
  append(before.changes, last.changes);
  return true;
}

bool same_again(Probed& before, Probed& last) {
  if (before.what != last.what) return false;
  before.failed += last.failed;
  return true;
}

bool same_again(MountDone& before, MountDone& last) {
  const bool alike = before.how == last.how && before.type == last.type && before.options == last.options &&
                     before.data == last.data && before.recursive == last.recursive &&
                     before.propagation == last.propagation && before.lazily == last.lazily;
  if (!alike || before.how == MountDone::How::kNew || before.how == MountDone::How::kMove) return false;
  const std::string& one = before.mounts.back().target.path;
  const std::string& other = last.mounts.front().target.path;
  if (before.how == MountDone::How::kBind && folder_of(one) != folder_of(other)) return false;
  append(before.mounts, last.mounts);
  return true;
}

template <typename T>
bool same_again(T&, T&) {
  return false;
}

bool reads_only_itself(const MountDone& done) {
  if (done.how != MountDone::How::kBind || done.mounts.size() != 1) return false;
  const bool itself = done.mounts[0].source == done.mounts[0].target.path;
  return itself && std::ranges::find(done.options, "ro") != done.options.end();
}

}  // namespace

bool absorb(Step& last, Step& next) {
  if (last.error || next.error) return false;
  if (!std::visit([&](auto& facts) { return goes_on(facts, next.facts); }, last.facts)) return false;
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
  const bool same =
      std::visit([&](auto& facts) { return same_again(facts, std::get<std::decay_t<decltype(facts)>>(last.facts)); },
                 before.facts);
  if (same) add_calls(before, last);
  return same;
}

}  // namespace cttrace
