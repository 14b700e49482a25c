#include "model/mount_trees.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory_resource>
#include <utility>

#include "base/paths.h"

namespace cttrace {

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
FilesystemId MountTree::filesystem_of(Slot slot) const { return nodes_->node(slot).body->filesystem; }
uint32_t MountTree::kernel_id_of(Slot slot) const {
  const uint32_t* const id = nodes_->ids.find(slot);
  return id ? *id : 0;
}
const std::string& MountTree::root_of(Slot slot) const { return nodes_->node(slot).body->root; }
const std::string& MountTree::mountpoint_of(Slot slot) const { return *nodes_->node(slot).mountpoint; }

Mount MountTree::at(Slot slot) const {
  const MountNode node = nodes_->now(slot);
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
          .kernel_id = kernel_id_of(slot),
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
  // From the mount up to the root. Few mounts are on more than some others.
  std::array<std::byte, 256> memory;
  std::pmr::monotonic_buffer_resource resource(memory.data(), memory.size());
  std::pmr::vector<std::string_view> parts(&resource);
  size_t size = 0;
  for (const MountNode* node = &nodes_->node(slot); node->parent != kNoSlot;) {
    const MountNode& parent = nodes_->node(node->parent);
    parts.push_back(below(*node->mountpoint, parent.body->root));
    size += parts.back().size();
    node = &parent;
  }
  if (size == 0) return "/";
  std::string path;
  path.reserve(size);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) path += *part;
  return path;
}

bool MountTree::hidden(Slot slot) const {
  if (mounted_on(slot, root_of(slot)) != kNoSlot) return true;
  for (Slot parent = parent_of(slot); parent != kNoSlot; slot = parent, parent = parent_of(parent)) {
    const std::string_view root = root_of(parent), mountpoint = mountpoint_of(slot);
    if (mounted_on(parent, mountpoint) != slot) return true;
    for (std::string_view path = mountpoint; path != root && is_below(path, root);) {
      path = folder_of(path);
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
                 nodes_->filesystems.own_nodes() + nodes_->files.own_nodes() + nodes_->ids.own_nodes() +
                 nodes_->by_id.own_nodes();
  for (const NumberedSlots& layer : nodes_->slaves) count += layer.own_nodes();
  return count;
}

}  // namespace cttrace
