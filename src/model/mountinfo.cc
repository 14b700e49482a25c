// The text of /proc/PID/mountinfo as rows, and rows of a tree as somebody sees it.
#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "cttrace/mount_rows.h"
#include "model/mount_flags.h"
#include "model/mount_paths.h"
#include "model/mount_state.h"
#include "model/peer_groups.h"

namespace cttrace {
namespace {

// As many mounts as the kernel lets a namespace have by default (sysctl_mount_max), twice.
constexpr size_t kMostRows = 200'000;

std::string_view take_field(std::string_view& line) {
  const std::string_view field = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(field.size() + 1, line.size()));
  return field;
}

bool read_number(std::string_view text, uint32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// The kernel writes blanks and backslashes as "\040" (mangle, fs/proc_namespace.c).
std::string unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 3 < text.size() && text[i + 1] <= '3' && is_octal(text[i + 1]) &&
                        is_octal(text[i + 2]) && is_octal(text[i + 3]);
    if (!escape) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return plain;
}

bool read_device(std::string_view text, MountRow& row) {
  const size_t colon = text.find(':');
  return colon != std::string_view::npos && read_number(text.substr(0, colon), row.dev_major) &&
         read_number(text.substr(colon + 1), row.dev_minor);
}

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
  MountRow row;
  if (!read_number(take_field(line), row.id) || !read_number(take_field(line), row.parent_id)) return std::nullopt;
  if (!read_device(take_field(line), row)) return std::nullopt;
  row.root = unescaped(take_field(line));
  row.mountpoint = unescaped(take_field(line));
  if (row.root.empty() || !row.mountpoint.starts_with('/')) return std::nullopt;
  if (!parse_attributes(take_field(line), row.attributes, row.idmapped)) return std::nullopt;
  std::string_view field = take_field(line);
  for (; field != "-"; field = take_field(line)) {
    if (line.empty()) return std::nullopt;
    read_optional(field, row);
  }
  row.fs_type = unescaped(take_field(line));
  row.source = unescaped(take_field(line));
  const std::string_view options = take_field(line);
  row.read_only = has_option(options, "ro");
  row.options = unescaped(options);
  if (row.fs_type.empty()) return std::nullopt;
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
      row.read_only = filesystem->read_only.value;
      row.options = filesystem->options.value;
    }
    const Slot parent = tree_.parent_of(slot);
    row.parent_id = parent == kNoSlot ? row.id : tree_.at(parent).kernel_id;
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
