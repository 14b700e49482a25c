// Device nodes that can be seen from the root.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/escape.h"
#include "base/paths.h"
#include "render/identity_words.h"
#include "render/mount_words.h"
#include "render/place_words.h"
#include "render/telling.h"

namespace cttrace {
namespace {

using Words = std::vector<std::string>;

constexpr size_t kMostDevices = 200;

// Of the node: "0666, uid 0, gid 5"; ids as those in the container have them.
std::string owner_words(const Telling& telling, const Device& device) {
  const auto id = [&](const Fact<uint32_t>& fact, bool gid) -> std::string {
    if (!fact.known()) return "?";
    if (!telling.user) return std::to_string(fact.value);
    const auto& map = gid ? telling.user->gid_map : telling.user->uid_map;
    if (!map.known() || is_identity(map.value)) return std::to_string(fact.value);
    const std::optional<uint32_t> own = inside(map.value, fact.value);
    return own ? std::to_string(*own) : fmt::format("host {}", fact.value);
  };
  // What was asked for, where it is not known what became of that.
  std::string permissions = fmt::format("{:04o}", device.permissions.value & 07777);
  if (!device.permissions.known()) permissions += "?";
  const std::string uid = id(device.uid, false), gid = id(device.gid, true);
  return uid == "0" && gid == "0" ? permissions : fmt::format("{} uid {} gid {}", permissions, uid, gid);
}

// Whether the path leads there from the root, across what is mounted on the way.
bool leads_to(const MountTree& tree, const Place& root, std::string_view path, const Place& there) {
  Slot slot = root.mount.slot;
  std::string at = root.path;
  for (size_t start = 0; start < path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    if (end > start) {
      add_component(at, path.substr(start, end - start));
      for (Slot on = tree.mounted_on(slot, at); on != kNoSlot; on = tree.mounted_on(slot, at)) {
        slot = on;
        at = tree.root_of(on);
      }
    }
    start = end + 1;
  }
  return slot == there.mount.slot && at == there.path;
}

}  // namespace

std::map<std::string, const Device*> devices_below(const State& state, const Place& root) {
  std::map<std::string, const Device*> found;
  const MountTree* const tree = state.tree(root.mount.tree);
  const std::optional<std::string> top = path_in_tree(state, root);
  if (!tree || !top) return found;
  for (const Slot slot : tree->in_tree_order()) {
    const auto devices = state.devices.find(tree->filesystem_of(slot));
    if (devices == state.devices.end()) continue;
    for (const auto& [node, device] : *devices->second) {
      if (!is_below(node, tree->root_of(slot))) continue;
      const Place place{.mount = {.tree = root.mount.tree, .slot = slot}, .path = node, .shown = {}};
      const std::optional<std::string> path = path_in_tree(state, place);
      if (!path || !is_below(*path, *top)) continue;
      std::string seen = seen_from(*path, *top);
      if (leads_to(*tree, root, seen, place)) found.emplace(std::move(seen), &device);
    }
  }
  return found;
}

void tell_devices(Telling& telling) {
  const FsStruct* const fs = telling.state.fs_of(telling.task);
  if (!fs) return;
  std::map<std::tuple<std::string, std::string>, Words> groups;
  size_t told = 0;
  const auto devices = devices_below(telling.state, fs->root);
  for (const auto& [path, device] : devices) {
    if (++told > kMostDevices && !telling.verbose) break;
    std::string name(last_part(path));
    if (telling.verbose) {
      const char type = device->type == S_IFBLK ? 'b' : 'c';
      telling.fields.add_text(told == 1 ? "devices" : "",
                              fmt::format("{} {} {}:{} {}", escape_for_terminal(path), type, device->major,
                                          device->minor, owner_words(telling, *device)));
    } else {
      groups[{owner_words(telling, *device), std::string(folder_of(path))}].push_back(std::move(name));
    }
  }
  Words words;
  for (const auto& [key, names] : groups) words.push_back(brace(std::get<1>(key), names) + " " + std::get<0>(key));
  if (devices.size() > kMostDevices && !telling.verbose)
    words.push_back(fmt::format("{} more", devices.size() - kMostDevices));
  telling.fields.add("devices", words);
}

}  // namespace cttrace
