// From captured bytes to what they mean: files, texts, snapshots' parts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cttrace/event.h"
#include "wire/record.h"

namespace cttrace {

// CT_CAP_FILE, CT_CAP_BASE, CT_CAP_ROOT. Nothing where no file was there.
MaybeFile decode_file(const Capture& capture);

// CT_CAP_MAGIC: the file that the first `prefix` bytes of a path name.
struct MagicFile {
  uint32_t prefix = 0;
  MaybeFile file;
};
std::optional<MagicFile> decode_magic(const Capture& capture);

// CT_CAP_NAMESPACES; CT_CAP_COUNT of the kernel's own.
std::optional<NamespaceInodes> decode_namespaces(const Capture& capture);
std::optional<uint32_t> decode_count(const Capture& capture);

// Components, leaf first, each with a NUL: "/a/b"; "/" for none.
std::string path_of_components(std::string_view components);

// Strings, each with a NUL.
std::vector<std::string> split_strings(std::string_view bytes);

Reading reading_of(uint8_t status);

// Puts one capture of argument `arg` where it belongs, as it was at entry.
void apply_at_entry(Argument& argument, const Capture& capture);
// The same as it was at exit: what was not known becomes known, what differs has changed.
void apply_at_exit(Argument& argument, const Capture& capture);

// What a place of a path is, kept until the path itself is known.
struct PathPlaces {
  MaybeFile base;                  // where it begins: dirfd or cwd, or the root when it is known to be absolute
  MaybeFile root;                  // where it begins if it turns out to be absolute
  std::optional<MagicFile> magic;  // the descriptor that its beginning names
};
bool is_place(const Capture& capture);
void apply_place(PathPlaces& places, const Capture& capture);

// Sets base, resolved and resolved_mount_id of a path whose text is known.
void resolve_path(Argument& argument, PathPlaces&& places);

}  // namespace cttrace
