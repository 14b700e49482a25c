// TraceInfo to JSON and back.
#include "wire/trace_info.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/escape.h"

namespace cttrace {
namespace {

using Json = nlohmann::ordered_json;

Json text_to_json(const std::string& text) {
  if (is_valid_utf8(text)) return text;
  Json bytes = Json::array();
  for (const char c : text) bytes.push_back(static_cast<unsigned char>(c));
  return bytes;
}

// The library would turn fractions and numbers out of range into others, and take what is no list for one of one.
[[noreturn]] void refuse() { throw Json::other_error::create(0, "not as it should be", nullptr); }

const Json& list_from_json(const Json& json) {
  if (!json.is_array()) refuse();
  return json;
}

template <typename T>
T number_from_json(const Json& json) {
  const bool fits = json.is_number_unsigned() ? std::in_range<T>(json.get<uint64_t>())
                                              : json.is_number_integer() && std::in_range<T>(json.get<int64_t>());
  if (!fits) refuse();
  return json.get<T>();
}

std::string text_from_json(const Json& json) {
  if (!json.is_array()) return json.get<std::string>();
  std::string text;
  for (const Json& byte : json) text += static_cast<char>(number_from_json<uint8_t>(byte));
  return text;
}

}  // namespace

std::string trace_info_to_json(const TraceInfo& info) {
  Json json;
  json["cttrace"] = text_to_json(info.cttrace_version);
  json["host"] = text_to_json(info.host);
  json["kernel"] = text_to_json(info.kernel);
  json["kernel_traits"] = info.kernel_traits;
  json["machine"] = abi_name(info.machine);
  json["backend"] = text_to_json(info.backend);
  json["hooks"] = text_to_json(info.hooks);
  json["clock"] = "CLOCK_BOOTTIME";
  json["start_ns"] = info.start_ns;
  json["realtime_offset_ns"] = info.realtime_offset_ns;
  json["roots"] = info.roots;
  json["kernel_files"] = info.kernel_files;
  json["command"] = Json::array();
  for (const std::string& argument : info.command) json["command"].push_back(text_to_json(argument));
  return json.dump() + "\n";
}

Result<TraceInfo> trace_info_from_json(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    TraceInfo info;
    info.cttrace_version = text_from_json(json.at("cttrace"));
    info.host = text_from_json(json.at("host"));
    info.kernel = text_from_json(json.at("kernel"));
    const std::optional<Abi> machine = abi_by_name(json.at("machine").get<std::string>());
    if (!machine) return Error{.what = "read", .why = "its header names a machine that is not known"};
    info.machine = *machine;
    info.backend = text_from_json(json.at("backend"));
    info.hooks = text_from_json(json.at("hooks"));
    info.start_ns = number_from_json<uint64_t>(json.at("start_ns"));
    info.realtime_offset_ns = number_from_json<int64_t>(json.at("realtime_offset_ns"));
    // Version 1 does not have them.
    if (json.contains("kernel_traits"))
      for (const Json& trait : list_from_json(json.at("kernel_traits")))
        info.kernel_traits.push_back(trait.get<std::string>());
    // Nor do later ones have these.
    if (json.contains("kernel_files")) info.kernel_files = json.at("kernel_files").get<KernelFiles>();
    for (const Json& root : list_from_json(json.at("roots"))) info.roots.push_back(number_from_json<uint32_t>(root));
    for (const Json& argument : list_from_json(json.at("command"))) info.command.push_back(text_from_json(argument));
    return info;
  } catch (const Json::exception&) {
    return Error{.what = "read", .why = "its header is no JSON as it should be"};
  }
}

}  // namespace cttrace
