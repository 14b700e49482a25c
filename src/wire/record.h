// One record, taken apart: its header, its body, its captures; every length is checked.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "cttrace/wire.h"
#include "wire/byte_reader.h"

namespace cttrace {

struct Capture {
  uint8_t arg = 0;     // index of the argument, or CT_ARG_*
  uint8_t kind = 0;    // enum ct_capture_kind; one that is not known is no error
  uint8_t status = 0;  // enum ct_capture_status
  std::string_view bytes;
  uint8_t version = CT_WIRE_VERSION;  // of its record
};

// Looks into the bytes it was made of: these must outlive it.
class Record {
 public:
  // Nothing where a length, the version or the kind makes no sense.
  static std::optional<Record> parse(std::span<const std::byte> bytes);
  // The same in place of what it was before, in the memory that it has; false: it is nothing then.
  [[nodiscard]] bool read(std::span<const std::byte> bytes);

  const ct_record& header() const { return header_; }
  const std::vector<Capture>& captures() const { return captures_; }

  // The body with its header; Body must be the struct of the record's kind. What an older version did not have is 0.
  template <typename Body>
  Body body() const {
    Body out = {};
    ByteReader reader(bytes_);
    if (!reader.read_beginning(out, body_bytes_)) return {};
    return out;
  }

 private:
  std::span<const std::byte> bytes_;
  ct_record header_ = {};
  size_t body_bytes_ = 0;  // with the header
  std::vector<Capture> captures_;
};

}  // namespace cttrace
