// Changes of mount trees; what is asked of them is in mount_trees.cc.
#include <algorithm>
#include <charconv>
#include <utility>

#include "model/mount_trees.h"

namespace cttrace {
namespace {

// More changes of the whole tree than this one mount is read through: then every mount is written again.
constexpr size_t kMostChanges = 32;
constexpr size_t kMostHistory = 64;

// As the kernel prints what an nsfs file is: "mnt:[4026531841]".
bool is_namespace_file(const MountBody& body) { return body.root.starts_with("mnt:["); }

}  // namespace

uint32_t namespace_shown(std::string_view root) {
  const size_t bracket = root.find(":[");
  if (root.starts_with('/') || bracket == root.npos || !root.ends_with(']')) return 0;
  uint32_t inode = 0;
  std::from_chars(root.data() + bracket + 2, root.data() + root.size() - 1, inode);
  return inode;
}

bool MountTreeEditor::shows_namespace(const MountTree& tree, uint32_t inode) {
  bool found = false;
  tree.nodes_->files.each_from(Numbered{inode, 0}, [&](const Numbered& entry, Nothing) {
    found = entry.number == inode;
    return false;
  });
  return found;
}

MountTree::Nodes& MountTreeEditor::edit() {
  if (tree_.nodes_.use_count() != 1) tree_.nodes_ = std::make_shared<MountTree::Nodes>(*tree_.nodes_);
  return *tree_.nodes_;
}

void MountTreeEditor::link(MountTree::Nodes& nodes, Slot slot, const MountNode& node) {
  if (node.peer_group)
    nodes.members.edit({node.peer_group, slot});
  else if (node.master)
    nodes.slaves[0].edit({node.master, slot});
}

void MountTreeEditor::unlink(MountTree::Nodes& nodes, Slot slot, const MountNode& node) {
  if (node.peer_group)
    nodes.members.erase(Numbered{node.peer_group, slot});
  else if (node.master)
    nodes.slaves[0].erase(Numbered{node.master, slot});
}

// Writes the changes of the whole tree into the mount.
MountNode& MountTreeEditor::refresh(MountTree::Nodes& nodes, Slot slot) {
  if (nodes.node(slot).version == nodes.changes.size()) return nodes.mounts.edit(slot);
  const MountNode node = nodes.now(slot);
  if (!node.peer_group) link(nodes, slot, node);
  return nodes.mounts.edit(slot) = node;
}

Slot MountTreeEditor::add(Mount mount) {
  MountTree::Nodes& nodes = edit();
  const Slot slot = nodes.next_slot++;
  MountNode node = {.body = std::make_shared<MountBody>(MountBody{.root = std::move(mount.root),
                                                                  .source = std::move(mount.source),
                                                                  .filesystem = mount.filesystem,
                                                                  .made_by = mount.made_by,
                                                                  .history = std::move(mount.history)}),
                    .mountpoint = std::make_shared<std::string>(std::move(mount.mountpoint)),
                    .parent = mount.parent,
                    .order = nodes.next_order++,
                    .version = static_cast<uint32_t>(nodes.changes.size()),
                    .peer_group = mount.peer_group,
                    .master = mount.master,
                    .attributes = static_cast<uint32_t>(mount.attributes),
                    .unbindable = mount.unbindable,
                    .locked = mount.locked,
                    .idmapped = mount.idmapped,
                    .evidence = mount.evidence};
  if (mount.parent == kNoSlot)
    nodes.root = slot;
  else
    nodes.mountpoints.edit({.parent = node.parent, .path = node.mountpoint, .order = node.order}) = slot;
  link(nodes, slot, node);
  nodes.unbindable = nodes.unbindable || mount.unbindable;
  if (is_namespace_file(*node.body)) nodes.namespace_files.push_back(slot);
  nodes.filesystems.edit({mount.filesystem, slot});
  if (const uint32_t shown = namespace_shown(node.body->root)) nodes.files.edit({shown, slot});
  nodes.mounts.edit(slot) = std::move(node);
  if (mount.kernel_id) set_kernel_id(slot, mount.kernel_id);
  return slot;
}

void MountTreeEditor::drop(MountTree::Nodes& nodes, Slot slot) {
  const MountNode node = nodes.now(slot);
  unlink(nodes, slot, node);
  if (const uint32_t* id = nodes.ids.find(slot)) {
    nodes.by_id.erase(*id);
    nodes.ids.erase(slot);
  }
  if (node.parent != kNoSlot)
    nodes.mountpoints.erase(MountpointProbe{.parent = node.parent, .path = *node.mountpoint, .order = node.order});
  nodes.filesystems.erase(Numbered{node.body->filesystem, slot});
  if (const uint32_t shown = namespace_shown(node.body->root)) nodes.files.erase(Numbered{shown, slot});
  if (nodes.root == slot) nodes.root = kNoSlot;
  std::erase(nodes.namespace_files, slot);
  nodes.mounts.erase(slot);
}

void MountTreeEditor::remove(Slot slot) { drop(edit(), slot); }

void MountTreeEditor::remove_subtree(Slot slot) {
  // Who stays is found without looking at who goes: an old root is a thousand mounts under one of twenty.
  std::vector<Slot> staying, waiting;
  if (tree_.root() != slot) waiting.push_back(tree_.root());
  const size_t most = tree_.size() / 4;
  while (!waiting.empty() && staying.size() <= most) {
    const Slot next = waiting.back();
    waiting.pop_back();
    staying.push_back(next);
    for (Slot child : tree_.children(next))
      if (child != slot) waiting.push_back(child);
  }
  MountTree::Nodes& nodes = edit();
  if (waiting.empty()) return keep_only(nodes, staying);
  std::vector<Slot> going = tree_.subtree(slot);
  for (auto last = going.rbegin(); last != going.rend(); ++last) drop(nodes, *last);
}

void MountTreeEditor::keep_only(MountTree::Nodes& nodes, const std::vector<Slot>& slots) {
  MountTree::Nodes kept;
  kept.next_slot = nodes.next_slot;
  kept.next_order = nodes.next_order;
  for (Slot slot : slots) {
    MountNode node = nodes.now(slot);
    node.version = 0;
    link(kept, slot, node);
    if (node.parent == kNoSlot)
      kept.root = slot;
    else
      kept.mountpoints.edit({.parent = node.parent, .path = node.mountpoint, .order = node.order}) = slot;
    if (is_namespace_file(*node.body)) kept.namespace_files.push_back(slot);
    kept.filesystems.edit({node.body->filesystem, slot});
    if (const uint32_t shown = namespace_shown(node.body->root)) kept.files.edit({shown, slot});
    kept.unbindable = kept.unbindable || node.unbindable;
    if (const uint32_t* id = nodes.ids.find(slot)) {
      kept.ids.edit(slot) = *id;
      kept.by_id.edit(*id) = slot;
    }
    kept.mounts.edit(slot) = std::move(node);
  }
  nodes = std::move(kept);
}

void MountTreeEditor::move(Slot slot, Slot parent, std::string_view mountpoint) {
  MountTree::Nodes& nodes = edit();
  MountNode& node = nodes.mounts.edit(slot);
  if (node.parent != kNoSlot)
    nodes.mountpoints.erase(MountpointProbe{.parent = node.parent, .path = *node.mountpoint, .order = node.order});
  node.parent = parent;
  node.order = nodes.next_order++;
  node.mountpoint = std::make_shared<std::string>(mountpoint);
  nodes.mountpoints.edit({.parent = parent, .path = node.mountpoint, .order = node.order}) = slot;
}

void MountTreeEditor::set_propagation(Slot slot, uint32_t peer_group, uint32_t master, bool unbindable) {
  MountTree::Nodes& nodes = edit();
  MountNode& node = refresh(nodes, slot);
  unlink(nodes, slot, node);
  node.peer_group = peer_group;
  node.master = master;
  node.unbindable = unbindable;
  nodes.unbindable = nodes.unbindable || unbindable;
  link(nodes, slot, node);
}

void MountTreeEditor::set_attributes(Slot slot, uint64_t attributes, bool idmapped) {
  MountNode& node = edit().mounts.edit(slot);
  node.attributes = static_cast<uint32_t>(attributes);
  node.idmapped = idmapped;
}

void MountTreeEditor::set_locked(Slot slot, bool locked) {
  MountTree::Nodes& nodes = edit();
  if (nodes.now(slot).locked != locked) refresh(nodes, slot).locked = locked;
}

void MountTreeEditor::set_source(Slot slot, std::string source) {
  MountNode& node = edit().mounts.edit(slot);
  auto body = std::make_shared<MountBody>(*node.body);
  body->source = std::move(source);
  node.body = std::move(body);
}

void MountTreeEditor::add_history(Slot slot, EventNumber event) {
  MountNode& node = edit().mounts.edit(slot);
  if (node.body->history.size() >= kMostHistory) return;
  auto body = std::make_shared<MountBody>(*node.body);
  body->history.push_back(event);
  node.body = std::move(body);
}

void MountTreeEditor::set_kernel_id(Slot slot, uint32_t id) {
  MountTree::Nodes& nodes = edit();
  if (const uint32_t* old = nodes.ids.find(slot)) nodes.by_id.erase(*old);
  nodes.ids.erase(slot);
  if (!id) return;
  // Ids are used again: whoever had it is gone, or was never it.
  if (const Slot* other = nodes.by_id.find(id)) nodes.ids.erase(*other);
  nodes.ids.edit(slot) = id;
  nodes.by_id.edit(id) = slot;
}

void MountTreeEditor::forget_ids() {
  MountTree::Nodes& nodes = edit();
  nodes.ids = {};
  nodes.by_id = {};
}

void MountTreeEditor::change_all(const WholeTreeChange& change) {
  MountTree::Nodes& nodes = edit();
  if (change.privates) nodes.unbindable = change.unbindable;
  if (change.bindable) nodes.unbindable = false;
  if (change.slaves && !nodes.members.empty()) {
    nodes.slaves.push_back(std::move(nodes.members));
    nodes.members = {};
  }
  if (change.privates) {
    nodes.members = {};
    nodes.slaves.assign(1, {});
  }
  nodes.changes.push_back(change);
  if (nodes.changes.size() > kMostChanges) settle(nodes);
}

void MountTreeEditor::settle(MountTree::Nodes& nodes) {
  std::vector<Slot> all;
  nodes.mounts.each([&](Slot slot, const MountNode&) {
    all.push_back(slot);
    return true;
  });
  keep_only(nodes, all);
}

}  // namespace cttrace
