// Values by key, and what is wrong with them.
#include "config/json_reader.h"

#include <algorithm>

namespace cttrace::ctrun {

JsonReader JsonReader::at(const std::string& key) const {
  const std::string whole = key_.empty() ? key : key_ + "." + key;
  if (!value_) return {nullptr, whole};
  if (!value_->is_object()) wrong("must be an object");
  const auto found = value_->find(key);
  return {found == value_->end() || found->is_null() ? nullptr : &*found, whole};
}

JsonReader JsonReader::required(const std::string& key) const {
  const JsonReader found = at(key);
  if (!found) found.wrong("is missing");
  return found;
}

std::vector<JsonReader> JsonReader::items() const {
  if (!value_) return {};
  if (!value_->is_array()) wrong("must be an array");
  std::vector<JsonReader> found;
  for (size_t index = 0; index < value_->size(); ++index)
    found.push_back({&(*value_)[index], key_ + "[" + std::to_string(index) + "]"});
  return found;
}

std::vector<std::pair<std::string, JsonReader>> JsonReader::members() const {
  if (!value_) return {};
  if (!value_->is_object()) wrong("must be an object");
  std::vector<std::pair<std::string, JsonReader>> found;
  for (const auto& [name, value] : value_->items()) found.emplace_back(name, JsonReader{&value, key_ + "." + name});
  return found;
}

std::string JsonReader::text() const {
  if (!value_) return {};
  if (!value_->is_string()) wrong("must be a string");
  const auto& found = value_->get_ref<const std::string&>();
  if (found.find('\0') != std::string::npos) wrong("must not have a NUL in it");
  return found;
}

bool JsonReader::flag() const {
  if (!value_) return false;
  if (!value_->is_boolean()) wrong("must be true or false");
  return value_->get<bool>();
}

std::vector<std::string> JsonReader::texts() const {
  std::vector<std::string> found;
  for (const JsonReader& item : items()) found.push_back(item.text());
  return found;
}

std::map<std::string, std::string> JsonReader::text_map() const {
  std::map<std::string, std::string> found;
  for (const auto& [name, value] : members()) found[name] = value.text();
  return found;
}

bool JsonReader::means_nothing() const {
  if (!value_ || value_->empty()) return true;
  if (value_->is_object()) {
    const auto found = members();
    return std::all_of(found.begin(), found.end(), [](const auto& member) { return member.second.means_nothing(); });
  }
  return *value_ == 0 || *value_ == false || *value_ == "";
}

void JsonReader::wrong(const std::string& why) const {
  throw Failure(Error{.what = "use the configuration's", .subject = key_, .why = "it " + why});
}

}  // namespace cttrace::ctrun
