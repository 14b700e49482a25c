#include "check/canonical_masks.h"

#include <algorithm>

#include "base/paths.h"
#include "check/evidence.h"
#include "render/mount_words.h"

namespace cttrace::canon {
namespace {

using With = PathsMasked::With;

const char* word_of(With with) {
  switch (with) {
    case With::kReadOnly: return "read-only";
    case With::kDevNull: return "/dev/null";
    case With::kEmptyFolder: return "an empty folder";
    case With::kFile: break;
  }
  return "a file";
}

// What the kernel shows, and nobody else may hide something by accident.
bool is_the_kernels(const std::string& path) { return is_below(path, "/proc") || is_below(path, "/sys"); }

// Whichever of them is mounted: what is no process's is the same in all of them.
bool shows_the_same_everywhere(const std::string& filesystem) { return filesystem == "proc" || filesystem == "sysfs"; }

bool is_null(const MountFacts& mount) {
  const bool devices = mount.filesystem == "devtmpfs" || mount.filesystem == "tmpfs";
  return devices && last_part(mount.source_path) == "null" && last_part(mount.path) != "null";
}

// systemd's nodes, one of each type, that nobody but root can do anything with: /run/systemd/inaccessible.
std::optional<With> inaccessible(const MountFacts& mount) {
  static constexpr std::string_view kTypes[] = {"reg", "dir", "chr", "blk", "fifo", "sock"};
  const std::string_view type = last_part(mount.source_path);
  if (mount.filesystem != "tmpfs" || last_part(folder_of(mount.source_path)) != "inaccessible") return std::nullopt;
  if (std::ranges::find(kTypes, type) == std::end(kTypes)) return std::nullopt;
  return type == "dir" ? With::kEmptyFolder : With::kFile;
}

}  // namespace

Masks::Masks(const Source& from) : handed_(from.handed) {
  for (const MaskFacts& mask : from.facts.masks)
    if (!mask.error) told_[mask.path] = &mask;
}

// The same files as without it: bound on itself, so that they can be made read-only.
bool Masks::shows_itself(const MountFacts& mount) const {
  if (mount.path == "/") return false;
  const MountFacts* const around = handed_.mount_of(std::string(folder_of(mount.path)));
  if (!around || around->filesystem != mount.filesystem) return false;
  const bool same_device = around->dev_major == mount.dev_major && around->dev_minor == mount.dev_minor;
  if (!same_device && !shows_the_same_everywhere(mount.filesystem)) return false;
  return mount.source_path == joined(around->source_path, below(mount.path, around->path));
}

bool Masks::has_mounts_below(const MountFacts& mount) const {
  return std::ranges::any_of(handed_.mounts.value, [&](const MountFacts& each) {
    return each.path.size() > mount.path.size() && is_below(each.path, mount.path);
  });
}

std::optional<With> Masks::kind_of(const MountFacts& mount) const {
  if (const auto told = told_.find(mount.path); told != told_.end()) return told->second->with;
  if (const std::optional<With> with = inaccessible(mount)) return with;
  if (is_null(mount)) return With::kDevNull;
  if (!is_read_only(mount).value) return std::nullopt;
  if (shows_itself(mount)) return With::kReadOnly;
  const bool empty = mount.filesystem == "tmpfs" && mount.source_path == "/" && !has_mounts_below(mount);
  return empty && is_the_kernels(mount.path) ? std::optional(With::kEmptyFolder) : std::nullopt;
}

// By which filesystem, and of whose node, a path is hidden does not matter to who cannot see it.
std::optional<CanonicalFact> Masks::fact(const MountFacts& mount) const {
  const std::optional<With> with = kind_of(mount);
  if (!with) return std::nullopt;
  CanonicalFact fact = mount.evidence == Evidence::kUnknown ? not_known() : is(word_of(*with));
  if (!fact.unknown && !is_read_only(mount).value) {
    if (*with == With::kReadOnly) fact.fields[kIs] = "writable";
    if (*with == With::kEmptyFolder) fact.fields[kIs] = "a writable folder";
  }
  fact.events = mount.history;
  return fact;
}

}  // namespace cttrace::canon
