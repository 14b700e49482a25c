#include "render/mount_lines.h"

#include <algorithm>
#include <map>

#include "base/escape.h"
#include "base/paths.h"
#include "render/columns.h"
#include "render/mount_words.h"

namespace cttrace {
namespace {

constexpr size_t kWorthFolding = 3;
constexpr size_t kStrokeColumns = 3;  // of the tree's lines, a level
constexpr size_t kDeepest = 64;       // mounts upon mounts that are followed

class Lines {
 public:
  Lines(const State& state, const MountTree& tree, const Place& root, const LineOptions& options)
      : state_(state), tree_(tree), root_(root), options_(options) {}

  MountLines collect();

 private:
  // A line that is still to be told, with what is mounted on it.
  struct Pending {
    MountLine line;
    std::string base;  // the path of its mount's root, from `root_`; not escaped
  };

  // What is mounted on a mount, and what hides it; kNoSlot: nothing.
  struct Child {
    Slot slot;
    Slot hidden_by;
  };
  using Group = std::vector<Child>;

  void add_children(const Pending& parent);
  std::vector<Group> grouped(const Pending& parent, const std::vector<Slot>& children) const;
  std::string kind_of(Slot slot) const;
  Slot hider(Slot slot) const;
  const std::string& top_of(Slot slot) const;
  std::string path_of(const Pending& parent, Slot slot) const;
  std::string folded_path(const std::string& directory, const Group& group, size_t depth) const;
  size_t below(std::vector<Slot> slots) const;
  bool is_reached(const Pending& parent, const Child& child) const;

