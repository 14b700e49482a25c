// Reading captures.
#include "decode/captures.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "base/paths.h"

namespace cttrace {
namespace {

// A NUL-terminated text in a field of fixed size, or all of it.
template <size_t size>
std::string text_in(const char (&field)[size]) {
  return std::string(field, strnlen(field, size));
}

MaybeFile make_file(const ct_file& raw, std::string_view components) {
  MaybeFile made;
  File& file = made.emplace();
  file.kind = raw.kind <= CT_FILE_FS_CONTEXT ? static_cast<FileKind>(raw.kind) : FileKind::kPlain;
  file.fd = raw.fd;
  file.path = path_of_components(components);
  file.fs_type = text_in(raw.fs_type);
  file.inode = raw.ino;
  file.sb_magic = raw.sb_magic;
  // The kernel's own dev_t: MINORBITS is 20.
  file.dev_major = raw.dev >> 20;
  file.dev_minor = raw.dev & 0xfffff;
  if (file.kind == FileKind::kFsContext) {
    file.context = raw.rdev;
  } else {
    file.rdev_major = raw.rdev >> 20;
    file.rdev_minor = raw.rdev & 0xfffff;
  }
  file.mode = raw.mode;
  file.mount_id = raw.mnt_id;
  file.mount_parent_id = raw.mnt_parent_id;
  file.mount_ns = raw.mnt_ns;
  file.target = raw.target;
  file.open_flags = raw.open_flags;
  file.deleted = raw.flags & CT_FILE_DELETED;
  file.path_cut = raw.flags & CT_FILE_PATH_CUT;
  file.other_ns = raw.flags & CT_FILE_OTHER_NS;
  file.chroot = raw.flags & CT_FILE_CHROOT;
  file.detached = raw.flags & CT_FILE_DETACHED;
  file.internal = raw.flags & CT_FILE_INTERNAL;
  file.shared = raw.flags & CT_FILE_SHARED;
  file.references = raw.references;
  return made;
}

bool read_file(ByteReader& reader, const Capture& capture, ct_file& raw) {
  return reader.read_beginning(raw, capture.version == 1 ? CT_FILE_SIZE_1 : sizeof(raw));
}

ByteReader reader_of(const Capture& capture) { return ByteReader(std::as_bytes(std::span(capture.bytes))); }

bool is_value(const Capture& capture) {
  return capture.kind == CT_CAP_STRING || capture.kind == CT_CAP_BYTES || capture.kind == CT_CAP_STRINGS ||
         capture.kind == CT_CAP_COUNT;
}

void set_value(Argument& argument, const Capture& capture) {
  argument.reading = reading_of(capture.status);
  if (capture.kind == CT_CAP_STRINGS) {
    argument.strings = split_strings(capture.bytes);
  } else if (capture.kind == CT_CAP_COUNT) {
    uint64_t count = 0;
    ByteReader reader = reader_of(capture);
    if (reader.read(count)) argument.count = count;
  } else {
    argument.bytes = capture.bytes;
  }
}

// base + "/" + path without doubled slashes and "." components. ".." stays: behind a symbolic link it leads elsewhere.
std::string appended(std::string base, std::string_view path) {
  base.reserve(base.size() + 1 + path.size());
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view component = path.substr(0, end);
    if (!component.empty() && component != ".") {
      add_component(base, component);
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return base;
}

}  // namespace

std::string path_of_components(std::string_view components) {
  if (components.empty()) return "/";
  // Each has its slash where its NUL was; the root's child was walked last.
  const size_t ends_with_nul = components.back() == '\0';
  std::string path(components.size() + 1 - ends_with_nul, '/');
  char* to = path.data() + path.size();
  while (!components.empty()) {
    const std::string_view component = components.substr(0, components.find('\0'));
    to -= component.size();
    component.copy(to, component.size());
    --to;
    components.remove_prefix(std::min(component.size() + 1, components.size()));
  }
  return path;
}

std::vector<std::string> split_strings(std::string_view bytes) {
  std::vector<std::string> strings;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\0'), bytes.size());
    strings.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return strings;
}

MaybeFile decode_file(const Capture& capture) {
  if (capture.status != CT_OK && capture.status != CT_TRUNCATED) return std::nullopt;
  ByteReader reader = reader_of(capture);
  ct_file raw = {};
  std::string_view components;
  if (!read_file(reader, capture, raw) || !reader.take(reader.left(), components)) return std::nullopt;
  return make_file(raw, components);
}

std::optional<MagicFile> decode_magic(const Capture& capture) {
  if (capture.status != CT_OK && capture.status != CT_TRUNCATED) return std::nullopt;
  ByteReader reader = reader_of(capture);
  ct_magic raw = {};
  std::string_view components;
  if (!reader.read_beginning(raw, offsetof(ct_magic, file)) || !read_file(reader, capture, raw.file) ||
      !reader.take(reader.left(), components))
    return std::nullopt;
  return MagicFile{.prefix = raw.prefix, .file = make_file(raw.file, components)};
}

std::optional<NamespaceInodes> decode_namespaces(const Capture& capture) {
  NamespaceInodes namespaces = {};
  ByteReader reader = reader_of(capture);
  if (capture.status != CT_OK || !reader.read(namespaces)) return std::nullopt;
  return namespaces;
}

std::optional<uint32_t> decode_count(const Capture& capture) {
  uint64_t count = 0;
  ByteReader reader = reader_of(capture);
  if (capture.status != CT_OK || !reader.read(count) || !std::in_range<uint32_t>(count)) return std::nullopt;
  return static_cast<uint32_t>(count);
}

Reading reading_of(uint8_t status) {
  switch (status) {
    case CT_OK: return Reading::kOk;
    case CT_TRUNCATED: return Reading::kTruncated;
    case CT_NULL: return Reading::kNull;
    default: return Reading::kFaulted;
  }
}

void apply_at_entry(Argument& argument, const Capture& capture) {
  if (is_value(capture)) set_value(argument, capture);
  if (capture.kind == CT_CAP_FILE) argument.file = decode_file(capture);
}

void apply_at_exit(Argument& argument, const Capture& capture) {
  if (capture.kind == CT_CAP_FILE) argument.file = decode_file(capture);  // clone's pidfd
  if (!is_value(capture)) return;
  const bool known = argument.reading == Reading::kOk || argument.reading == Reading::kTruncated;
  if (!known) return set_value(argument, capture);
  // argv and envp are read at entry only; a fault now says nothing about then.
  const bool is_text = capture.kind == CT_CAP_STRING || capture.kind == CT_CAP_BYTES;
  if (is_text && capture.status != CT_FAULT && capture.bytes != argument.bytes) argument.changed = capture.bytes;
}

bool is_place(const Capture& capture) {
  return capture.kind == CT_CAP_BASE || capture.kind == CT_CAP_ROOT || capture.kind == CT_CAP_MAGIC;
}

void apply_place(PathPlaces& places, const Capture& capture) {
  if (capture.kind == CT_CAP_BASE) places.base = decode_file(capture);
  if (capture.kind == CT_CAP_ROOT) places.root = decode_file(capture);
  if (capture.kind == CT_CAP_MAGIC) places.magic = decode_magic(capture);
}

void resolve_path(Argument& argument, PathPlaces&& places) {
  if (argument.reading != Reading::kOk) return;
  std::string_view rest = argument.bytes;
  if (places.magic && places.magic->prefix <= rest.size()) {
    argument.base = std::move(places.magic->file);
    rest.remove_prefix(places.magic->prefix);
  } else {
    argument.base = std::move(rest.starts_with('/') && places.root ? places.root : places.base);
  }
  if (!argument.base) return;
  argument.resolved = appended(argument.base->shown(), rest);
  argument.resolved_mount_id = argument.base->mount_id;
}

}  // namespace cttrace
