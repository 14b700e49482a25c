// Reads values out of JSON and knows by which key it came there, so that every error can name it.
#pragma once

#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"

namespace cttrace::ctrun {

// A value of a document, and the key that leads to it. A missing value and null are the same. Errors are Failures.
class JsonReader {
 public:
  explicit JsonReader(const nlohmann::json& document) : value_(&document) {}

  explicit operator bool() const { return value_ != nullptr; }
  JsonReader at(const std::string& key) const;                      // may be missing
  JsonReader required(const std::string& key) const;                // must not
  std::vector<JsonReader> items() const;                            // of an array
  std::vector<std::pair<std::string, JsonReader>> members() const;  // of an object

  std::string text() const;  // empty where missing
  bool flag() const;         // false where missing
  std::vector<std::string> texts() const;
  std::map<std::string, std::string> text_map() const;

  template <typename T>
  T number() const {
    static_assert(std::is_integral_v<T>);
    if (!value_ || !value_->is_number_integer()) wrong("must be a whole number");
    if (value_->is_number_unsigned()) {
      const uint64_t number = value_->get<uint64_t>();
      if (number > static_cast<uint64_t>(std::numeric_limits<T>::max())) wrong("is too large");
      return static_cast<T>(number);
    }
    const int64_t number = value_->get<int64_t>();
    if (std::is_unsigned_v<T> || number < static_cast<int64_t>(std::numeric_limits<T>::min())) wrong("is too small");
    return static_cast<T>(number);
  }
  template <typename T>
  std::optional<T> optional_number() const {
    return value_ ? std::optional<T>(number<T>()) : std::nullopt;
  }

  // Managers write zeros, empty lists and empty objects for "not asked for".
  bool means_nothing() const;

  [[noreturn]] void wrong(const std::string& why) const;

 private:
  JsonReader(const nlohmann::json* value, std::string key) : value_(value), key_(std::move(key)) {}
  const nlohmann::json* value_ = nullptr;
  std::string key_ = {};
};

}  // namespace cttrace::ctrun
