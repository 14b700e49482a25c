// Reading JSON with nlohmann's parser, and saying where it cannot be read.
#include "check/json_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace cttrace {
namespace {

using Json = nlohmann::ordered_json;

// More than what anybody writes, and less than what a recursive reader can take.
constexpr int kDeepest = 64;

std::string place_of(std::string_view text, size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("line {}, column {}", line, before.size() - line_start + 1);
}

// What nlohmann says, without its own numbering: "syntax error while parsing value - invalid literal; last read: 'x'".
std::string reason_of(const Json::parse_error& error) {
  const std::string text = error.what();
  const size_t place = text.find(", column ");
  const size_t colon = place == text.npos ? text.npos : text.find(": ", place);
  return colon == text.npos ? text : text.substr(colon + 2);
}

struct Refused {
  std::string why;
};

}  // namespace

Result<nlohmann::ordered_json> parse_json_text(std::string_view text, const std::string& what,
                                               const std::string& name) {
  const auto refused = [&](const std::string& why) {
    return Error{.what = "read " + what, .subject = name, .why = why, .exit_status = 2};
  };
  if (text.size() > kLargestText_bytes)
    return refused(fmt::format("it is larger than {} MB", kLargestText_bytes >> 20));
  std::vector<std::set<std::string>> keys;
  const Json::parser_callback_t see = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > kDeepest) throw Refused{fmt::format("it is nested deeper than {} levels", kDeepest)};
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
      throw Refused{fmt::format("\"{}\" is there twice in one object", value.get<std::string>())};
    return true;
  };
  try {
    Json json = Json::parse(text, see, true, true);
    if (!json.is_object()) return refused("it is not an object");
    return json;
  } catch (const Json::parse_error& error) {
    return refused(place_of(text, error.byte ? error.byte - 1 : 0) + ": " + reason_of(error));
  } catch (const Json::out_of_range&) {
    return refused("a number in it is too large");
  } catch (const Refused& because) {
    return refused(because.why);
  }
}

}  // namespace cttrace
