#include "model/devices.h"

#include <sys/stat.h>

#include <algorithm>

#include "model/arguments.h"
#include "model/credentials.h"
#include "model/mount_state.h"
#include "model/path_walk.h"
#include "model/user_namespaces.h"

namespace cttrace {
namespace {

constexpr size_t kMostDevices = 4096;  // of one filesystem: who makes more than that is up to something else
constexpr uint32_t kPermissions = 07777;

bool is_device(uint32_t mode) { return S_ISCHR(mode) || S_ISBLK(mode); }

// Where a node is: as the model places it, or as it was called where it cannot.
struct Node {
  FilesystemId filesystem = 0;
  std::string path;
};

Node node_at(const State& state, const std::optional<Place>& place, const std::string& called) {
  if (!place || !tree_in(state, place->mount.tree)) return {.filesystem = 0, .path = called};
  return {.filesystem = filesystem_at(state, place->mount), .path = place->path};
}

Device* find(State& state, const Node& node) {
  const auto devices = state.devices.find(node.filesystem);
  if (devices == state.devices.end() || !devices->second->contains(node.path)) return nullptr;
  return &devices->second.edit().at(node.path);
}

void keep(ModelContext& context, const Device& device) {
  CopyOnWrite<Devices>& devices = context.state.devices[device.filesystem];
  if (devices->size() >= kMostDevices && !devices->contains(device.node)) {
    context.changed(BecameUnknown{"which devices there are: more than " + std::to_string(kMostDevices) + " were made"});
    devices.edit().clear();
  }
  devices.edit().insert_or_assign(device.node, device);
}

std::string called(const Argument& path) { return path.resolved.value_or(std::string(text_of(path))); }

// As the kernel describes it.
Device device_at(const Node& node, const File& file, const std::string& shown) {
  Device device;
  device.filesystem = node.filesystem;
  device.node = node.path;
  device.path = shown;
  device.type = file.mode & S_IFMT;
  device.major = file.rdev_major;
  device.minor = file.rdev_minor;
  device.permissions = {file.mode & kPermissions, Evidence::kObserved};
  return device;
}

// The node that a call of the chown family is about.
Node node_of(ModelContext& context, const Call& call, const TaskState& task, std::string& shown) {
  if (call.row->name == "fchown") {
    if (call.args[0].file) shown = call.args[0].file->shown();
    return node_at(context.state, find_descriptor(context, task, call.args[0]).place, shown);
  }
  const bool at = call.row->name == "fchownat";
  PathQuery query{.call = call, .path = at ? size_t{1} : 0};
  if (at) query.dirfd = 0;
  shown = called(call.args[query.path]);
  return node_at(context.state, find_path(context, task, query).place, shown);
}

Fact<uint32_t> owner(const State& state, const TaskState& task, uint32_t id, IdKind kind, Fact<uint32_t> before) {
  return id == kNoId ? before : to_host(state, task.namespaces[CT_NS_USER].value, id, kind);
}

}  // namespace

void apply_mknod(ModelContext& context, const Call& call, TaskState& task) {
  const bool at = call.row->name == "mknodat";
  const size_t path = at ? 1 : 0;
  const uint32_t mode = int_at(call, path + 1) & 0xffff, number = int_at(call, path + 2);
  Device device;
  device.type = mode & S_IFMT;
  // new_decode_dev, include/linux/kdev_t.h
  device.major = (number & 0xfff00) >> 8;
  device.minor = (number & 0xff) | (number >> 12 & 0xfff00);
  // 0:0 is no device: overlayfs has it for what is not there any more.
  if (!is_device(mode) || (device.major == 0 && device.minor == 0)) return;
  device.path = called(call.args[path]);
  PathQuery query{.call = call, .path = path};
  if (at) query.dirfd = 0;
  const Node node = node_at(context.state, find_path(context, task, query).place, device.path);
  device.filesystem = node.filesystem;
  device.node = node.path;
  device.permissions = {mode & kPermissions, Evidence::kUnknown};  // the umask is not known
  const Identity& identity = task.identity;
  device.uid = {identity.uids.value[kFilesystem], std::min(identity.uids.evidence, Evidence::kInferred)};
  device.gid = {identity.gids.value[kFilesystem], Evidence::kUnknown};  // the folder's, where that is setgid
  device.made_by = context.state.event;
  keep(context, device);
  context.changed(DeviceMade{device});
}

void apply_chown(ModelContext& context, const Call& call, TaskState& task) {
  std::string shown;
  const Node node = node_of(context, call, task, shown);
  const bool by_descriptor = call.row->name == "fchown";
  const File* const file = by_descriptor && call.args[0].file ? &*call.args[0].file : nullptr;
  Device* device = find(context.state, node);
  if (!device && file && is_device(file->mode)) {
    keep(context, device_at(node, *file, shown));
    device = find(context.state, node);
  }
  if (!device) return;
  if (file) device->permissions = {file->mode & kPermissions, Evidence::kObserved};
  const size_t ids = call.row->name == "fchownat" ? 2 : 1;
  device->uid = owner(context.state, task, id_at(call, ids), IdKind::kUid, device->uid);
  device->gid = owner(context.state, task, id_at(call, ids + 1), IdKind::kGid, device->gid);
  context.changed(DeviceOwned{*device});
}

void see_bound_device(ModelContext& context, const Call& call) {
  if (!call.after.newest_mount || !is_device(call.after.newest_mount->mode)) return;
  const File& file = *call.after.newest_mount;
  const Node node = node_at(context.state, place_of(context.state, file), file.path);
  Device device = device_at(node, file, file.path);
  if (const Device* const known = find(context.state, node)) device = *known;
  device.permissions = {file.mode & kPermissions, Evidence::kObserved};
  keep(context, device);
}

void sweep_devices(ModelContext& context) {
  auto& devices = context.state.devices;
  if (devices.size() < 2 * context.books.device_filesystems + 16) return;
  std::erase_if(
      devices, [&](const auto& entry) { return entry.first != 0 && !context.state.filesystems.contains(entry.first); });
  context.books.device_filesystems = devices.size();
}

}  // namespace cttrace
