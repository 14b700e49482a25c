#include "model/proc_descriptors.h"

#include <charconv>
#include <string_view>

#include "base/proc_text.h"
#include "cttrace/namespace.h"

namespace cttrace {
namespace {

// "Name:\tVALUE" of fdinfo; 0: it is not there.
uint32_t number_of(std::string_view info, std::string_view name, int base = 10) {
  uint32_t number = 0;
  if (const auto value = status_value(info, name))
    std::from_chars(value->data(), value->data() + value->size(), number, base);
  return number;
}

bool strip(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

// Whether the link is "KIND:[INODE]".
bool is_numbered(std::string_view link, std::string_view kind) {
  return link.starts_with(kind) && link.substr(kind.size()).starts_with(":[");
}

// What no path leads to.
void name_internal(File& file, std::string_view link) {
  file.internal = true;
  file.inode = parse_namespace_link(link).value_or(0);
  if (is_numbered(link, "pipe")) file.fs_type = "pipefs";
  if (is_numbered(link, "socket")) file.fs_type = "sockfs";
  constexpr std::string_view kAnonymous = "anon_inode:";
  if (link.starts_with(kAnonymous)) {
    file.fs_type = "anon_inodefs";
    file.path = "/" + std::string(link.substr(kAnonymous.size()));
  } else {
    file.path = link;
  }
  for (const NamespaceType& type : kNamespaceTypes) {
    if (!is_numbered(link, type.name())) continue;
    file.kind = FileKind::kNamespace;
    file.target = type.flag;
  }
}

}  // namespace

File file_of(const ProcDescriptor& descriptor, const State& state, const MountTree* mounts) {
  File file;
  file.fd = descriptor.fd;
  file.open_flags = number_of(descriptor.info, "flags", 8);
  file.mount_id = number_of(descriptor.info, "mnt_id");
  std::string_view link = descriptor.link;
  if (status_value(descriptor.info, "Pid")) {
    file.kind = FileKind::kPidfd;
    file.target = number_of(descriptor.info, "Pid");
  } else if (!link.starts_with('/')) {
    name_internal(file, link);
  } else {
    file.deleted = strip(link, " (deleted)");
    file.internal = file.deleted && link.starts_with("/memfd:");
    file.path = link;
    const Slot slot = mounts && file.mount_id ? mounts->with_kernel_id(file.mount_id) : kNoSlot;
    // It has come from elsewhere: its process sees no such mount.
    file.other_ns = mounts && file.mount_id && slot == kNoSlot && !file.internal;
    const auto filesystem =
        slot == kNoSlot ? state.filesystems.end() : state.filesystems.find(mounts->at(slot).filesystem);
    if (filesystem != state.filesystems.end()) {
      file.fs_type = filesystem->second->type;
      file.dev_major = filesystem->second->dev_major;
      file.dev_minor = filesystem->second->dev_minor;
    }
  }
  return file;
}

}  // namespace cttrace
