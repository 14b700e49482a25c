#include "model/mount_flags.h"

#include <algorithm>
#include <utility>

#include "base/mount_options.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

constexpr uint64_t kAtime = MOUNT_ATTR__ATIME | MOUNT_ATTR_NODIRATIME;

}  // namespace

uint64_t without_magic(uint64_t mount_flags) {
  constexpr uint64_t kMagicMask = 0xffff0000;
  return (mount_flags & kMagicMask) == MS_MGC_VAL ? mount_flags & ~kMagicMask : mount_flags;
}

uint64_t propagation_types(uint64_t mount_flags) {
  return mount_flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE);
}

uint64_t attributes_of(uint64_t flags) {
  uint64_t attributes = 0;
  if (flags & MS_RDONLY) attributes |= MOUNT_ATTR_RDONLY;
  if (flags & MS_NOSUID) attributes |= MOUNT_ATTR_NOSUID;
  if (flags & MS_NODEV) attributes |= MOUNT_ATTR_NODEV;
  if (flags & MS_NOEXEC) attributes |= MOUNT_ATTR_NOEXEC;
  if (flags & MS_NOSYMFOLLOW) attributes |= MOUNT_ATTR_NOSYMFOLLOW;
  if (flags & MS_NODIRATIME) attributes |= MOUNT_ATTR_NODIRATIME;
  if (flags & MS_STRICTATIME)
    attributes |= MOUNT_ATTR_STRICTATIME;
  else if (flags & MS_NOATIME)
    attributes |= MOUNT_ATTR_NOATIME;
  return attributes;
}

uint64_t remounted_attributes(uint64_t flags, uint64_t before) {
  const uint64_t attributes = attributes_of(flags);
  if (flags & (MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME)) return attributes;
  return (attributes & ~kAtime) | (before & kAtime);
}

uint64_t changed_attributes(uint64_t before, uint64_t set, uint64_t clear) {
  return ((before & ~clear) | set) & ~static_cast<uint64_t>(MOUNT_ATTR_IDMAP);
}

bool parse_attributes(std::string_view text, uint64_t& attributes, bool& idmapped) {
  attributes = MOUNT_ATTR_STRICTATIME;
  idmapped = false;
  bool sense = false;
  for (const std::string_view word : separated_options(text)) {
    sense = sense || word == "ro" || word == "rw";
    if (word == "ro") attributes |= MOUNT_ATTR_RDONLY;
    if (word == "nosuid") attributes |= MOUNT_ATTR_NOSUID;
    if (word == "nodev") attributes |= MOUNT_ATTR_NODEV;
    if (word == "noexec") attributes |= MOUNT_ATTR_NOEXEC;
    if (word == "nodiratime") attributes |= MOUNT_ATTR_NODIRATIME;
    if (word == "nosymfollow") attributes |= MOUNT_ATTR_NOSYMFOLLOW;
    if (word == "noatime") attributes = (attributes & ~uint64_t{MOUNT_ATTR__ATIME}) | MOUNT_ATTR_NOATIME;
    if (word == "relatime") attributes &= ~uint64_t{MOUNT_ATTR__ATIME};
    if (word == "idmapped") idmapped = true;
  }
  return sense;
}

std::string attribute_words(uint64_t attributes) {
  constexpr std::pair<uint64_t, std::string_view> kWords[] = {
      {MOUNT_ATTR_NOSUID, ",nosuid"},           {MOUNT_ATTR_NODEV, ",nodev"},
      {MOUNT_ATTR_NOEXEC, ",noexec"},           {MOUNT_ATTR_NODIRATIME, ",nodiratime"},
      {MOUNT_ATTR_NOSYMFOLLOW, ",nosymfollow"},
  };
  std::string words = attributes & MOUNT_ATTR_RDONLY ? "ro" : "rw";
  for (const auto& [attribute, word] : kWords)
    if (attributes & attribute) words += word;
  const uint64_t atime = attributes & MOUNT_ATTR__ATIME;
  if (atime == MOUNT_ATTR_NOATIME) return words + ",noatime";
  return atime == MOUNT_ATTR_STRICTATIME ? words : words + ",relatime";
}

bool has_option(std::string_view options, std::string_view option) {
  return std::ranges::count(separated_options(options), option) != 0;
}

}  // namespace cttrace
