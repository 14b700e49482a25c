#include "model/buried.h"

#include <algorithm>

#include "model/mount_state.h"
#include "model/namespaces.h"
#include "model/peer_groups.h"
#include "model/superblocks.h"

namespace cttrace {
namespace {

constexpr size_t kMostBuriedNamespaces = 16;

// In a group that has nobody any more it is among its own.
uint32_t group_again(State& state, uint32_t group, std::map<uint32_t, uint32_t>& renamed) {
  if (!group || !members_of(state, group).empty()) return group;
  const auto [place, is_new] = renamed.try_emplace(group, 0);
  if (is_new) place->second = new_group(state, 0);
  return place->second;
}

FilesystemId filesystem_again(State& state, FilesystemId id, const std::map<FilesystemId, Filesystem>& kept,
                              std::map<FilesystemId, FilesystemId>& renamed) {
  if (filesystem_of(state, id)) return id;
  const auto [place, is_new] = renamed.try_emplace(id, 0);
  const auto known = kept.find(id);
  if (is_new) place->second = new_filesystem(state, known == kept.end() ? Filesystem{} : known->second);
  return place->second;
}

}  // namespace

TreeId tree_again(State& state, const MountTree& mounts, const TreeInfo& info,
                  const std::map<FilesystemId, Filesystem>& filesystems) {
  const TreeId again = new_tree(state, info);
  std::map<Slot, Slot> slots;
  std::map<uint32_t, uint32_t> groups;
  std::map<FilesystemId, FilesystemId> renamed;
  for (const Slot slot : mounts.in_tree_order()) {
    Mount mount = mounts.at(slot);
    mount.filesystem = filesystem_again(state, mount.filesystem, filesystems, renamed);
    if (mount.parent != kNoSlot) mount.parent = slots.at(mount.parent);
    mount.peer_group = group_again(state, mount.peer_group, groups);
    if (mount.master && members_of(state, mount.master).empty()) mount.master = 0;
    slots[slot] = add_mount(state, again, mount);
  }
  return again;
}

void bury_mounts(ModelContext& context, const Namespace& ns) {
  const MountTree* const mounts = tree_in(context.state, ns.mounts);
  const TreeInfo* const info = tree_info(context.state, ns.mounts);
  if (!mounts || !info || info->unknown || !ns.inode) return;
  forget_buried(context, ns.inode);
  BuriedNamespace buried{.ns = ns, .mounts = *mounts};
  buried.info = {.doubt = info->doubt, .owner = info->owner, .unseen = info->unseen};
  for (const Slot slot : mounts->in_tree_order()) {
    const Mount mount = mounts->at(slot);
    if (const Filesystem* const known = filesystem_of(context.state, mount.filesystem))
      buried.filesystems.emplace(mount.filesystem, *known);
    // What is mounted elsewhere meanwhile comes there, too, and nobody counts.
    if ((mount.peer_group || mount.master) && buried.info.doubt.empty())
      buried.info.doubt = "only a descriptor has kept the namespace: what has come there meanwhile is not known";
  }
  std::vector<BuriedNamespace>& all = context.books.buried;
  all.push_back(std::move(buried));
  if (all.size() > kMostBuriedNamespaces) all.erase(all.begin());
}

bool exhume_mounts(ModelContext& context, NamespaceId entered, const MaybeFile& root) {
  std::vector<BuriedNamespace>& all = context.books.buried;
  const auto inode_of = [](const BuriedNamespace& each) { return each.ns.inode; };
  const auto found = std::ranges::find(all, context.state.ns(entered)->inode, inode_of);
  if (found == all.end()) return false;
  const BuriedNamespace buried = std::move(*found);
  all.erase(found);
  const Slot slot = root ? buried.mounts.with_kernel_id(root->mount_id) : kNoSlot;
  if (slot == kNoSlot || buried.mounts.path_of(slot) != "/") return false;
  TreeInfo info = buried.info;
  if (!context.state.ns(info.owner)) info.owner = 0;
  const TreeId tree = tree_again(context.state, buried.mounts, info, buried.filesystems);
  Namespace& ns = edit_namespace(context, entered);
  ns.mounts = tree;
  ns.origin = buried.ns.origin;
  ns.creator = buried.ns.creator;
  ns.made_by = buried.ns.made_by;
  ns.made_ns = buried.ns.made_ns;
  if (!ns.owner) give_owner(context, entered, info.owner);
  name_mounts(context, tree, ns.inode);
  return true;
}

void forget_buried(ModelContext& context, uint32_t inode) {
  std::erase_if(context.books.buried, [&](const BuriedNamespace& each) { return each.ns.inode == inode; });
}

}  // namespace cttrace
