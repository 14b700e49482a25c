// The records of a recording, packed: one zstd stream for all of them, which can be unpacked up to each end of a block.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace cttrace {

// Of what a block unpacks to: bounds the memory that whoever reads a recording needs, whatever it says.
inline constexpr size_t kBlockMost_bytes = 1u << 17;

class Packer {
 public:
  Packer();
  ~Packer();
  Packer(Packer&&) noexcept;
  Packer& operator=(Packer&&) noexcept;

  // Appends a block, packed, to `out`. Blocks refer to earlier ones: what is alike costs little.
  void pack(std::string_view block, std::string& out);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

class Unpacker {
 public:
  Unpacker();
  ~Unpacker();
  Unpacker(Unpacker&&) noexcept;
  Unpacker& operator=(Unpacker&&) noexcept;

  // The next block, into `out`. False: it is none, or not one of just `size` bytes; no other can be unpacked then.
  [[nodiscard]] bool unpack(std::string_view packed, size_t size, std::string& out);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace cttrace
