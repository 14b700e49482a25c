// Objects, numbers and text in JSON.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/escape.h"
#include "render/json_values.h"

namespace cttrace {
namespace {

constexpr int64_t kExact = int64_t{1} << 53;  // from here on a double has no room for every integer

// With U+FFFD for every byte that belongs to no character.
std::string replaced(std::string_view bytes) {
  std::string text;
  char32_t code_point = 0;
  while (!bytes.empty()) {
    const size_t length = utf8_character(bytes, code_point);
    text += length ? bytes.substr(0, length) : "\xef\xbf\xbd";
    bytes.remove_prefix(length ? length : 1);
  }
  return text;
}

// At most `limit` bytes; no character is cut in two.
std::string_view limited(std::string_view bytes, size_t limit) {
  char32_t code_point = 0;
  for (size_t back = 1; back <= 3 && back <= limit; ++back) {
    const size_t length = utf8_character(bytes.substr(limit - back), code_point);
    if (length > back) return bytes.substr(0, limit - back);
    if (length) break;
  }
  return bytes.substr(0, limit);
}

}  // namespace

Json json_object(size_t fields) {
  Json json = Json::object();
  json.get_ref<Json::object_t&>().reserve(fields);
  return json;
}

void add(Json& object, const char* name, Json&& value) {
  object.get_ref<Json::object_t&>().emplace_back(name, std::move(value));
}

Json json_unsigned(uint64_t number) {
  if (number < static_cast<uint64_t>(kExact)) return number;
  return std::to_string(number);
}

Json json_signed(int64_t number) {
  if (number > -kExact && number < kExact) return number;
  return std::to_string(number);
}

std::string json_hex(uint64_t number) { return fmt::format("{:#x}", number); }

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    for (size_t i = 0; i < 4; ++i) text += i <= count ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

Json json_text(std::string_view bytes) { return json_text(bytes, false, std::nullopt); }

Json json_text(std::string_view bytes, bool cut, std::optional<size_t> limit) {
  if (limit && bytes.size() > *limit) {
    bytes = limited(bytes, *limit);
    cut = true;
  }
  const bool valid = is_valid_utf8(bytes);
  if (valid && !cut) return std::string(bytes);
  Json json;
  json["text"] = valid ? std::string(bytes) : replaced(bytes);
  if (!valid) json["base64"] = base64(bytes);
  if (cut) json["cut"] = true;
  return json;
}

}  // namespace cttrace
