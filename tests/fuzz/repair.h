// Makes records of any bytes that have right lengths and kinds, so that mutations reach what lies behind these checks.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace cttrace::fuzz {

// Cuts the bytes where the lengths in them say, and repairs each piece.
std::vector<std::string> repaired_records(std::string_view bytes);

// Cuts them only.
std::vector<std::string> raw_records(std::string_view bytes);

}  // namespace cttrace::fuzz
