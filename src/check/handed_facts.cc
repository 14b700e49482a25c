// What a program was handed: namespaces, places, identity, names.
#include "check/handed_facts.h"

#include <linux/sched.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/paths.h"
#include "cttrace/namespace.h"
#include "render/identity_words.h"
#include "render/mount_words.h"
#include "render/place_words.h"
#include "render/telling.h"

namespace cttrace {
namespace {

using From = NamespaceFacts::From;

Fact<bool> is_hosts(const Namespace& ns, Evidence evidence) {
  if (ns.origin == Namespace::Origin::kCreated) return {false, evidence};
  if (kin_of(ns, 0) == NamespaceKin::kHosts) return {true, evidence};
  // Of these two the kernel has no fixed numbers before Linux 6.17.
  if (ns.type == CLONE_NEWNS || ns.type == CLONE_NEWNET || !ns.inode) return {};
  return {false, evidence};
}

// Entered by the set-up, which has not made it. The story may count from a later call on than the one that entered it.
bool was_entered(const Namespace& ns, const SetUpStory& story) {
  if (ns.origin == Namespace::Origin::kJoined) return true;
  bool entered = false;
  for (const Step& step : story.steps) {
    const auto* const changed = std::get_if<NamespacesChanged>(&step.facts);
    if (!changed || step.error) continue;
    for (const NamespacesChanged::One& each : changed->namespaces) {
      if (each.type != ns.type || each.inode != ns.inode) continue;
      if (changed->made) return false;
      entered = true;
    }
  }
  return entered;
}

std::vector<NamespaceFacts> namespace_facts(const State& state, const TaskState& task, const SetUpStory& story) {
  std::vector<NamespaceFacts> all;
  for (const ContainerNamespace& each : story.namespaces) {
    NamespaceFacts facts{.of = each.of, .inode = each.inode};
    const NamespaceType* const type = find_namespace_type(each.type);
    if (!type) continue;
    facts.name = type->name();
    const Fact<NamespaceId>& now = task.namespaces[type->own];
    const Namespace* const ns = now.known() ? state.ns(now.value) : nullptr;
    if (ns && (each.inode || ns->origin == Namespace::Origin::kCreated)) {
      switch (each.how) {
        case ContainerNamespace::How::kStarters: facts.from.value = From::kStarters; break;
        case ContainerNamespace::How::kMade: facts.from.value = From::kMade; break;
        case ContainerNamespace::How::kJoined: facts.from.value = From::kJoined; break;
      }
      facts.from.evidence = now.evidence;
      if (facts.from.value == From::kMade && was_entered(*ns, story)) facts.from.value = From::kJoined;
      // Another than the starter's, and made by nobody who is traced.
      if (facts.from.value == From::kMade && ns->origin == Namespace::Origin::kInitial) facts.from = {};
      facts.hosts = is_hosts(*ns, now.evidence);
      facts.made_by = ns->made_by;
    }
    all.push_back(std::move(facts));
  }
  return all;
}

Fact<PlaceFacts> place_facts(const State& state, const Place& place, const Place& root) {
  const std::optional<std::string> path = path_in_tree(state, place), top = path_in_tree(state, root);
  if (!path || place.evidence == Evidence::kUnknown) return {};
  PlaceFacts facts{.path = *path, .source_path = place.path};
  if (top && place.mount.tree == root.mount.tree && is_below(*path, *top)) facts.inside = seen_from(*path, *top);
  const Mount mount = state.tree(place.mount.tree)->at(place.mount.slot);
  facts.source = mount.source;
  if (const Filesystem* const filesystem = state.filesystem(mount.filesystem)) facts.filesystem = filesystem->type;
  return {std::move(facts), place.evidence};
}

void take_devices(HandedFacts& facts, const State& state, const Place& root) {
  for (const auto& [path, device] : devices_below(state, root))
    facts.devices[path] = {.path = path,
                           .block = device->type == S_IFBLK,
                           .major = device->major,
                           .minor = device->minor,
                           .permissions = device->permissions,
                           .uid = device->uid,
                           .gid = device->gid,
                           .made_by = device->made_by};
}

void take_descriptors(HandedFacts& facts, const TaskState& task) {
  if (task.programs.empty() || !task.programs.back().descriptors) return;
  const Program& program = task.programs.back();
  facts.descriptors.evidence = Evidence::kObserved;
  for (const File& file : *program.descriptors)
    facts.descriptors.value.push_back({.fd = file.fd, .what = file.shown(), .event = program.event});
}

void take_names(HandedFacts& facts, const State& state, const TaskState& task) {
  if (const Namespace* const uts = state.ns_of(task, CT_NS_UTS)) {
    facts.hostname = uts->hostname;
    facts.domainname = uts->domainname;
  }
  for (const Fact<NamespaceId>& fact : task.namespaces) {
    const Namespace* const ns = fact.known() ? state.ns(fact.value) : nullptr;
    if (ns) facts.sysctls.insert(ns->sysctls.begin(), ns->sysctls.end());
  }
}

}  // namespace

std::optional<HandedFacts> handed_facts(const SetUpStory& story) {
  if (!story.state) return std::nullopt;
  const State& state = *story.state;
  const TaskState* const task = state.task(story.program);
  if (!task) return std::nullopt;
  HandedFacts facts;
  facts.namespaces = namespace_facts(state, *task, story);
  const Namespace* const mnt = state.ns_of(*task, CT_NS_MNT);
  if (const FsStruct* const fs = state.fs_of(*task)) {
    facts.root = place_facts(state, fs->root, fs->root);
    facts.cwd = place_facts(state, fs->cwd, fs->root);
    take_devices(facts, state, fs->root);
    if (mnt && state.tree(mnt->mounts) && fs->root.mount.tree == mnt->mounts) {
      const Outside outside = outside_of(state, story, mnt->mounts);
      facts.mounts = {mount_facts(state, fs->root, outside), Evidence::kInferred};
      facts.old_root = old_root_facts(state, fs->root, outside);
    }
  }
  if (mnt) facts.mounts_doubt = state.doubt_of(mnt->mounts);
  facts.identity = task->identity;
  if (const Namespace* const user = state.ns_of(*task, CT_NS_USER)) {
    facts.uid_map = user->uid_map;
    facts.gid_map = user->gid_map;
    facts.setgroups_allowed = user->setgroups_allowed;
  }
  take_names(facts, state, *task);
  take_descriptors(facts, *task);
  facts.cgroup.membership = task->cgroups;
  return facts;
}

std::optional<uint32_t> HandedFacts::uid_inside(uint32_t host) const {
  return uid_map.known() ? inside(uid_map.value, host) : std::nullopt;
}

std::optional<uint32_t> HandedFacts::gid_inside(uint32_t host) const {
  return gid_map.known() ? inside(gid_map.value, host) : std::nullopt;
}

const MountFacts* HandedFacts::mount_at(const std::string& path) const {
  const MountFacts* found = nullptr;
  if (mounts.known())
    for (const MountFacts& mount : mounts.value)
      if (mount.path == path && !mount.hidden) found = &mount;
  return found;
}

const MountFacts* HandedFacts::mount_of(const std::string& path) const {
  const MountFacts* found = nullptr;
  if (mounts.known())
    for (const MountFacts& mount : mounts.value)
      if (!mount.hidden && is_below(path, mount.path) && (!found || mount.path.size() >= found->path.size()))
        found = &mount;
  return found;
}

}  // namespace cttrace
