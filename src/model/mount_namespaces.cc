// Mount namespaces: the tables that were there when tracing began, and copies of them.
#include <algorithm>
#include <map>
#include <utility>

#include "base/paths.h"
#include "cttrace/mount_rows.h"
#include "model/file_places.h"
#include "model/mount_state.h"
#include "model/peer_groups.h"
#include "model/superblocks.h"

namespace cttrace {
namespace {

constexpr size_t kMostMasters = 1000;  // one above the other: the kernel has no limit, nobody has as many

// A peer group by the kernel's number of when tracing began.
uint32_t group_of(State& state, uint32_t number) {
  if (!number) return 0;
  MountObjects& objects = state.mount_objects.edit();
  uint32_t& known = objects.kernel_groups[number];
  if (!known) {
    known = new_group(state, 0);
    state.mount_objects.edit().groups.edit()[known].elsewhere = true;
  }
  return known;
}

// A table that says otherwise than the kernel can must not make a group its own master's master.
bool may_be_master(const State& state, uint32_t master, uint32_t group) {
  for (size_t depth = 0; master && depth < kMostMasters; ++depth) {
    if (master == group) return false;
    master = master_of_group(state, master);
  }
  return master == 0;
}

void set_master(State& state, uint32_t group, uint32_t master) {
  PeerGroups& groups = state.mount_objects.edit().groups.edit();
  groups[group].elsewhere = false;
  if (!master || groups[group].master || !may_be_master(state, master, group)) return;
  groups[group].master = master;
  groups[master].slaves.insert(group);
}

FilesystemId filesystem_of_row(State& state, const MountRow& row) {
  const MountObjects& objects = *state.mount_objects;
  const auto known = objects.devices.find(static_cast<uint64_t>(row.dev_major) << 32 | row.dev_minor);
  if (known != objects.devices.end() && filesystem_of(state, known->second) &&
      filesystem_of(state, known->second)->type == row.fs_type)
    return known->second;
  return new_filesystem(state, {.type = row.fs_type,
                                .dev_major = row.dev_major,
                                .dev_minor = row.dev_minor,
                                .read_only = {*row.read_only, Evidence::kObserved},
                                .options = {row.options, Evidence::kUnknown},
                                .made_by = 0});
}

// What the table's mounts without a parent are on: a mount that cannot be seen from where the table was read. Its id is
// known, as is what directory of it whoever read the table has for its root.
struct HiddenRoot {
  uint32_t id = 0;
  std::string directory = "/";
};

HiddenRoot hidden_root(const State& state, const std::vector<MountRow>& rows, uint32_t mount_ns) {
  HiddenRoot hidden;
  uint32_t first = 0;
  for (const MountRow& row : rows) {
    if (row.parent >= 0 || row.parent_id == row.id) continue;
    hidden.id = row.parent_id;
    first = row.id;
    break;
  }
  for (const auto& [id, fs] : state.mount_objects->fs) {
    if (!fs.root || fs.root->mount_ns != mount_ns) continue;
    if (!fs.root->path_cut && (fs.root->mount_id == hidden.id || fs.root->mount_id == first))
      hidden.directory = fs.root->path;
    break;  // the table was read from the first task in the namespace
  }
  return hidden;
}

Mount mount_of_row(State& state, const MountRow& row) {
  const uint32_t group = group_of(state, row.shared), master = group_of(state, row.master);
  if (group) set_master(state, group, master);
  return {.root = row.root,
          .filesystem = filesystem_of_row(state, row),
          .source = row.source,
          .attributes = row.attributes,
          .peer_group = group,
          .master = group ? master_of_group(state, group) : master,
          .unbindable = row.unbindable,
          .idmapped = row.idmapped,
          .kernel_id = row.id,
          .evidence = Evidence::kObserved};
}

void add_rows(State& state, TreeId tree, const std::vector<MountRow>& rows, uint32_t mount_ns) {
  std::map<int, std::vector<size_t>> children;
  for (size_t i = 0; i < rows.size(); ++i) children[rows[i].parent].push_back(i);
  const HiddenRoot hidden = hidden_root(state, rows, mount_ns);
  std::map<size_t, Slot> slots;
  Slot top = kNoSlot;
  std::vector<size_t> waiting(children[-1].rbegin(), children[-1].rend());
  const bool whole = children[-1].size() == 1 && rows[children[-1][0]].parent_id == rows[children[-1][0]].id;
  if (!whole) {
    const FilesystemId unseen = new_filesystem(state, {});
    top = add_mount(state, tree,
                    {.root = "/", .filesystem = unseen, .kernel_id = hidden.id, .evidence = Evidence::kUnknown});
  }
  while (!waiting.empty()) {
    const size_t i = waiting.back();
    waiting.pop_back();
    const MountRow& row = rows[i];
    Mount mount = mount_of_row(state, row);
    if (row.master && !mount.master) edit_info(state, tree).doubt = "whose slaves mounts are: its table makes no sense";
    if (row.parent < 0) {
      mount.parent = top;
      mount.mountpoint = joined(hidden.directory, below(row.mountpoint, "/"));
      if (row.mountpoint == "/") mount.mountpoint = hidden.directory;
    } else {
      const MountRow& parent = rows[static_cast<size_t>(row.parent)];
      mount.parent = slots.at(static_cast<size_t>(row.parent));
      if (!is_below(row.mountpoint, parent.mountpoint)) continue;
      mount.mountpoint = joined(parent.root, below(row.mountpoint, parent.mountpoint));
    }
    slots[i] = add_mount(state, tree, mount);
    const std::vector<size_t>& on = children[static_cast<int>(i)];
    waiting.insert(waiting.end(), on.rbegin(), on.rend());
  }
}

// Places that could not be found before the table was there.
void find_waiting_places(Context& context, TreeId tree, uint32_t mount_ns) {
  const std::map<uint32_t, FsUsers> all = context.state.mount_objects->fs;
  for (const auto& [fs, users] : all) {
    const bool root = users.root && users.root->mount_ns == mount_ns;
    const bool cwd = users.cwd && users.cwd->mount_ns == mount_ns;
    if (root) set_root(context.state, fs, find_file(context, *users.root, nullptr, tree));
    if (cwd) set_cwd(context.state, fs, find_file(context, *users.cwd, nullptr, tree));
    FsUsers& edited = context.state.mount_objects.edit().fs[fs];
    if (root) edited.root.reset();
    if (cwd) edited.cwd.reset();
  }
}

}  // namespace

TreeId begin_mounts(Context& context, const Mounts& mounts, NamespaceId owner) {
  State& state = context.state;
  const std::optional<std::vector<MountRow>> rows = parse_mountinfo(mounts.mountinfo);
  if (!rows || rows->empty()) {
    say_unknown(context, "the mounts of mnt:[" + std::to_string(mounts.mount_ns) + "]: its table makes no sense");
    const TreeId tree = unknown_mounts(context, owner);
    name_mounts(context, tree, mounts.mount_ns);
    return tree;
  }
  const TreeId tree = new_tree(state, {.owner = owner});
  name_mounts(context, tree, mounts.mount_ns);
  add_rows(state, tree, *rows, mounts.mount_ns);
  find_waiting_places(context, tree, mounts.mount_ns);
  return tree;
}

TreeId unknown_mounts(Context& context, NamespaceId owner) {
  return new_tree(context.state, {.unknown = true, .doubt = "nobody looked into the namespace", .owner = owner});
}

TreeId copy_mounts(Context& context, TreeId from, NamespaceId owner, uint32_t fs) {
  State& state = context.state;
  const MountTree* original = tree_in(state, from);
  if (!original) return unknown_mounts(context, owner);
  const TreeInfo* info = tree_info(state, from);
  const TreeId tree =
      new_tree(state, {.unknown = info->unknown, .doubt = info->doubt, .owner = owner, .copied_from = from});
  info = tree_info(state, from);
  state.trees[tree] = *tree_in(state, from);
  MountTreeEditor editor(state.trees[tree]);
  editor.forget_ids();
  // Files that stand for mount namespaces are not copied (copy_tree without CL_COPY_MNT_NS_FILE, fs/namespace.c).
  const std::vector<Slot> files = editor.namespace_files();
  for (Slot slot : files)
    if (state.trees[tree].contains(slot)) editor.remove_subtree(slot);
  for (const auto& [slot, done_ns] : info->latest) {
    if (done_ns <= state.time_ns || !state.trees[tree].contains(slot)) continue;
    editor.doubt(slot);
    edit_info(state, tree).uncertain.push_back(slot);
  }
  WholeTreeChange change = {.slaves = owner != info->owner, .locked = owner != info->owner};
  change.bindable = context.rules.copies_are_bindable && editor.may_have_unbindable();
  if (change.slaves || change.bindable) editor.change_all(change);
  for (const bool is_root : {true, false}) {
    const FsStruct* places = fs_in(state, fs);
    if (!places) break;
    Place place = is_root ? places->root : places->cwd;
    if (place.mount.tree != from || !state.trees[tree].contains(place.mount.slot)) continue;
    place.mount.tree = tree;
    is_root ? set_root(state, fs, place) : set_cwd(state, fs, place);
  }
  context.changes.emplace_back(TreeMade{.tree = tree, .how = TreeMade::How::kCopiedNamespace});
  return tree;
}

void drop_mounts(Context& context, TreeId tree) {
  if (tree_in(context.state, tree)) remove_tree(context.state, tree);
}

bool is_bound(const State& state, uint32_t inode) {
  if (!inode) return false;
  const auto& shown_in = state.mount_objects->shown_in;
  for (FilesystemId id : state.mount_objects->of_namespaces) {
    const auto shown = shown_in.find(id);
    if (shown == shown_in.end()) continue;
    for (TreeId tree : with_copies(state, shown->second)) {
      const MountTree* mounts = tree_in(state, tree);
      if (mounts && MountTreeEditor::shows_namespace(*mounts, inode)) return true;
    }
  }
  return false;
}

}  // namespace cttrace
