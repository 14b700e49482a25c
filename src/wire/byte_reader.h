// A bounded cursor over bytes that may be anything: the only code that touches raw bytes.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace cttrace {

// A read that would pass the end takes nothing and returns false.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  size_t offset() const { return offset_; }
  size_t left() const { return bytes_.size() - offset_; }

  template <typename T>
  [[nodiscard]] bool read(T& out) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (left() < sizeof(T)) return false;
    std::memcpy(&out, bytes_.data() + offset_, sizeof(T));
    offset_ += sizeof(T);
    return true;
  }

  // The first `size` bytes of a T, the rest of which is zero: an older one, which was shorter.
  template <typename T>
  [[nodiscard]] bool read_beginning(T& out, size_t size) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (size > sizeof(T) || left() < size) return false;
    out = T{};
    std::memcpy(&out, bytes_.data() + offset_, size);
    offset_ += size;
    return true;
  }

  // The next `length` bytes, which stay where they are.
  [[nodiscard]] bool take(size_t length, std::string_view& out) {
    if (left() < length) return false;
    out = {reinterpret_cast<const char*>(bytes_.data()) + offset_, length};
    offset_ += length;
    return true;
  }

 private:
  std::span<const std::byte> bytes_;
  size_t offset_ = 0;
};

}  // namespace cttrace
