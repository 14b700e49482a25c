// Executables made by hand: sections, and nothing that could run.
#pragma once

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cttrace::test {

using Sections = std::vector<std::pair<std::string, std::string>>;

template <typename T>
std::string elf_bytes(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// An executable with these sections, and one of their names; its table of sections is at the end.
inline std::string executable(const Sections& sections) {
  std::string names("\0.names\0", 8);
  std::string content;
  std::vector<Elf64_Shdr> table(1);
  const auto add = [&](uint32_t name, const std::string& bytes) {
    table.push_back({.sh_name = name,
                     .sh_type = SHT_PROGBITS,
                     .sh_offset = sizeof(Elf64_Ehdr) + content.size(),
                     .sh_size = bytes.size()});
    content += bytes;
  };
  for (const auto& [name, bytes] : sections) {
    add(static_cast<uint32_t>(names.size()), bytes);
    names += name + '\0';
  }
  add(1, names);
  Elf64_Ehdr header = {.e_shoff = sizeof(Elf64_Ehdr) + content.size(),
                       .e_shentsize = sizeof(Elf64_Shdr),
                       .e_shnum = static_cast<Elf64_Half>(table.size()),
                       .e_shstrndx = static_cast<Elf64_Half>(table.size() - 1)};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  std::string file = elf_bytes(header) + content;
  for (const Elf64_Shdr& section : table) file += elf_bytes(section);
  return file;
}

// The note of a package, as `json` says it.
inline std::string package_note(std::string_view json, uint32_t type = 0xcafe1a7e, std::string_view owner = "FDO") {
  const Elf64_Nhdr head = {.n_namesz = 4, .n_descsz = static_cast<Elf64_Word>(json.size() + 1), .n_type = type};
  return elf_bytes(head) + std::string(owner) + '\0' + std::string(json) + '\0';
}

// What a Go program was linked with.
inline std::string go_build_info(std::string_view lines) {
  const auto text = [](std::string_view bytes) {
    std::string out;
    for (size_t size = bytes.size();; size >>= 7) {
      out += static_cast<char>(size > 127 ? (size & 127) | 128 : size);
      if (size <= 127) break;
    }
    return out += bytes;
  };
  std::string out("\xff Go buildinf:\x08\x02", 16);
  out.resize(32);
  const std::string sentinel(16, '\x30');
  return out + text("go1.24.4") + text(sentinel + std::string(lines) + sentinel);
}

}  // namespace cttrace::test
