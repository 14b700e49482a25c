#include "render/mount_words.h"

#include <sys/mount.h>

#include "base/escape.h"

namespace cttrace {
namespace {

void append(std::string& list, std::string_view word) {
  if (!list.empty()) list += ',';
  list += word;
}

}  // namespace

std::string attribute_words(const Mount& mount, bool all) {
  const uint64_t attributes = mount.attributes;
  std::string words = attributes & MOUNT_ATTR_RDONLY ? "ro" : "rw";
  if (attributes & MOUNT_ATTR_NOSUID) append(words, "nosuid");
  if (attributes & MOUNT_ATTR_NODEV) append(words, "nodev");
  if (attributes & MOUNT_ATTR_NOEXEC) append(words, "noexec");
  if (attributes & MOUNT_ATTR_NOSYMFOLLOW) append(words, "nosymfollow");
  if (mount.idmapped) append(words, "idmapped");
  if (!all) return words;
  switch (attributes & MOUNT_ATTR__ATIME) {
    case MOUNT_ATTR_RELATIME: append(words, "relatime"); break;
    case MOUNT_ATTR_NOATIME: append(words, "noatime"); break;
    default: append(words, "strictatime"); break;
  }
  if (attributes & MOUNT_ATTR_NODIRATIME) append(words, "nodiratime");
  return words;
}

std::string propagation_words(const Mount& mount, const NumbersTold& told) {
  std::string words;
  if (mount.peer_group) words = told.peer_group ? "shared " + std::to_string(mount.peer_group) : "shared";
  if (mount.master) {
    words += words.empty() ? "slave" : ", slave";
    if (told.master) words += " of " + std::to_string(mount.master);
  }
  if (mount.unbindable) words += words.empty() ? "unbindable" : ", unbindable";
  return words.empty() ? "private" : words;
}

std::string type_words(const Filesystem* filesystem) {
  return filesystem && !filesystem->type.empty() ? escape_for_terminal(filesystem->type) : "?";
}

std::string origin_words(const Mount& mount, const Filesystem* filesystem) {
  const bool says_nothing =
      mount.source.empty() || mount.source == "none" || (filesystem && mount.source == filesystem->type);
  if (mount.root == "/") return says_nothing ? "" : escape_for_terminal(mount.source);
  const std::string part = "[" + escape_for_terminal(mount.root) + "]";
  return (mount.source.empty() ? type_words(filesystem) : escape_for_terminal(mount.source)) + part;
}

bool is_unseen(const State& state, FilesystemId mounted) {
  const Filesystem* const filesystem = state.filesystem(mounted);
  return !filesystem || filesystem->type.empty();
}

std::string option_words(const Mount& mount, const Filesystem& filesystem) {
  std::string_view options = filesystem.options.value;
  for (const std::string_view word : {"ro", "rw"}) {
    if (options == word) options = {};
    if (options.starts_with(word) && options.substr(word.size()).starts_with(','))
      options.remove_prefix(word.size() + 1);
  }
  std::string words = escape_for_terminal(options);
  const bool read_only = filesystem.read_only.known() && filesystem.read_only.value;
  if (!read_only || (mount.attributes & MOUNT_ATTR_RDONLY)) return words;
  return words.empty() ? "filesystem ro" : "filesystem ro," + words;
}

}  // namespace cttrace
