// Changing mount trees.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cttrace/mounts.h"
#include "model/persistent_map.h"

namespace cttrace {

// What happened to every mount that was in a tree then. Kept as one entry, through which older mounts are read: the
// first thing that every container does to its copy of a thousand mounts is to make all of them slaves.
struct WholeTreeChange {
  bool slaves = false;      // shared mounts become slaves of their peer groups
  bool privates = false;    // mounts leave their peer groups and masters
  bool unbindable = false;  // with `privates`
  bool bindable = false;
  bool locked = false;
};

// What seldom changes of a mount, shared by its copies.
struct MountBody {
  std::string root = {}, source = {};
  FilesystemId filesystem = 0;
  EventNumber made_by = 0;
  std::vector<EventNumber> history = {};
};

struct MountNode {
  std::shared_ptr<const MountBody> body = {};
  std::shared_ptr<const std::string> mountpoint = {};
  Slot parent = kNoSlot;
  uint32_t order = 0;    // of being mounted: of two on one mountpoint the later one is seen
  uint32_t version = 0;  // the changes of the whole tree that are in here already
  uint32_t peer_group = 0, master = 0;
  uint32_t attributes = 0;
  bool unbindable = false, locked = false, idmapped = false;
  Evidence evidence = Evidence::kInferred;
};

// A mountpoint: of a mount, a path in its filesystem.
struct Mountpoint {
  Slot parent = kNoSlot;
  std::shared_ptr<const std::string> path;
  uint32_t order = 0;
};
struct MountpointProbe {
  Slot parent = kNoSlot;
  std::string_view path = {};
  uint32_t order = 0;
};
struct MountpointLess {
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    if (a.parent != b.parent) return a.parent < b.parent;
    const int order = text(a).compare(text(b));
    return order != 0 ? order < 0 : a.order < b.order;
  }

 private:
  static std::string_view text(const Mountpoint& at) { return *at.path; }
  static std::string_view text(const MountpointProbe& at) { return at.path; }
};

// The inode number of the namespace whose file a mount shows: of "net:[4026532000]", as nsfs names it; 0: it shows no
// such file.
uint32_t namespace_shown(std::string_view root);

// A mount by a number that it has: of its peer group, its master, its filesystem, the namespace whose file it shows.
struct Numbered {
  uint32_t number = 0;
  Slot slot = 0;
  friend auto operator<=>(const Numbered&, const Numbered&) = default;
};
struct Nothing {};
using NumberedSlots = PersistentMap<Numbered, Nothing>;

struct MountTree::Nodes {
  PersistentMap<Slot, MountNode> mounts;
  PersistentMap<Mountpoint, Slot, MountpointLess> mountpoints;
  NumberedSlots members;  // exact
  // The first: mounts that became slaves one by one, exact. The others: what `members` was when the whole tree was
  // made slaves; who has changed since is still in there.
  std::vector<NumberedSlots> slaves = std::vector<NumberedSlots>(1);
  NumberedSlots filesystems;
  NumberedSlots files;  // of namespaces
  PersistentMap<Slot, uint32_t> ids;
  PersistentMap<uint32_t, Slot> by_id;
  std::vector<WholeTreeChange> changes;
  std::vector<Slot> namespace_files;  // mounts of nsfs files that stand for mount namespaces
  bool unbindable = false;            // some mount is, or was
  Slot root = kNoSlot;
  Slot next_slot = 0;
  uint32_t next_order = 0;

  const MountNode& node(Slot slot) const { return *mounts.find(slot); }
  // As it is now, with the changes of the whole tree.
  MountNode now(Slot slot) const;
};

class MountTreeEditor {
 public:
  // The tree must outlive the editor.
  explicit MountTreeEditor(MountTree& tree) : tree_(tree) {}

  // `mount.parent` must be in the tree, or kNoSlot: the root of an empty tree.
  Slot add(Mount mount);
  // Mounts that are on it must go first.
  void remove(Slot slot);
  // All that is in the subtree. Costs what is less: the mounts that go, or those that stay.
  void remove_subtree(Slot slot);
  // To another mountpoint.
  void move(Slot slot, Slot parent, std::string_view mountpoint);
  void set_propagation(Slot slot, uint32_t peer_group, uint32_t master, bool unbindable);
  void set_attributes(Slot slot, uint64_t attributes, bool idmapped);
  void set_locked(Slot slot, bool locked);
  void set_source(Slot slot, std::string source);
  void add_history(Slot slot, EventNumber event);
  // Whether it is there is not known.
  void doubt(Slot slot) { edit().mounts.edit(slot).evidence = Evidence::kUnknown; }
  void settle(Slot slot) { edit().mounts.edit(slot).evidence = Evidence::kInferred; }
  void set_kernel_id(Slot slot, uint32_t id);  // 0: not known any more
  void change_all(const WholeTreeChange& change);
  // Ids are of mounts, not of their copies.
  void forget_ids();
  bool may_have_unbindable() const { return tree_.nodes_->unbindable; }
  static bool shows_namespaces(const MountTree& tree) { return !tree.nodes_->files.empty(); }
  static bool shows_namespace(const MountTree& tree, uint32_t inode);
  const std::vector<Slot>& namespace_files() const { return tree_.nodes_->namespace_files; }

 private:
  MountTree::Nodes& edit();
  MountNode& refresh(MountTree::Nodes& nodes, Slot slot);
  void link(MountTree::Nodes& nodes, Slot slot, const MountNode& node);
  void unlink(MountTree::Nodes& nodes, Slot slot, const MountNode& node);
  void settle(MountTree::Nodes& nodes);
  void drop(MountTree::Nodes& nodes, Slot slot);
  void keep_only(MountTree::Nodes& nodes, const std::vector<Slot>& slots);

  MountTree& tree_;
};

}  // namespace cttrace
