// The text of /proc/PID/mountinfo as rows, and rows of a tree as somebody sees it.
#include <algorithm>
#include <map>
#include <utility>

#include "base/mountinfo_line.h"
#include "base/paths.h"
#include "base/words.h"
#include "cttrace/mount_rows.h"
#include "model/mount_flags.h"
#include "model/mount_state.h"
#include "model/peer_groups.h"
#include "model/superblocks.h"

namespace cttrace {
namespace {

// As many mounts as the kernel lets a namespace have by default (sysctl_mount_max), twice.
constexpr size_t kMostRows = 200'000;

void read_optional(std::string_view field, MountRow& row) {
  const size_t colon = field.find(':');
  if (field == "unbindable") row.unbindable = true;
  if (colon == std::string_view::npos) return;
  uint32_t number = 0;
  if (!read_number(field.substr(colon + 1), number)) return;
  const std::string_view name = field.substr(0, colon);
  if (name == "shared") row.shared = number;
  if (name == "master") row.master = number;
  if (name == "propagate_from") row.propagate_from = number;
}

std::optional<MountRow> parse_line(std::string_view line) {
  std::optional<MountinfoLine> fields = parse_mountinfo_line(line);
  if (!fields) return std::nullopt;
  MountRow row = {.mountpoint = std::move(fields->mountpoint), .root = std::move(fields->root)};
  if (!parse_attributes(fields->attributes, row.attributes, row.idmapped)) return std::nullopt;
  for (std::string_view word; !(word = next_word(fields->optional)).empty();) read_optional(word, row);
  row.fs_type = std::move(fields->fs_type);
  row.source = std::move(fields->source);
  row.dev_major = fields->dev_major;
  row.dev_minor = fields->dev_minor;
  row.read_only = fields->options == "ro" || fields->options.starts_with("ro,");
  row.options = mountinfo_unescaped(fields->options);
  row.id = fields->id;
  row.parent_id = fields->parent_id;
  return row;
}

// --- A tree as it is seen from a root

// Where the mount's root is, from `root`; none: it cannot be reached from there (is_path_reachable, fs/namespace.c).
class View {
 public:
  View(const State& state, TreeId tree, const Place& root)
      : state_(state), id_(tree), tree_(state.trees.at(tree)), root_(root) {}

  std::vector<MountRow> rows() {
    std::vector<MountRow> rows;
    if (!tree_.contains(root_.mount.slot)) return rows;
    for (Slot slot : tree_.subtree(root_.mount.slot)) add(slot, rows);
    return rows;
  }

 private:
  void add(Slot slot, std::vector<MountRow>& rows) {
    std::string path = "/";
    if (slot != root_.mount.slot) {
      const Slot parent = tree_.parent_of(slot);
      const std::string& mountpoint = tree_.mountpoint_of(slot);
      if (parent == root_.mount.slot) {
        if (!is_below(mountpoint, root_.path)) return;
        path = joined("/", below(mountpoint, root_.path));
      } else if (const auto above = paths_.find(parent); above != paths_.end()) {
        path = joined(above->second, below(mountpoint, tree_.root_of(parent)));
      } else {
        return;
      }
    }
    paths_[slot] = path;
    // A root that is not the root of its mount does not show that one.
    if (slot == root_.mount.slot && root_.path != tree_.root_of(slot)) return;
    rows.push_back(row_of(slot, path));
    indexes_[slot] = static_cast<int>(rows.size()) - 1;
    const auto above = indexes_.find(tree_.parent_of(slot));
    if (slot != root_.mount.slot && above != indexes_.end()) rows.back().parent = above->second;
  }

  MountRow row_of(Slot slot, const std::string& path) {
    const Mount mount = mount_at(state_, {id_, slot});
    const Filesystem* filesystem = filesystem_of(state_, mount.filesystem);
    MountRow row = {.mountpoint = path,
                    .root = mount.root,
                    .attributes = mount.attributes,
                    .shared = mount.peer_group,
                    .master = mount.master,
                    .unbindable = mount.unbindable,
                    .idmapped = mount.idmapped,
                    .source = mount.source,
                    .id = mount.kernel_id,
                    .slot = slot,
                    .certain = mount.evidence != Evidence::kUnknown};
    if (filesystem) {
      row.fs_type = filesystem->type;
      row.dev_major = filesystem->dev_major;
      row.dev_minor = filesystem->dev_minor;
      if (filesystem->read_only.known()) row.read_only = filesystem->read_only.value;
      row.options = filesystem->options.value;
    }
    const Slot parent = tree_.parent_of(slot);
    row.parent_id = parent == kNoSlot ? row.id : tree_.kernel_id_of(parent);
    row.propagate_from = mount.master ? dominating(mount.master) : 0;
    // The kernel tells it only where the master itself cannot be seen.
    if (row.propagate_from == mount.master) row.propagate_from = 0;
    return row;
  }

  // The nearest group above that has somebody who can be seen (get_dominating_id, fs/pnode.c).
  uint32_t dominating(uint32_t group) {
    for (; group; group = master_of_group(state_, group))
      for (Slot slot : tree_.members(group))
        if (reachable(slot)) return group;
    return 0;
  }

  bool reachable(Slot slot) const {
    std::string_view path = tree_.root_of(slot);
    while (slot != root_.mount.slot) {
      if (tree_.parent_of(slot) == kNoSlot) return false;
      path = tree_.mountpoint_of(slot);
      slot = tree_.parent_of(slot);
    }
    return is_below(path, root_.path);
  }

  const State& state_;
  TreeId id_;
  const MountTree& tree_;
  const Place& root_;
  std::map<Slot, std::string> paths_;
  std::map<Slot, int> indexes_;
};

}  // namespace

std::optional<std::vector<MountRow>> parse_mountinfo(std::string_view text) {
  std::vector<MountRow> rows;
  std::map<uint32_t, int> by_id;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::optional<MountRow> row = parse_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!row || rows.size() == kMostRows || by_id.contains(row->id)) return std::nullopt;
    by_id[row->id] = static_cast<int>(rows.size());
    rows.push_back(std::move(*row));
  }
  for (MountRow& row : rows) {
    const auto parent = by_id.find(row.parent_id);
    if (parent != by_id.end() && row.parent_id != row.id) row.parent = parent->second;
  }
  return rows;
}

std::vector<MountRow> mount_rows(const State& state, TreeId tree, const Place& root) {
  if (!tree_in(state, tree) || root.mount.tree != tree) return {};
  return View(state, tree, root).rows();
}

}  // namespace cttrace
