// Typed values and files in JSON.
#include "render/json_values.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "cttrace/namespace.h"

namespace cttrace {
namespace {

Json names_of(const Value& value) {
  Json json = json_object(2);
  add(json, "names", value.names);
  add(json, "rest", json_hex(value.rest));
  return json;
}

Json mode_of(const Value& value) {
  Json json = json_object(3);
  add(json, "octal", fmt::format("{:#o}", value.number));
  add(json, "type", value.names.empty() ? Json() : Json(value.names.front()));
  add(json, "permissions", fmt::format("{:04o}", value.number & 07777));
  return json;
}

Json signal_of(uint64_t number) {
  const std::string name = signal_name(number);
  Json json;
  json["number"] = json_unsigned(number);
  json["name"] = name.empty() ? Json() : Json(name);
  return json;
}

Json parts_of(const Value& value, const RenderOptions& options) {
  Json json;
  json["parts"] = json_unsigned(value.count);
  json["data"] = json_text(value.text, value.cut, options.string_limit);
  return json;
}

Json variables_of(const Value& value) {
  Json json;
  json["count"] = json_unsigned(value.count);
  if (value.cut) json["cut"] = true;
  return json;
}

Json items_of(const Value& value, const RenderOptions& options) {
  Json json = Json::array();
  for (const auto& item : value.items) json.push_back(json_value(item, options));
  return json;
}

Json fields_of(const Value& value, const RenderOptions& options) {
  Json json = Json::object();
  for (const auto& item : value.items) json[std::string(item.name)] = json_value(item, options);
  return json;
}

const char* kind_of(const File& file) {
  switch (file.kind) {
    case FileKind::kPlain: return "plain";
    case FileKind::kNamespace: return "namespace";
    case FileKind::kPidfd: return "pidfd";
    case FileKind::kFsContext: return "fs_context";
  }
  return "plain";
}

Json namespace_or_null(uint32_t clone_flag) {
  const char* name = namespace_name(clone_flag);
  return name ? Json(name) : Json();
}

}  // namespace

Json json_text_or_null(const std::string& text) { return text.empty() ? Json() : json_text(text); }

Json json_number_or_null(uint64_t number) { return number ? json_unsigned(number) : Json(); }

Json json_device(uint64_t major, uint64_t minor) {
  Json json = json_object(2);
  add(json, "major", major);
  add(json, "minor", minor);
  return json;
}

Json json_value(const Value& value, const RenderOptions& options) {
  switch (value.kind) {
    case ValueKind::kSigned:
    case ValueKind::kFd: return json_signed(static_cast<int64_t>(value.number));
    case ValueKind::kUnsigned:
    case ValueKind::kLimit: return json_unsigned(value.number);
    case ValueKind::kHex:
    case ValueKind::kAddress: return json_hex(value.number);
    case ValueKind::kFlags:
    case ValueKind::kEnum: return names_of(value);
    case ValueKind::kText:
    case ValueKind::kBytes: return json_text(value.text, value.cut, options.string_limit);
    case ValueKind::kTexts:
    case ValueKind::kArray: return items_of(value, options);
    case ValueKind::kParts: return parts_of(value, options);
    case ValueKind::kVariables: return variables_of(value);
    case ValueKind::kStruct: return fields_of(value, options);
    case ValueKind::kMode: return mode_of(value);
    case ValueKind::kDevice: return json_device(value.number, value.rest);
    case ValueKind::kSignal: return signal_of(value.number);
    case ValueKind::kId: return value.number == 0xffffffff ? Json(-1) : json_unsigned(value.number);
  }
  return nullptr;
}

Json json_file(const File& file) {
  const RenderOptions whole;
  Json json = json_object(18);
  add(json, "kind", kind_of(file));
  add(json, "fd", file.fd < 0 ? Json() : Json(file.fd));
  add(json, "path", json_text(file.path));
  add(json, "shown", json_text(file.shown()));
  add(json, "fs_type", json_text(file.fs_type));
  add(json, "inode", json_unsigned(file.inode));
  add(json, "sb_magic", json_hex(file.sb_magic));
  add(json, "dev", json_device(file.dev_major, file.dev_minor));
  if (S_ISCHR(file.mode) || S_ISBLK(file.mode)) add(json, "rdev", json_device(file.rdev_major, file.rdev_minor));
  add(json, "mode", json_value(scalar(ArgKind::kMode, file.mode, 4, "file_mode"), whole));
  add(json, "mount_id", json_number_or_null(file.mount_id));
  add(json, "mount_parent_id", json_number_or_null(file.mount_parent_id));
  add(json, "mount_ns", json_number_or_null(file.mount_ns));
  if (file.fd >= 0)
    add(json, "open_flags", json_value(scalar(ArgKind::kFlags, file.open_flags, 4, "open_flags"), whole));
  if (file.kind == FileKind::kNamespace) add(json, "namespace", namespace_or_null(file.target));
  if (file.kind == FileKind::kPidfd) add(json, "pid", json_number_or_null(file.target));
  if (file.deleted) add(json, "deleted", true);
  if (file.path_cut) add(json, "path_cut", true);
  if (file.other_ns) add(json, "other_ns", true);
  if (file.detached) add(json, "detached", true);
  if (file.internal) add(json, "internal", true);
  if (file.shared) add(json, "shared", true);
  if (file.references) add(json, "references", file.references);
  if (file.chroot) add(json, "chroot", true);
  return json;
}

Json json_file(const MaybeFile& file) { return file ? json_file(*file) : Json(); }

Json json_files(const std::vector<File>& files) {
  Json json = Json::array();
  for (const File& file : files) json.push_back(json_file(file));
  return json;
}

}  // namespace cttrace
