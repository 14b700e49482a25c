// Finding sections in files that nobody vouches for.
#include "source/elf_sections.h"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace cttrace {
namespace {

constexpr size_t kMostSections = 1024;
constexpr size_t kMostNames_bytes = 64u << 10;

std::optional<std::string> read_whole(const ReadAt& file, uint64_t offset, uint64_t size, size_t most_bytes) {
  if (size > most_bytes || offset > UINT64_MAX - size) return std::nullopt;
  std::string bytes(size, '\0');
  if (file(offset, std::span(bytes)) != size) return std::nullopt;
  return bytes;
}

template <typename T>
T at(std::string_view bytes, size_t offset) {
  T value = {};
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

bool is_ours(const Elf64_Ehdr& header) {
  constexpr unsigned char kOrder = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64 &&
         header.e_ident[EI_DATA] == kOrder;
}

}  // namespace

std::optional<ElfSections> ElfSections::read(const ReadAt& file) {
  const auto start = read_whole(file, 0, sizeof(Elf64_Ehdr), sizeof(Elf64_Ehdr));
  if (!start) return std::nullopt;
  const auto header = at<Elf64_Ehdr>(*start, 0);
  if (!is_ours(header) || header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shnum > kMostSections ||
      header.e_shstrndx >= header.e_shnum)
    return std::nullopt;
  const size_t size = header.e_shnum * sizeof(Elf64_Shdr);
  const auto table = read_whole(file, header.e_shoff, size, size);
  if (!table) return std::nullopt;
  const auto names_are_in = at<Elf64_Shdr>(*table, header.e_shstrndx * sizeof(Elf64_Shdr));
  const auto names = read_whole(file, names_are_in.sh_offset, names_are_in.sh_size, kMostNames_bytes);
  if (!names) return std::nullopt;
  ElfSections found;
  found.file_ = file;
  for (size_t i = 0; i < header.e_shnum; ++i) {
    const auto section = at<Elf64_Shdr>(*table, i * sizeof(Elf64_Shdr));
    if (section.sh_type == SHT_NOBITS || section.sh_name >= names->size()) continue;
    std::string_view name = std::string_view(*names).substr(section.sh_name);
    found.sections_.push_back(
        {.name = std::string(name.substr(0, name.find('\0'))), .offset = section.sh_offset, .size = section.sh_size});
  }
  return found;
}

std::optional<std::string> ElfSections::bytes(std::string_view name, size_t most_bytes) const {
  const auto found = std::ranges::find(sections_, name, &Section::name);
  if (found == sections_.end()) return std::nullopt;
  return read_whole(file_, found->offset, found->size, most_bytes);
}

}  // namespace cttrace
