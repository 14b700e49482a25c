// The places where executables tell their version.
#include "source/program_version.h"

#include <elf.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace cttrace {
namespace {

constexpr size_t kMostNote_bytes = 4u << 10;
constexpr size_t kMostBuildInfo_bytes = 128u << 10;
constexpr size_t kMostText_bytes = 1u << 20;
constexpr size_t kMostVersion_bytes = 64;

// What can be a version: "1.1.5+ds1", "252.39-1~deb12u2", "1:2.3". Empty: it cannot.
std::string version_of(std::string_view text) {
  if (text.size() > 1 && text[0] == 'v' && std::isdigit(static_cast<unsigned char>(text[1]))) text.remove_prefix(1);
  const auto fits = [](unsigned char c) { return std::isalnum(c) || (c && std::strchr(".+~:_-", c)); };
  const bool is_one = !text.empty() && text.size() <= kMostVersion_bytes &&
                      std::isdigit(static_cast<unsigned char>(text[0])) && std::ranges::all_of(text, fits);
  return is_one ? std::string(text) : std::string();
}

// The text in the note of the package: JSON, with a NUL.
std::string version_in_note(const std::string& section) {
  constexpr uint32_t kPackage = 0xcafe1a7e;
  Elf64_Nhdr note = {};
  constexpr size_t kBegins = sizeof(note) + 4;
  if (section.size() < kBegins) return {};
  std::memcpy(&note, section.data(), sizeof(note));
  if (note.n_type != kPackage || note.n_namesz != 4 || section.compare(sizeof(note), 4, "FDO", 4) != 0) return {};
  std::string_view text = std::string_view(section).substr(kBegins, note.n_descsz);
  text = text.substr(0, text.find('\0'));
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("version") || !json["version"].is_string()) return {};
  return version_of(json["version"].get_ref<const std::string&>());
}

// A number of Go's encoding/binary, and what comes behind it.
std::optional<uint64_t> take_uvarint(std::string_view& bytes) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (!(byte & 0x80)) return value;
  }
  return std::nullopt;
}

std::string_view take_string(std::string_view& bytes) {
  const auto size = take_uvarint(bytes);
  if (!size || *size > bytes.size()) return bytes = {};
  const std::string_view text = bytes.substr(0, *size);
  bytes.remove_prefix(*size);
  return text;
}

// What the first line that begins with `key` and a tab goes on with.
std::string_view line_after(std::string_view lines, std::string_view key) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    if (line.starts_with(key)) return line.substr(key.size());
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
  }
  return {};
}

// Of the linker's options, what was set by -X as main.version, or as the one variable of that name in any package.
std::string version_set_by_linker(std::string_view options) {
  std::string found;
  for (size_t at = 0; (at = options.find("ersion=", at)) != std::string_view::npos;) {
    const size_t value_at = at + std::string_view("ersion=").size();
    const size_t before = options.find_last_of(" '\"=", at);
    const size_t begins = before == std::string_view::npos ? 0 : before + 1;
    const std::string_view variable = options.substr(begins, value_at - 1 - begins);
    const std::string_view value = options.substr(value_at, options.find_first_of(" '\"\\", value_at) - value_at);
    at = value_at;
    if (!variable.ends_with(".version") && !variable.ends_with(".Version")) continue;
    const std::string version = version_of(value);
    if (variable == "main.version") return version;
    if (!found.empty() && found != version) return {};
    found = version;
  }
  return found;
}

// runtime/debug.BuildInfo as the linker has put it there since Go 1.18 (src/debug/buildinfo).
std::string version_in_build_info(std::string_view section) {
  constexpr std::string_view kMagic = "\xff Go buildinf:";
  constexpr size_t kFlags_at = 15, kStrings_at = 32, kSentinel_bytes = 16;
  constexpr char kInline = 2;
  if (!section.starts_with(kMagic) || section.size() < kStrings_at || !(section[kFlags_at] & kInline)) return {};
  section.remove_prefix(kStrings_at);
  take_string(section);  // Go's own version
  std::string_view info = take_string(section);
  if (info.size() < 2 * kSentinel_bytes) return {};
  info = info.substr(kSentinel_bytes, info.size() - 2 * kSentinel_bytes);
  std::string version = version_set_by_linker(line_after(info, "build\t-ldflags="));
  if (!version.empty()) return version;
  std::string_view module = line_after(info, "mod\t");
  module.remove_prefix(std::min(module.size(), module.find('\t') + 1));
  module = module.substr(0, module.find('\t'));
  // A commit of what has no version.
  return module.starts_with("v0.0.0-") ? std::string() : version_of(module);
}

std::string_view package_of(std::string_view program) {
  static constexpr std::pair<std::string_view, std::string_view> kPackages[] = {
#define PACKAGE(program, name) {program, name},
#include "source/package_names.def"
#undef PACKAGE
  };
  for (const auto& [each, name] : kPackages)
    if (each == program) return name;
  return program;
}

// A string that is the package's name, a space and a version, and nothing else; where several are there: the same one.
std::string version_in_text(std::string_view section, std::string_view package) {
  std::string found;
  const std::string wanted = std::string(package) + ' ';
  for (size_t at = 0; (at = section.find(wanted, at)) != std::string_view::npos; at += wanted.size()) {
    if (at > 0 && section[at - 1] != '\0') continue;
    const std::string_view rest = section.substr(at + wanted.size());
    const size_t end = rest.find('\0');
    if (end == std::string_view::npos) break;
    const std::string version = version_of(rest.substr(0, end));
    if (version.empty()) continue;
    if (!found.empty() && found != version) return {};
    found = version;
  }
  return found;
}

}  // namespace

std::string program_version(const ReadAt& file, std::string_view name) {
  const std::optional<ElfSections> sections = ElfSections::read(file);
  if (!sections) return {};
  std::string version;
  if (const auto info = sections->bytes(".go.buildinfo", kMostBuildInfo_bytes)) {
    version = version_in_build_info(*info);
  } else if (const auto text = sections->bytes(".rodata", kMostText_bytes); text && !name.empty()) {
    version = version_in_text(*text, package_of(name));
  }
  if (!version.empty()) return version;
  const auto note = sections->bytes(".note.package", kMostNote_bytes);
  return note ? version_in_note(*note) : std::string();
}

}  // namespace cttrace
