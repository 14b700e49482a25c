// Mounts as facts, and who else sees them.
#include <sys/mount.h>

#include <algorithm>

#include "base/paths.h"
#include "check/handed_facts.h"
#include "render/mount_words.h"
#include "render/place_words.h"

namespace cttrace {
namespace {

// Whether it is known at all who shares: a group that is older than the trace may have members where nobody looked.
bool is_older_group(const State& state, uint32_t group) {
  return std::ranges::any_of(state.mount_objects->kernel_groups,
                             [&](const auto& each) { return each.second == group; });
}

bool has_members(const State& state, const Outside& outside, uint32_t group) {
  return std::ranges::any_of(outside.trees, [&](TreeId id) {
    const MountTree* const tree = state.tree(id);
    return tree && !tree->members(group).empty();
  });
}

bool is_elsewhere(const State& state, uint32_t group) {
  const PeerGroups& groups = *state.mount_objects->groups;
  const auto found = groups.find(group);
  return found != groups.end() && found->second.elsewhere;
}

Fact<MountSharing> sharing_of(const State& state, const Mount& mount, const Outside& outside) {
  MountSharing sharing;
  bool sure = !outside.trees.empty();
  const auto shares = [&](uint32_t group) {
    if (!group) return false;
    if (has_members(state, outside, group) || is_elsewhere(state, group)) return true;
    sure = sure && !is_older_group(state, group);
    return false;
  };
  sharing.peers_outside = shares(mount.peer_group);
  sharing.master_outside = shares(mount.master);
  sharing.filesystem_outside = std::ranges::any_of(outside.trees, [&](TreeId id) {
    const MountTree* const tree = state.tree(id);
    return tree && !tree->of_filesystem(mount.filesystem).empty();
  });
  return {sharing, sure ? Evidence::kInferred : Evidence::kUnknown};
}

MountFacts facts_of(const State& state, const Mount& mount, const Outside& outside) {
  MountFacts facts{.source = mount.source, .source_path = mount.root, .attributes = mount.attributes};
  if (const Filesystem* const filesystem = state.filesystem(mount.filesystem)) {
    facts.filesystem = filesystem->type;
    facts.superblock_read_only = filesystem->read_only;
    facts.superblock_options = filesystem->options;
    facts.dev_major = filesystem->dev_major;
    facts.dev_minor = filesystem->dev_minor;
    facts.older = filesystem->made_by == 0;
  }
  facts.idmapped = mount.idmapped;
  facts.unbindable = mount.unbindable;
  facts.locked = mount.locked;
  facts.peer_group = mount.peer_group;
  facts.master = mount.master;
  facts.sharing = sharing_of(state, mount, outside);
  facts.history = mount.history;
  facts.made_by = mount.made_by;
  facts.evidence = mount.evidence;
  return facts;
}

// Where the starter's root is: what the topmost mount on the root of its tree shows.
std::optional<Mount> starters_root(const State& state, const Outside& outside) {
  const MountTree* const tree = state.tree(outside.starters);
  if (!tree || tree->root() == kNoSlot) return std::nullopt;
  Slot top = tree->root();
  for (Slot on = top; on != kNoSlot; on = tree->mounted_on(top, tree->root_of(top))) top = on;
  return tree->at(top);
}

}  // namespace

bool MountFacts::is_read_only() const { return attributes & MOUNT_ATTR_RDONLY; }

Outside outside_of(const State& state, const SetUpStory& story, TreeId own) {
  Outside outside;
  const auto take = [&](TreeId tree) {
    if (tree && tree != own && state.tree(tree) && std::ranges::find(outside.trees, tree) == outside.trees.end())
      outside.trees.push_back(tree);
  };
  for (const auto& [id, ns] : state.namespaces)
    if (ns->mounts && ns->origin != Namespace::Origin::kCreated) take(ns->mounts);
  const TaskState* const runtime = state.task_with(story.runtime.pid);
  const Namespace* const its = runtime ? state.ns_of(*runtime, CT_NS_MNT) : nullptr;
  if (its && its->mounts != own) {
    take(its->mounts);
    outside.starters = its->mounts;
  } else if (!outside.trees.empty()) {
    outside.starters = outside.trees.front();
  } else if (its) {
    outside.starters = own;  // which it has in common with its starter
  }
  return outside;
}

std::vector<MountFacts> mount_facts(const State& state, const Place& root, const Outside& outside) {
  std::vector<MountFacts> all;
  const MountTree* const tree = state.tree(root.mount.tree);
  const std::optional<std::string> top = path_in_tree(state, root);
  if (!tree || !top) return all;
  const bool doubtful = !state.doubt_of(root.mount.tree).empty();
  if (root.path != tree->root_of(root.mount.slot)) {
    // A chroot into a directory: what that is in is the mount on its root.
    MountFacts facts = facts_of(state, tree->at(root.mount.slot), outside);
    facts.path = "/";
    facts.source_path = root.path;
    if (doubtful) facts.evidence = Evidence::kUnknown;
    all.push_back(std::move(facts));
  }
  for (const Slot slot : tree->in_tree_order()) {
    const Mount mount = tree->at(slot);
    if (is_unseen(state, mount.filesystem)) continue;
    const std::string path = tree->path_of(slot);
    if (!is_below(path, *top)) continue;
    MountFacts facts = facts_of(state, mount, outside);
    facts.path = seen_from(path, *top);
    // What is on the way to its root does not hide anything from who is in there.
    facts.hidden = slot != root.mount.slot && tree->hidden(slot);
    if (doubtful) facts.evidence = Evidence::kUnknown;
    all.push_back(std::move(facts));
  }
  return all;
}

Fact<OldRootFacts> old_root_facts(const State& state, const Place& root, const Outside& outside) {
  const MountTree* const tree = state.tree(root.mount.tree);
  const std::optional<std::string> top = path_in_tree(state, root);
  const std::optional<Mount> old_root = starters_root(state, outside);
  if (!tree || !top || !old_root || root.evidence == Evidence::kUnknown) return {};
  if (!state.doubt_of(root.mount.tree).empty()) return {};
  OldRootFacts facts{.around = *top != "/" || root.path != tree->root_of(root.mount.slot)};
  for (const Slot slot : tree->of_filesystem(old_root->filesystem)) {
    const std::string path = tree->path_of(slot);
    if (!is_below(old_root->root, tree->root_of(slot)) || !is_below(path, *top)) continue;
    if (slot != root.mount.slot && tree->hidden(slot)) continue;
    facts.seen_at.push_back(seen_from(path, *top));
  }
  std::ranges::sort(facts.seen_at);
  facts.gone = !facts.around && facts.seen_at.empty();
  return {std::move(facts), root.evidence};
}

}  // namespace cttrace
