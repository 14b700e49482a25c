#include "table.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "resolve.h"

namespace cttrace::oracle {
namespace {

// From include/uapi/linux/mount.h, which old headers have in part; in mountinfo's order and words.
constexpr std::pair<uint64_t, const char*> kAttributes[] = {
    {0x02, "nosuid"}, {0x04, "nodev"}, {0x08, "noexec"}, {0x10, "noatime"}, {0x80, "nodiratime"}};
constexpr uint64_t kReadOnly = 0x01, kAtimeMask = 0x70, kNoSymfollow = 0x200000;

std::string options_of(const Mount& mount) {
  std::string text = mount.attributes & kReadOnly ? "ro" : "rw";
  for (const auto& [bit, name] : kAttributes) {
    if (mount.attributes & bit) text += std::string(",") + name;
  }
  if ((mount.attributes & kAtimeMask) == 0) text += ",relatime";
  if (mount.attributes & kNoSymfollow) text += ",nosymfollow";
  if (mount.idmapped) text += ",idmapped";
  return text;
}

// `path` from `above`, which is it or a folder above it: "" or "/rest".
std::string below(const std::string& path, const std::string& above) {
  return above == "/" ? (path == "/" ? "" : path) : path.substr(above.size());
}
bool is_below(const std::string& path, const std::string& above) {
  return above == "/" || path == above || path.starts_with(above + "/");
}
std::string join(const std::string& above, const std::string& rest) {
  const std::string path = (above == "/" ? "" : above) + rest;
  return path.empty() ? "/" : path;
}

// "36 35 98:0 /root /mountpoint rw,noatime shared:1 master:2 - type source super"
Row row_of(const std::string& line, uint32_t& parent_id) {
  const std::vector<std::string> fields = split(line, ' ');
  const auto dash = std::ranges::find(fields, "-");
  if (dash - fields.begin() < 6 || fields.end() - dash < 4) throw std::runtime_error("no line of mountinfo: " + line);
  Row row;
  row.kernel_id = static_cast<uint32_t>(std::stoul(fields[0]));
  parent_id = static_cast<uint32_t>(std::stoul(fields[1]));
  unsigned major = 0, minor = 0;
  sscanf(fields[2].c_str(), "%u:%u", &major, &minor);
  row.filesystem = uint64_t{major} << 32 | minor;
  row.root = unescape(fields[3]);
  row.path = row.at = unescape(fields[4]);
  row.options = fields[5];
  for (auto tag = fields.begin() + 6; tag != dash; ++tag) {
    if (tag->starts_with("shared:")) row.shared = std::stoul(tag->substr(7));
    if (tag->starts_with("master:")) row.master = std::stoul(tag->substr(7));
    if (*tag == "unbindable") row.unbindable = true;
  }
  row.type = dash[1];
  row.source = unescape(dash[2]);
  row.read_only = dash[3] == "ro" || dash[3].starts_with("ro,");
  return row;
}

class ModelTable {
 public:
  ModelTable(const State& state, const MountTree& tree) : state_(state), tree_(tree) {}

  // The mount and all on it. Not by recursion: stacks of mounts are as high as there are mounts.
  void add(Slot slot, int parent, const std::string& path) {
    std::vector<Waiting> waiting = {{slot, parent, path}};
    while (!waiting.empty()) {
      const Waiting next = std::move(waiting.back());
      waiting.pop_back();
      add_row(next);
      const Mount mount = tree_.at(next.slot);
      const int here = static_cast<int>(table_.size()) - 1;
      for (const Slot child : tree_.children(next.slot)) {
        const std::string& at = tree_.at(child).mountpoint;
        if (!is_below(at, mount.root)) throw std::runtime_error("the model has " + at + " mounted above " + mount.root);
        waiting.push_back({child, here, join(next.path, below(at, mount.root))});
      }
    }
  }

  Table table_;

 private:
  struct Waiting {
    Slot slot;
    int parent;
    std::string path;
  };

  void add_row(const Waiting& next) {
    const auto& [slot, parent, path] = next;
    const Mount& mount = tree_.at(slot);
    Row row;
    row.parent = parent;
    row.path = path;
    row.at = parent < 0 ? path : mount.mountpoint;
    row.root = mount.root;
    row.source = mount.source;
    row.options = options_of(mount);
    row.shared = mount.peer_group;
    row.master = mount.master;
    row.unbindable = mount.unbindable;
    row.filesystem = mount.filesystem;
    row.kernel_id = mount.kernel_id;
    row.slot = slot;
    row.known = mount.evidence != Evidence::kUnknown;
    if (const Filesystem* const filesystem = state_.filesystem(mount.filesystem)) {
      row.type = filesystem->type;
      if (filesystem->read_only.known()) row.read_only = filesystem->read_only.value;
    }
    table_.push_back(row);
  }

  const State& state_;
  const MountTree& tree_;
};

}  // namespace

Table table_of(const std::string& mountinfo) {
  Table rows;
  std::map<uint32_t, int> by_id;
  std::vector<uint32_t> parents;
  for (const std::string& line : split(mountinfo, '\n')) {
    rows.push_back(row_of(line, parents.emplace_back()));
    by_id[rows.back().kernel_id] = static_cast<int>(rows.size()) - 1;
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto parent = by_id.find(parents[i]);
    // The first filesystem of the kernel is on itself.
    if (parent == by_id.end() || parent->second == static_cast<int>(i)) continue;
    const Row& above = rows[static_cast<size_t>(parent->second)];
    rows[i].parent = parent->second;
    rows[i].at = join(above.root, below(rows[i].path, above.path));
  }
  return rows;
}

Table table_of(const State& state, const MountTree& tree, Slot mount, const std::string& path) {
  ModelTable table(state, tree);
  if (tree.at(mount).root == path) {
    table.add(mount, -1, "/");
  } else {
    for (const Slot child : tree.children(mount)) {
      const std::string& at = tree.at(child).mountpoint;
      if (is_below(at, path)) table.add(child, -1, join("/", below(at, path)));
    }
  }
  return std::move(table.table_);
}

Table table_of(const State& state, const MountTree& tree) {
  Slot top = tree.root();
  if (top == kNoSlot) return {};
  for (Slot next = top; next != kNoSlot; next = tree.mounted_on(top, tree.at(top).root)) top = next;
  return table_of(state, tree, top, tree.at(top).root);
}

}  // namespace cttrace::oracle