  const State& state_;
  const MountTree& tree_;
  const Place& root_;
  const LineOptions& options_;
  std::vector<Pending> pending_;  // the last one is next
  std::set<Slot> wanted_;         // the only ones, and what they are on
  size_t deeper_ = 0, left_out_ = 0;
};

// What is mounted over the mount, or over a directory on the way to it; kNoSlot: nothing. Who has `root_` as its root
// does not see what is mounted over that.
Slot Lines::hider(Slot slot) const {
  if (const Slot over = tree_.mounted_on(slot, tree_.root_of(slot)); over != kNoSlot) return over;
  const Slot parent = tree_.parent_of(slot);
  const std::string& mountpoint = tree_.mountpoint_of(slot);
  const std::string& top = top_of(parent);
  if (const Slot later = tree_.mounted_on(parent, mountpoint); later != kNoSlot && later != slot) return later;
  if (mountpoint == top) return kNoSlot;
  for (std::string_view on = folder_of(mountpoint); is_below(on, top); on = folder_of(on)) {
    const bool at_top = on == top;
    if (at_top && parent == root_.mount.slot) break;
    const Slot over = tree_.mounted_on(parent, on);
    if (over != kNoSlot && over != slot) return over;
    if (at_top) break;
  }
  return kNoSlot;
}

// The directory of a mount from which its paths are told: its root, or what of it is the root of who looks.
const std::string& Lines::top_of(Slot slot) const {
  return slot == root_.mount.slot ? root_.path : tree_.root_of(slot);
}

std::string Lines::path_of(const Pending& parent, Slot slot) const {
  const std::string& mountpoint = tree_.mountpoint_of(slot);
  const std::string& top = top_of(parent.line.slots.front());
  const std::string inside = is_below(mountpoint, top) ? seen_from(mountpoint, top) : mountpoint;
  return joined(parent.base, inside);
}

// What mounts that share a line have in common; empty where the mount has its line to itself.
std::string Lines::kind_of(Slot slot) const {
  if (!tree_.children(slot).empty()) return {};
  const Mount mount = tree_.at(slot);
  // What is on the root itself is not seen from inside.
  if (mount.parent == root_.mount.slot && mount.mountpoint == root_.path) return {};
  const Filesystem* const filesystem = state_.filesystem(mount.filesystem);
  const Filesystem* const over = state_.filesystem(tree_.filesystem_of(mount.parent));
  std::string kind = type_words(filesystem);
  kind.append(1, '\0').append(attribute_words(mount, true)).append(1, '\0');
  // Peer groups have a number each: what counts is which there are.
  if (filesystem && !filesystem->type.starts_with("cgroup")) kind.append(filesystem->options.value).append(1, '\0');
  kind += mount.peer_group ? 's' : '-';
  kind += mount.master ? 'm' : '-';
  kind += mount.unbindable ? 'u' : '-';
  kind += mount.evidence == Evidence::kUnknown ? '?' : '-';
  if (options_.marks) {
    const auto mark = options_.marks->find(slot);
    kind += mark == options_.marks->end() ? ' ' : mark->second;
  }
  if (filesystem && filesystem == over && mount.root == mount.mountpoint) return kind + "itself";
  const bool by_name = mount.root != "/" && last_part(mount.root) == last_part(mount.mountpoint);
  kind.append(by_name ? "in " : "of ").append(by_name ? folder_of(mount.root) : mount.root);
  // Each cgroup controller has a filesystem of its own.
  if (mount.root == "/" || (filesystem && filesystem->type.starts_with("cgroup"))) return kind;
  return kind + '\0' + std::to_string(mount.filesystem);
}

// The children, those of a kind in one directory together, in the order of the first of each.
std::vector<Lines::Group> Lines::grouped(const Pending& parent, const std::vector<Slot>& children) const {
  std::map<std::string, Group> by_kind;
  std::vector<std::pair<Child, const Group*>> all;  // each child, and those of its kind; nullptr: it is of none
  for (const Slot slot : children) {
    const Child child = {.slot = slot, .hidden_by = hider(slot)};
    std::string kind = options_.fold && parent.line.reached && child.hidden_by == kNoSlot ? kind_of(slot) : "";
    Group* alike = nullptr;
    if (!kind.empty()) {
      kind.append(1, '\0').append(folder_of(tree_.mountpoint_of(slot)));
      alike = &by_kind[std::move(kind)];
      alike->push_back(child);
    }
    all.emplace_back(child, alike);
  }
  std::vector<Group> groups;
  for (const auto& [child, alike] : all) {
    if (!alike || alike->size() < kWorthFolding) {
      groups.push_back({child});
    } else if (alike->front().slot == child.slot) {
      groups.push_back(*alike);
    }
  }
  return groups;
}

// Paths lead there: what is mounted on the root of its parent is before what hides the rest of that.
bool Lines::is_reached(const Pending& parent, const Child& child) const {
  const Slot on = parent.line.slots.front();
  if (!parent.line.reached) return false;
  if (child.hidden_by != kNoSlot && tree_.parent_of(child.hidden_by) != child.slot) return false;
  const bool on_root = tree_.mountpoint_of(child.slot) == top_of(on);
  if (on == root_.mount.slot) return !on_root;
  return on_root || tree_.mounted_on(on, tree_.root_of(on)) == kNoSlot;
}

std::string Lines::folded_path(const std::string& directory, const Group& group, size_t depth) const {
  const size_t drawn = options_.indent + kStrokeColumns * (depth + 1);
  const size_t room = options_.path_columns > drawn ? options_.path_columns - drawn : 1;
  const std::string begin = escape_for_terminal(directory == "/" ? "" : directory) + "/{";
  std::string names;
  for (size_t i = 0; i < group.size(); ++i) {
    const std::string name = escape_for_terminal(last_part(tree_.mountpoint_of(group[i].slot)));
    const std::string more = std::to_string(group.size() - i) + " more";
    const bool is_last = i + 1 == group.size();
    const size_t needed =
        columns_of(begin) + columns_of(names) + columns_of(name) + 2 + (is_last ? 0 : more.size() + 1);
    if (i > 0 && options_.path_columns && needed > room) return begin + names + "," + more + "}";
    names += (i ? "," : "") + name;
  }
  return begin + names + "}";
}

void Lines::add_children(const Pending& parent) {
  if (parent.line.slots.size() != 1) return;  // those that share a line have no children
  const Slot slot = parent.line.slots.front();
  std::vector<Slot> children = tree_.children(slot);
  if (slot == root_.mount.slot)
    std::erase_if(children, [&](Slot child) { return !is_below(tree_.mountpoint_of(child), root_.path); });
  if (options_.only) {
    for (const Slot child : children)
      if (!wanted_.contains(child)) left_out_ += below({child});
    std::erase_if(children, [&](Slot child) { return !wanted_.contains(child); });
  }
  if (parent.line.last.size() >= kDeepest) {
    deeper_ += below(std::move(children));
    return;
  }
  const auto groups = grouped(parent, children);
  for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
    Pending next;
    const Child& first = group->front();
    next.base = path_of(parent, first.slot);
    next.line.path = group->size() == 1
                         ? escape_for_terminal(next.base)
                         : folded_path(std::string(folder_of(next.base)), *group, parent.line.last.size());
    next.line.bytes = next.base;
    next.line.last = parent.line.last;
    next.line.last.push_back(group == groups.rbegin());
    next.line.hidden_by = group->size() == 1 ? first.hidden_by : kNoSlot;
    next.line.reached = is_reached(parent, first);
    next.line.hidden = !next.line.reached || next.line.hidden_by != kNoSlot;
    for (const Child& child : *group) next.line.slots.push_back(child.slot);
    pending_.push_back(std::move(next));
  }
}

// How many mounts these are, with all that are mounted on them.
size_t Lines::below(std::vector<Slot> slots) const {
  for (size_t i = 0; i < slots.size(); ++i) {
    const std::vector<Slot> children = tree_.children(slots[i]);
    slots.insert(slots.end(), children.begin(), children.end());
  }
  return slots.size();
}

MountLines Lines::collect() {
  MountLines result;
  if (options_.only)
    for (const Slot slot : *options_.only)
      for (Slot on = slot; on != kNoSlot && tree_.contains(on) && wanted_.insert(on).second;) on = tree_.parent_of(on);
  Pending first;
  first.base = first.line.path = first.line.bytes = "/";
  first.line.slots = {root_.mount.slot};
  first.line.reached = true;
  pending_.push_back(std::move(first));
  while (!pending_.empty()) {
    Pending now = std::move(pending_.back());
    pending_.pop_back();
    add_children(now);
    result.mounts += now.line.slots.size();
    result.lines.push_back(std::move(now.line));
  }
  result.deeper = deeper_;
  result.left_out = left_out_;
  size_t unseen = 0;
  for (const Slot slot : tree_.in_tree_order())
    unseen += slot != root_.mount.slot && is_unseen(state_, tree_.filesystem_of(slot));
  result.outside = tree_.size() - result.mounts - deeper_ - left_out_ - unseen;
  return result;
}

}  // namespace

MountLines mount_lines(const State& state, const MountTree& tree, const Place& root, const LineOptions& options) {
  return Lines(state, tree, root, options).collect();
}

}  // namespace cttrace
