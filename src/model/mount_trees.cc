#include "model/mount_trees.h"

#include <algorithm>
#include <utility>

#include "model/mount_paths.h"

namespace cttrace {

// --- What is asked of a tree

MountNode MountTree::Nodes::now(Slot slot) const {
  MountNode node = this->node(slot);
  for (; node.version < changes.size(); ++node.version) {
    const WholeTreeChange& change = changes[node.version];
    if (change.slaves && node.peer_group) node.master = std::exchange(node.peer_group, 0);
    if (change.privates) {
      node.peer_group = node.master = 0;
      node.unbindable = change.unbindable;
    }
    if (change.bindable) node.unbindable = false;
    node.locked = node.locked || change.locked;
  }
  return node;
}

MountTree::MountTree() : nodes_(std::make_shared<Nodes>()) {}

Slot MountTree::root() const { return nodes_->root; }
size_t MountTree::size() const { return nodes_->mounts.size(); }
bool MountTree::contains(Slot slot) const { return nodes_->mounts.find(slot) != nullptr; }
Slot MountTree::parent_of(Slot slot) const { return nodes_->node(slot).parent; }
const std::string& MountTree::root_of(Slot slot) const { return nodes_->node(slot).body->root; }
const std::string& MountTree::mountpoint_of(Slot slot) const { return *nodes_->node(slot).mountpoint; }

Mount MountTree::at(Slot slot) const {
  const MountNode node = nodes_->now(slot);
  const uint32_t* id = nodes_->ids.find(slot);
  return {.parent = node.parent,
          .root = node.body->root,
          .mountpoint = *node.mountpoint,
          .filesystem = node.body->filesystem,
          .source = node.body->source,
          .attributes = node.attributes,
          .peer_group = node.peer_group,
          .master = node.master,
          .unbindable = node.unbindable,
          .locked = node.locked,
          .idmapped = node.idmapped,
          .kernel_id = id ? *id : 0,
          .made_by = node.body->made_by,
          .history = node.body->history,
          .evidence = node.evidence};
}

std::optional<Mount> MountTree::find(Slot slot) const {
  if (!contains(slot)) return std::nullopt;
  return at(slot);
}

Slot MountTree::mounted_on(Slot parent, std::string_view path) const {
  const auto [at, slot] =
      nodes_->mountpoints.last_before(MountpointProbe{.parent = parent, .path = path, .order = UINT32_MAX});
  return at && at->parent == parent && *at->path == path ? *slot : kNoSlot;
}

std::vector<Slot> MountTree::children(Slot slot) const {
  std::vector<Slot> found;
  nodes_->mountpoints.each_from(MountpointProbe{.parent = slot}, [&](const Mountpoint& at, Slot child) {
    if (at.parent == slot) found.push_back(child);
    return at.parent == slot;
  });
  return found;
}

std::vector<Slot> MountTree::subtree(Slot slot) const {
  std::vector<Slot> found, waiting = {slot};
  while (!waiting.empty()) {
    const Slot next = waiting.back();
    waiting.pop_back();
    found.push_back(next);
    std::vector<Slot> below = children(next);
    waiting.insert(waiting.end(), below.rbegin(), below.rend());
  }
  return found;
}

std::vector<Slot> MountTree::in_tree_order() const {
  return nodes_->root == kNoSlot ? std::vector<Slot>() : subtree(nodes_->root);
}

std::string MountTree::path_of(Slot slot) const {
  std::string path;
  for (const MountNode* node = &nodes_->node(slot); node->parent != kNoSlot;) {
    const MountNode& parent = nodes_->node(node->parent);
    path.insert(0, below(*node->mountpoint, parent.body->root));
    node = &parent;
  }
  return path.empty() ? "/" : path;
}

bool MountTree::hidden(Slot slot) const {
  if (mounted_on(slot, root_of(slot)) != kNoSlot) return true;
  for (Slot parent = parent_of(slot); parent != kNoSlot; slot = parent, parent = parent_of(parent)) {
    const std::string_view root = root_of(parent), mountpoint = mountpoint_of(slot);
    if (mounted_on(parent, mountpoint) != slot) return true;
    for (std::string_view path = mountpoint; path != root && is_below(path, root);) {
      path = parent_path(path);
      if (mounted_on(parent, path) != kNoSlot) return true;
      if (path == "/") break;
    }
  }
  return false;
}

namespace {

std::vector<Slot> slots_with(const NumberedSlots& slots, uint32_t number) {
  std::vector<Slot> found;
  slots.each_from(Numbered{number, 0}, [&](const Numbered& entry, Nothing) {
    if (entry.number == number) found.push_back(entry.slot);
    return entry.number == number;
  });
  return found;
}

}  // namespace

std::vector<Slot> MountTree::members(uint32_t peer_group) const { return slots_with(nodes_->members, peer_group); }

std::vector<Slot> MountTree::of_filesystem(FilesystemId filesystem) const {
  return slots_with(nodes_->filesystems, filesystem);
}

std::vector<Slot> MountTree::shared() const {
  std::vector<Slot> found;
  nodes_->members.each([&](const Numbered& entry, Nothing) {
    found.push_back(entry.slot);
    return true;
  });
  return found;
}

std::vector<Slot> MountTree::slaves(uint32_t master) const {
  std::vector<Slot> found = slots_with(nodes_->slaves[0], master);
  for (size_t layer = 1; layer < nodes_->slaves.size(); ++layer) {
    for (Slot slot : slots_with(nodes_->slaves[layer], master)) {
      if (!contains(slot)) continue;
      const MountNode node = nodes_->now(slot);
      if (node.peer_group == 0 && node.master == master) found.push_back(slot);
    }
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Slot MountTree::with_kernel_id(uint32_t id) const {
  const Slot* slot = id ? nodes_->by_id.find(id) : nullptr;
  return slot ? *slot : kNoSlot;
}

size_t MountTree::own_nodes() const {
  if (nodes_.use_count() != 1) return 0;
  size_t count = 1 + nodes_->mounts.own_nodes() + nodes_->mountpoints.own_nodes() + nodes_->members.own_nodes() +
                 nodes_->filesystems.own_nodes() + nodes_->ids.own_nodes() + nodes_->by_id.own_nodes();
  for (const NumberedSlots& layer : nodes_->slaves) count += layer.own_nodes();
  return count;
}

// --- Changes

namespace {

// More changes of the whole tree than this one mount is read through: then every mount is written again.
constexpr size_t kMostChanges = 32;
constexpr size_t kMostHistory = 64;

// As the kernel prints what an nsfs file is: "mnt:[4026531841]".
bool is_namespace_file(const MountBody& body) { return body.root.starts_with("mnt:["); }

}  // namespace

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

Slot MountTreeEditor::add(const Mount& mount) {
  MountTree::Nodes& nodes = edit();
  const Slot slot = nodes.next_slot++;
  MountNode node = {.body = std::make_shared<MountBody>(MountBody{.root = mount.root,
                                                                  .source = mount.source,
                                                                  .filesystem = mount.filesystem,
                                                                  .made_by = mount.made_by,
                                                                  .history = mount.history}),
                    .mountpoint = std::make_shared<std::string>(mount.mountpoint),
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
