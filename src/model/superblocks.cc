#include "model/superblocks.h"

#include <algorithm>
#include <utility>

#include "model/mount_state.h"

namespace cttrace {

FilesystemId new_filesystem(State& state, Filesystem filesystem) {
  MountObjects& objects = state.mount_objects.edit();
  const FilesystemId id = ++objects.last_id;
  if (filesystem.dev_major || filesystem.dev_minor)
    objects.devices[static_cast<uint64_t>(filesystem.dev_major) << 32 | filesystem.dev_minor] = id;
  if (filesystem.type == "nsfs") objects.of_namespaces.insert(id);
  state.filesystems[id] = CopyOnWrite<Filesystem>(std::move(filesystem));
  return id;
}

FilesystemId filesystem_with(const State& state, uint32_t major, uint32_t minor) {
  const auto known = state.mount_objects->devices.find(static_cast<uint64_t>(major) << 32 | minor);
  return known == state.mount_objects->devices.end() || !filesystem_of(state, known->second) ? 0 : known->second;
}

bool is_mounted(const State& state, FilesystemId filesystem) {
  const auto shown = state.mount_objects->shown_in.find(filesystem);
  if (shown == state.mount_objects->shown_in.end()) return false;
  for (TreeId id : with_copies(state, shown->second)) {
    const TreeInfo* info = tree_info(state, id);
    // Nobody knows whether it is still there.
    if (info && info->anonymous && !info->holders) continue;
    const MountTree* tree = tree_in(state, id);
    if (tree && !tree->of_filesystem(filesystem).empty()) return true;
  }
  return false;
}

NamespaceId key_of(std::string_view type, const TaskState& task) {
  if (type == "mqueue") return task.namespaces[CT_NS_IPC].value;
  return type == "sysfs" ? task.namespaces[CT_NS_NET].value : 0;
}

bool is_kept(const State& state, FilesystemId filesystem) {
  const Filesystem* known = filesystem_of(state, filesystem);
  return known && known->type == "mqueue" && known->keyed_by && state.namespaces.contains(known->keyed_by);
}

namespace {

// Each mount of these makes a superblock of its own (get_tree_nodev, fs/super.c). A device number that is met again
// means that the older one has gone, whoever took it away.
bool is_always_new(const Filesystem* filesystem) {
  return filesystem && (filesystem->type == "tmpfs" || filesystem->type == "ramfs" || filesystem->type == "overlay" ||
                        filesystem->type == "proc" || filesystem->type == "devpts");
}

// Of two with one device number: the first is of another namespace than the second, so it has gone, whoever took it
// away. What was there when tracing began is of none that was made since.
bool is_of_another_namespace(const State& state, FilesystemId first, FilesystemId second) {
  const Filesystem *one = filesystem_of(state, first), *two = filesystem_of(state, second);
  if (!one || !two || !two->keyed_by) return false;
  if (one->keyed_by) return one->keyed_by != two->keyed_by;
  const Namespace* const key = state.ns(two->keyed_by);
  return !one->made_by && key && key->origin == Namespace::Origin::kCreated;
}

// A root or working directory is in a mount of it that was taken away.
bool is_somewhere_detached(const State& state, FilesystemId filesystem) {
  return filesystem && std::ranges::any_of(state.fs_structs, [&](const auto& each) {
           const FsStruct& places = *each.second;
           return places.root.filesystem == filesystem || places.cwd.filesystem == filesystem;
         });
}

bool is_held(const FsContext& context) { return context.holders || context.held_elsewhere; }

// A descriptor of fsopen or fspick keeps it.
bool is_in_a_context(const State& state, FilesystemId filesystem) {
  return filesystem && std::ranges::any_of(state.mount_objects->contexts, [&](const auto& each) {
           return each.second.filesystem == filesystem && is_held(each.second);
         });
}

// Of the kinds of which each namespace has one: that which fsconfig has made, and nobody has mounted yet.
FilesystemId made_before(const State& state, FilesystemId filesystem) {
  const Filesystem* const made = filesystem_of(state, filesystem);
  if (!made || !made->keyed_by) return 0;
  for (const auto& [id, context] : state.mount_objects->contexts) {
    const Filesystem* const other = filesystem_of(state, context.filesystem);
    if (other && is_held(context) && other->made_by < made->made_by && other->type == made->type &&
        other->keyed_by == made->keyed_by && !other->dev_major && !other->dev_minor)
      return context.filesystem;
  }
  return 0;
}

}  // namespace

FilesystemId with_device(State& state, FilesystemId filesystem, uint32_t major, uint32_t minor) {
  if (const FilesystemId before = made_before(state, filesystem)) filesystem = before;
  const uint64_t device = static_cast<uint64_t>(major) << 32 | minor;
  MountObjects& objects = state.mount_objects.edit();
  const auto known = objects.devices.find(device);
  const auto is_of_its_type = [&](FilesystemId other) {
    const Filesystem *one = filesystem_of(state, filesystem), *two = filesystem_of(state, other);
    return !one || !two || one->type.empty() || two->type.empty() || one->type == two->type;
  };
  if (known != objects.devices.end() && known->second != filesystem && is_of_its_type(known->second) &&
      !is_always_new(filesystem_of(state, filesystem)) && !is_of_another_namespace(state, known->second, filesystem) &&
      (is_kept(state, known->second) || is_mounted(state, known->second) ||
       is_somewhere_detached(state, known->second) || is_in_a_context(state, known->second)))
    return known->second;
  objects.devices[device] = filesystem;
  if (const auto found = state.filesystems.find(filesystem); found != state.filesystems.end()) {
    Filesystem& edited = found->second.edit();
    edited.dev_major = major;
    edited.dev_minor = minor;
  }
  return filesystem;
}

const Filesystem* filesystem_of(const State& state, FilesystemId filesystem) {
  const auto found = state.filesystems.find(filesystem);
  return found == state.filesystems.end() ? nullptr : &*found->second;
}

}  // namespace cttrace
