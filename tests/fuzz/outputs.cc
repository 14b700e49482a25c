#include "outputs.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/escape.h"

namespace cttrace::fuzz {

void broken(const char* rule, std::string_view text) {
  fprintf(stderr, "%s: %.*s\n", rule, static_cast<int>(std::min<size_t>(text.size(), 2000)), text.data());
  abort();
}

void each_line(std::string_view text, Check check) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) broken("output ends within a line", text);
    check(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
}

void check_for_people(std::string_view line) {
  if (escape_rest_for_terminal(line) != line)
    broken("a line that a terminal would obey", escape_rest_for_terminal(line));
}

void check_object(std::string_view line) {
  const auto object = nlohmann::json::parse(line, nullptr, false);
  if (object.is_discarded()) broken("no JSON", line);
  if (!object.is_object() || !object.contains("type")) broken("an object without a type", line);
}

}  // namespace cttrace::fuzz
