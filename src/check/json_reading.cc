// Reading JSON with nlohmann's parser, and saying where it cannot be read.
#include "check/json_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "render/json_values.h"

namespace cttrace {
namespace {

// More than what anybody writes, and less than what a recursive reader can take.
constexpr size_t kDeepest = 64;

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

// Builds what is read, and stops at what nlohmann's own builder would let pass: it is quicker than one with a callback.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  Json root;
  std::string why;  // it cannot be read; empty: it can

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t& value) override { return put(std::move(value)); }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    const auto [member, is_new] = open_.back()->get_ref<Json::object_t&>().emplace(std::move(name), nullptr);
    member_ = &member->second;
    return is_new || refuse(fmt::format("\"{}\" is there twice in one object", member->first));
  }
  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& error) override {
    const auto* const syntax = dynamic_cast<const Json::parse_error*>(&error);
    if (!syntax) return refuse("a number in it is too large");
    return refuse(place_of(text_, byte ? byte - 1 : 0) + ": " + reason_of(*syntax));
  }

 private:
  bool refuse(std::string because) {
    why = std::move(because);
    return false;
  }
  // Where it belongs; it stays there until what it is in is closed.
  Json& place(Json&& value) {
    if (open_.empty()) return root = std::move(value);
    Json& around = *open_.back();
    if (around.is_object()) return *member_ = std::move(value);
    auto& list = around.get_ref<Json::array_t&>();
    list.push_back(std::move(value));
    return list.back();
  }
  bool put(Json&& value) {
    place(std::move(value));
    return true;
  }
  bool open(Json&& value) {
    if (open_.size() >= kDeepest) return refuse(fmt::format("it is nested deeper than {} levels", kDeepest));
    open_.push_back(&place(std::move(value)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  std::vector<Json*> open_;
  Json* member_ = nullptr;  // of the innermost object, that was named last
};

}  // namespace

Result<nlohmann::ordered_json> parse_json_text(std::string_view text, const std::string& what,
                                               const std::string& name) {
  const auto refused = [&](const std::string& why) {
    return Error{.what = "read " + what, .subject = name, .why = why, .exit_status = 2};
  };
  if (text.size() > kLargestText_bytes)
    return refused(fmt::format("it is larger than {} MB", kLargestText_bytes >> 20));
  Builder builder(text);
  if (!Json::sax_parse(text, &builder, Json::input_format_t::json, true, true)) return refused(builder.why);
  if (!builder.root.is_object()) return refused("it is not an object");
  return std::move(builder.root);
}

}  // namespace cttrace
