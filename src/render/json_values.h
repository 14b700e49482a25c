// Numbers, text and typed values in JSON: the rules of docs/schema/README.md.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "cttrace/event.h"
#include "render/renderer.h"
#include "render/values.h"

namespace cttrace {

// Keeps the order of its fields.
using Json = nlohmann::ordered_json;

// An empty object with room for so many fields: one without copies all of them, with what is in them, when it grows.
Json json_object(size_t fields);
// The same as object[name] = value for a name that is new, without looking for it among the others.
void add(Json& object, const char* name, Json&& value);

// A number where every reader of JSON keeps it exactly (below 2^53), otherwise a string of its digits.
Json json_unsigned(uint64_t number);
Json json_signed(int64_t number);

// A bit pattern or an address: "0x1f".
std::string json_hex(uint64_t number);

// A string; where the bytes are not UTF-8 an object with them in base64.
Json json_text(std::string_view bytes);

// The same of what may go on (`cut`), or is cut here to `limit` bytes: then an object with "cut".
Json json_text(std::string_view bytes, bool cut, std::optional<size_t> limit);

// null for what is empty, or 0.
Json json_text_or_null(const std::string& text);
Json json_number_or_null(uint64_t number);

Json json_device(uint64_t major, uint64_t minor);
Json json_value(const Value& value, const RenderOptions& options);
Json json_file(const File& file);
Json json_file(const MaybeFile& file);  // null where there is none
Json json_files(const std::vector<File>& files);

// All bytes in base64 (RFC 4648, padded).
std::string base64(std::string_view bytes);

}  // namespace cttrace
