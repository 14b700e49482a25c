// Rules for mounts and device nodes: what they are, not which.
#include <fmt/format.h>
#include <sys/mount.h>

#include <algorithm>

#include "base/mount_options.h"
#include "check/canonical_masks.h"
#include "check/canonical_parts.h"
#include "render/mount_words.h"

namespace cttrace::canon {
namespace {

void add_word(std::string& list, std::string_view word) {
  if (!list.empty()) list += ',';
  list += word;
}

std::string flags_of(const MountFacts& mount) {
  std::string flags;
  if (mount.attributes & MOUNT_ATTR_RDONLY) add_word(flags, "ro");
  if (mount.attributes & MOUNT_ATTR_NOSUID) add_word(flags, "nosuid");
  if (mount.attributes & MOUNT_ATTR_NODEV) add_word(flags, "nodev");
  if (mount.attributes & MOUNT_ATTR_NOEXEC) add_word(flags, "noexec");
  if (mount.attributes & MOUNT_ATTR_NOSYMFOLLOW) add_word(flags, "nosymfollow");
  if (mount.idmapped) add_word(flags, "idmapped");
  return flags;
}

std::string access_times_of(const MountFacts& mount) {
  std::string words;
  switch (mount.attributes & MOUNT_ATTR__ATIME) {
    case MOUNT_ATTR_RELATIME: break;
    case MOUNT_ATTR_NOATIME: add_word(words, "noatime"); break;
    default: add_word(words, "strictatime"); break;
  }
  if (mount.attributes & MOUNT_ATTR_NODIRATIME) add_word(words, "nodiratime");
  return words;
}

// Numbers of peer groups say nothing; who is in them does.
std::string propagation_of(const MountFacts& mount) {
  std::string words;
  if (mount.peer_group) add_word(words, mount.sharing.value.peers_outside ? "shared with outside" : "shared");
  if (mount.master) add_word(words, mount.sharing.value.master_outside ? "slave of outside" : "slave");
  if (mount.unbindable) add_word(words, "unbindable");
  return words;
}

// Filesystems in which nothing is stored are the same wherever they come from: their source is but a word.
bool is_virtual(std::string_view type) {
  static constexpr std::string_view kTypes[] = {
      "proc",        "sysfs",    "tmpfs",      "devpts",   "mqueue",    "cgroup",  "cgroup2",
      "devtmpfs",    "ramfs",    "securityfs", "debugfs",  "tracefs",   "bpf",     "overlay",
      "binfmt_misc", "configfs", "pstore",     "efivarfs", "hugetlbfs", "fusectl", "nsfs"};
  return std::ranges::find(kTypes, type) != std::end(kTypes);
}

// A filesystem of the kernel's that each container may have for itself, and this one has not. Of cgroups there is but
// one a hierarchy. A tmpfs that is new was made for it, wherever else it is mounted: podman makes /dev/shm outside.
bool is_the_hosts(const MountFacts& mount) {
  if (mount.filesystem == "tmpfs" && !mount.older) return false;
  return is_virtual(mount.filesystem) && mount.filesystem != "cgroup" && mount.filesystem != "cgroup2" &&
         mount.filesystem != "overlay" && mount.sharing.known() && mount.sharing.value.filesystem_outside;
}

// "mode=0755" is "mode=755".
std::string option_value(std::string_view key, std::string_view value) {
  if (key == "mode" || key == "ptmxmode")
    while (value.size() > 1 && value.front() == '0') value.remove_prefix(1);
  return std::string(value);
}

// Where an engine stores layers is its own business: what counts is how many there are, and whether one is written to.
void narrow_to_layers(std::map<std::string, std::string>& options) {
  if (const auto lower = options.find("lowerdir"); lower != options.end())
    lower->second = "=" + std::to_string(1 + std::ranges::count(lower->second, ':')) + " layers";
  for (const char* const writable : {"upperdir", "workdir"})
    if (const auto found = options.find(writable); found != options.end()) found->second.clear();
}

// Options that only the host's filesystems have are the host's business. Of those that are given twice the last counts,
// and their order says nothing.
std::string options_of(const MountFacts& mount, const Names& names) {
  if (mount.older || !mount.superblock_options.known()) return {};
  std::map<std::string, std::string> values;
  for (const std::string_view option : separated_options(mount.superblock_options.value)) {
    if (option == "rw" || option == "ro") continue;
    const size_t equals = std::min(option.find('='), option.size());
    const std::string_view key = option.substr(0, equals);
    const std::string_view value = option.substr(std::min(equals + 1, option.size()));
    values[std::string(key)] = equals == option.size() ? "" : "=" + names(option_value(key, value));
  }
  if (mount.filesystem == "overlay") narrow_to_layers(values);
  std::string kept;
  for (const auto& [key, value] : values) add_word(kept, key + value);
  return kept;
}

CanonicalFact mount_fact(const MountFacts& mount, const Names& names) {
  CanonicalFact fact{.fields = {}, .unknown = mount.evidence == Evidence::kUnknown};
  fact.events = mount.history;
  if (fact.events.empty() && mount.made_by) fact.events.push_back(mount.made_by);
  if (fact.unknown) return fact;
  const auto set = [&](const char* field, std::string value) {
    if (!value.empty()) fact.fields[field] = std::move(value);
  };
  fact.fields["type"] = mount.filesystem.empty() ? "?" : mount.filesystem;
  set("flags", flags_of(mount));
  set("access times", access_times_of(mount));
  if (is_the_hosts(mount)) fact.fields["whose"] = "the host's";
  set("propagation", propagation_of(mount));
  set("options", options_of(mount, names));
  const bool filesystem_ro = mount.superblock_read_only.known() && mount.superblock_read_only.value;
  // Where the mount is, it does not matter whether its filesystem is, too.
  if (filesystem_ro && !mount.is_read_only()) set("filesystem", "ro");
  if (mount.source_path != "/" || !is_virtual(mount.filesystem)) set("shows", names(mount.source_path));
  return fact;
}

// What the set-up itself did not touch of mounts that came along from the starter is the host's.
bool came_along(const MountFacts& mount, const Source& from) {
  if (from.handed.old_root.known() && from.handed.old_root.value.gone) return false;
  const auto own = [&](EventNumber event) { return event >= from.facts.first && event <= from.facts.last; };
  return !own(mount.made_by) && std::ranges::none_of(mount.history, own);
}

std::string key_of(const Group& group, std::string path) {
  while (group.contains(path)) path += " (another)";
  return path;
}

std::string id_word(const Fact<uint32_t>& id, const std::optional<uint32_t>& inside) {
  if (!id.known()) return "?";
  return inside ? std::to_string(*inside) : "none";
}

}  // namespace

void add_mounts(Outcome& outcome, const Source& from) {
  Group& mounts = outcome["mounts"];
  if (!from.handed.mounts.known()) {
    mounts[kAll] = not_known();
    return;
  }
  const Masks masks(from);
  for (const MountFacts& mount : from.handed.mounts.value) {
    if (mount.hidden || came_along(mount, from)) continue;
    const std::string path = canonical_name(mount.path);
    if (const std::optional<CanonicalFact> mask = masks.fact(mount)) {
      Group& masked = outcome["masked"];
      masked[key_of(masked, path)] = *mask;
    } else if (!from.handed.devices.contains(mount.path)) {
      // A node that is bound from elsewhere is told of as a device.
      mounts[key_of(mounts, path)] = mount_fact(mount, from.names);
    }
  }
}

void add_devices(Outcome& outcome, const Source& from) {
  Group& group = outcome["devices"];
  for (const auto& [path, device] : from.handed.devices) {
    if (outcome["masked"].contains(path)) continue;  // /dev/null, to hide it
    CanonicalFact fact;
    fact.fields["node"] = fmt::format("{} {}:{}", device.block ? "b" : "c", device.major, device.minor);
    // What nobody could tell at one time is not worth comparing at another.
    // The umask of who made it is at least the same at every run.
    if (device.permissions.known() || device.made_by)
      fact.fields[device.permissions.known() ? "mode" : kModeAskedFor] =
          fmt::format("{:04o}", device.permissions.value & 07777);
    const std::string uid = id_word(device.uid, from.handed.uid_inside(device.uid.value)),
                      gid = id_word(device.gid, from.handed.gid_inside(device.gid.value));
    if (uid != "?" && uid != "0") fact.fields["uid"] = uid;
    if (gid != "?" && gid != "0") fact.fields["gid"] = gid;
    if (const MountFacts* const bound = from.handed.mount_at(path))
      if (const std::string flags = flags_of(*bound); !flags.empty()) fact.fields["flags"] = flags;
    if (device.made_by) fact.events.push_back(device.made_by);
    group[canonical_name(path)] = std::move(fact);
  }
}

}  // namespace cttrace::canon
