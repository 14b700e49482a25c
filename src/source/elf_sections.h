// Sections of an executable: whatever the file says of itself, what is read is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cttrace {

// Reads bytes of a file from an offset on, and returns how many there were; fewer than asked for: the file ends there.
using ReadAt = std::function<size_t(uint64_t offset, std::span<char> into)>;

class ElfSections {
 public:
  // Nothing where the file is not a 64-bit ELF file of this machine's byte order, or says of its sections what cannot
  // be.
  static std::optional<ElfSections> read(const ReadAt& file);

  // What the section holds; nothing where there is none of that name, or it is longer than `most_bytes`, or cut.
  std::optional<std::string> bytes(std::string_view name, size_t most_bytes) const;

 private:
  struct Section {
    std::string name;
    uint64_t offset = 0;
    uint64_t size = 0;
  };

  ReadAt file_;
  std::vector<Section> sections_;
};

}  // namespace cttrace
